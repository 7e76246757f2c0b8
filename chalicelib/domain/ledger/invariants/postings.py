"""Invariants of single transactions: they balance, and control accounts are left to their own kind."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.invariants.history import AccountHistory
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind

# The control accounts of the chart that each kind may move. A reversal moves what it undoes (invariant 9).
_MAY_MOVE = {
    TransactionKind.BILL: {"receivable"},
    TransactionKind.PAYMENT: {"receivable", "cash_clearing", "deposits"},
    TransactionKind.ADJUSTMENT: {"receivable", "write_off"},
    TransactionKind.OPENING: {"receivable", "deposits", "opening_balance"},
}
_CONTROL = {"receivable", "cash_clearing", "deposits", "write_off", "opening_balance"}


def balanced(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 1: debits equal credits, in whole minor units, in the one currency of the account."""
    for transaction in history.transactions:
        broken = [p.gl_account for p in transaction.postings if type(p.amount_minor) is not int]
        if broken:
            yield _of(1, transaction, f"amounts on {', '.join(broken)} are no whole minor units")
            continue
        off = sum(posting.amount_minor for posting in transaction.postings)
        if off:
            yield _of(1, transaction, f"debits and credits differ by {off} minor units", off_by_minor=off)
        first = history.transactions[0].currency
        if not transaction.currency or transaction.currency != first:
            yield _of(
                1,
                transaction,
                f"in {transaction.currency or 'no currency'}, the account's first transaction in {first}",
                currency=transaction.currency,
            )


def control_accounts_apart(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 15: deposits, write-offs, clearing and opening balances stay in accounts of their own.

    No other kind of transaction moves them, and no deposit is paid out that is not held.
    """
    for transaction in history.transactions:
        for name in sorted(_moved(transaction, history.chart) - _may_move(transaction)):
            yield _of(15, transaction, f"a {transaction.kind} moves the control account for {name}")
    if history.state.deposit_minor < 0:
        yield Violation(
            invariant=15,
            account_id=history.account_id,
            message=f"the deposit held is below zero: {history.state.deposit_minor} minor units",
            data={"deposit_minor": history.state.deposit_minor},
        )


def _moved(transaction: FinancialTransaction, chart: ChartOfAccounts) -> set[str]:
    return {chart.name_of(posting.gl_account) for posting in transaction.postings} & _CONTROL


def _may_move(transaction: FinancialTransaction) -> set[str]:
    return _MAY_MOVE.get(transaction.kind, _CONTROL)


def _of(invariant: int, transaction: FinancialTransaction, message: str, **data: object) -> Violation:
    return Violation(
        invariant=invariant,
        account_id=transaction.account_id,
        transaction_id=transaction.transaction_id,
        message=message,
        data=data,
    )
