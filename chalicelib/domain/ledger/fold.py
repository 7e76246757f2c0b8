"""The fold: from an account's transactions, in order, to its state.

It can be resumed: fold(fold(s, a), b) == fold(s, a + b) when every transaction of `a` comes before those of
`b` in `fold_order`. The order begins with the accounting period, so a snapshot of closed periods plus the
transactions of open ones gives what the whole history gives.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from chalicelib.domain.kernel.ids import AccountId, Month
from chalicelib.domain.ledger.account_state import AccountState, BilledSegment
from chalicelib.domain.ledger.receivable import Receivable
from chalicelib.domain.ledger.rules import LedgerRules
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind

_SegmentKey = tuple[str, date, int]


def fold_order(transaction: FinancialTransaction) -> tuple[Month, datetime, bool, str]:
    """Sorts transactions for the fold: by books, then by clock; what undoes comes after what it undoes."""
    return (
        transaction.accounting_period,
        transaction.recorded_at,
        transaction.kind is TransactionKind.REVERSAL,
        transaction.transaction_id,
    )


def fold_account(
    state: AccountState, transactions: Iterable[FinancialTransaction], *, rules: LedgerRules
) -> AccountState:
    """The account's state after `transactions` (all of this account, in any order) follow `state`."""
    work = _Fold(state, rules)
    for transaction in sorted(transactions, key=fold_order):
        work.take(transaction)
    return work.state()


def fold_accounts(
    states: Iterable[AccountState], transactions: Iterable[FinancialTransaction], *, rules: LedgerRules
) -> dict[AccountId, AccountState]:
    """The states of all accounts that had one or have a transaction, by account id, in order of id."""
    before = {state.account_id: state for state in states}
    by_account: dict[AccountId, list[FinancialTransaction]] = {account_id: [] for account_id in before}
    for transaction in transactions:
        by_account.setdefault(transaction.account_id, []).append(transaction)
    return {
        account_id: fold_account(
            before.get(account_id) or AccountState(account_id=account_id), its, rules=rules
        )
        for account_id, its in sorted(by_account.items())
    }


class _Fold:
    """A state in pieces that can be changed, for the length of one fold."""

    def __init__(self, state: AccountState, rules: LedgerRules) -> None:
        self._before = state
        self._rules = rules
        self._currency = state.currency
        self._balance = state.balance_minor
        self._deposit = state.deposit_minor
        self._through = state.through
        self._receivable = Receivable(state.items, state.credits)
        self._segments: dict[_SegmentKey, BilledSegment] = {_key(s): s for s in state.segments}

    def state(self) -> AccountState:
        items, credits_ = self._receivable.parts()
        return AccountState(
            account_id=self._before.account_id,
            currency=self._currency,
            balance_minor=self._balance,
            deposit_minor=self._deposit,
            items=items,
            credits=credits_,
            segments=tuple(self._segments[key] for key in sorted(self._segments)),
            through=self._through,
        )

    def take(self, transaction: FinancialTransaction) -> None:
        if self._through is not None and self._through < transaction.accounting_period:
            self._forget(transaction.accounting_period)
        self._through = transaction.accounting_period
        self._currency = transaction.currency
        chart = self._rules.chart
        for posting in transaction.postings:
            if posting.gl_account == chart.receivable:
                self._balance += posting.amount_minor
                self._receivable.take(posting, transaction)
            elif posting.gl_account == chart.deposits:
                self._deposit -= posting.amount_minor
        self._receivable.settle(self._rules.allocation.on(transaction.document_date))
        self._take_segments(transaction)

    def _take_segments(self, transaction: FinancialTransaction) -> None:
        if transaction.kind is TransactionKind.REVERSAL:
            for key, billed in self._segments.items():
                if billed.transaction_id == transaction.reverses and (
                    not transaction.cancels or billed.agreement_id in transaction.cancels
                ):
                    self._segments[key] = billed._replace(is_live=False)
        if transaction.bill is None:
            return
        for segment in transaction.bill.segments:
            billed = BilledSegment(
                segment.agreement_id,
                segment.service_type,
                segment.period,
                segment.generation,
                transaction.transaction_id,
                True,
                segment.quantity,
                segment.unit,
                segment.estimated,
                segment.reads,
            )
            self._segments[_key(billed)] = billed

    def _forget(self, period: Month) -> None:
        """Drop what no later transaction of `period` needs; a rule of the fold, so that resuming is exact."""
        rules = self._rules
        self._receivable.forget(period.plus(-rules.settled_kept_months).first_day)
        cutoff = period.plus(-rules.segments_kept_months).first_day
        last: dict[str, date] = {}
        for segment in self._segments.values():
            if segment.is_live:
                last[segment.agreement_id] = max(
                    segment.period.end, last.get(segment.agreement_id, segment.period.end)
                )
        self._segments = {
            key: segment
            for key, segment in self._segments.items()
            if segment.period.end > cutoff
            or (segment.is_live and segment.period.end == last[segment.agreement_id])
        }


def _key(segment: BilledSegment) -> _SegmentKey:
    return segment.agreement_id, segment.period.start, segment.generation
