"""Show what an account owes, now or as of a former day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from chalicelib.domain.kernel.ids import AccountId
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.fold import fold_account, fold_order
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.usecases.read_shard_state import LedgerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """An account as of a day: its state, and the transactions that made it, in the order of the books.

    `payoff_minor` is what settles the account if it is paid on that day: everything charged until then, due
    or not, less all credits. `past_due_minor` is the part that was due before.
    """

    as_of: date
    state: AccountState
    payoff_minor: int
    past_due_minor: int
    transactions: tuple[FinancialTransaction, ...]


def show_account_balance(reader: LedgerReader, *, account_id: AccountId, as_of: date) -> AccountBalance:
    """The account's balance from all transactions that the customer saw until `as_of`."""
    transactions = [
        transaction
        for transaction in reader.ledger.transactions_of_account(account_id)
        if effective_on(transaction) <= as_of
    ]
    state = fold_account(AccountState(account_id=account_id), transactions, rules=reader.rules)
    return AccountBalance(
        as_of=as_of,
        state=state,
        payoff_minor=max(state.balance_minor, 0),
        past_due_minor=state.past_due_minor(as_of),
        transactions=tuple(sorted(transactions, key=fold_order)),
    )


def effective_on(transaction: FinancialTransaction) -> date:
    """The day a transaction counts for the customer: a payment when it was received."""
    return transaction.received_on or transaction.document_date
