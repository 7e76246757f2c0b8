"""All there is to know about one account's ledger, laid out for checking."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from chalicelib.domain.billing.bill import BillSegment
from chalicelib.domain.kernel.ids import AccountId, AgreementId, TransactionId
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.fold import fold_account, fold_order
from chalicelib.domain.ledger.rules import LedgerRules
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind


class PostedSegment(NamedTuple):
    """A segment as the ledger has it: which bill posted it, and whether it was canceled since."""

    transaction_id: TransactionId
    segment: BillSegment
    is_live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountHistory:
    """An account's transactions from the first on, in the order of the fold, and what they amount to.

    `state` comes from the fold that balances are shown with; checks compare it with sums of their own.
    `segments` are all ever posted, by agreement and day: the fold forgets old ones, this does not.
    """

    account_id: AccountId
    transactions: tuple[FinancialTransaction, ...]
    state: AccountState
    segments: tuple[PostedSegment, ...]
    chart: ChartOfAccounts

    @property
    def bills(self) -> tuple[FinancialTransaction, ...]:
        """The transactions that post bills."""
        return self.of_kind(TransactionKind.BILL)

    def of_kind(self, kind: TransactionKind) -> tuple[FinancialTransaction, ...]:
        """The transactions of one kind."""
        return tuple(one for one in self.transactions if one.kind is kind)

    def live_segments(self) -> dict[AgreementId, list[PostedSegment]]:
        """What counts, for each agreement, oldest day first."""
        live: dict[AgreementId, list[PostedSegment]] = {}
        for posted in self.segments:
            if posted.is_live:
                live.setdefault(posted.segment.agreement_id, []).append(posted)
        return live


def history_of(
    account_id: AccountId, transactions: Iterable[FinancialTransaction], *, rules: LedgerRules
) -> AccountHistory:
    """The history that `transactions`, all of one account, make."""
    in_order = tuple(sorted(transactions, key=fold_order))
    return AccountHistory(
        account_id=account_id,
        transactions=in_order,
        state=fold_account(AccountState(account_id=account_id), in_order, rules=rules),
        segments=posted_segments(in_order),
        chart=rules.chart,
    )


def posted_segments(transactions: Iterable[FinancialTransaction]) -> tuple[PostedSegment, ...]:
    """The segments of an account's bills, by agreement and day, each with whether it was canceled."""
    known = list(transactions)
    canceled = {
        (one.reverses, agreement_id)
        for one in known
        if one.kind is TransactionKind.REVERSAL
        for agreement_id in (one.cancels or (None,))
    }
    found = [
        PostedSegment(
            one.transaction_id,
            segment,
            not canceled & {(one.transaction_id, None), (one.transaction_id, segment.agreement_id)},
        )
        for one in known
        for segment in (one.bill.segments if one.bill else ())
    ]
    return tuple(
        sorted(found, key=lambda one: (one.segment.agreement_id, one.segment.period, one.segment.generation))
    )
