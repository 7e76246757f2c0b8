"""What every single posting has in common: open books, an audit entry, an answer to a repeated request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month, TransactionId
from chalicelib.domain.ledger.conditions import PostingCondition
from chalicelib.domain.ledger.rules import LedgerRules
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.usecases.ports.accounting_periods import AccountingPeriods, PeriodState
from chalicelib.usecases.ports.ledger import LedgerStore, TransactionAlreadyPosted


class TransactionUnknown(Refusal):
    """An account has no transaction with this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Who posts, when, and where to: what all posting use cases take.

    `now` is the aware clock, `today` the utility's day.
    """

    ledger: LedgerStore
    periods: AccountingPeriods
    actor: str
    now: datetime
    today: date
    rules: LedgerRules = field(default_factory=LedgerRules)

    def open_period(self) -> Month:
        """The accounting period for what is entered today: this month, or the first one still open."""
        period = Month.of(self.today)
        while self.periods.state(period) is not PeriodState.OPEN:
            period = period.plus(1)
        return period

    def post(
        self, *transactions: FinancialTransaction, conditions: Sequence[PostingCondition] = ()
    ) -> Posted:
        """Post transactions of one account together. What stands there already is returned as it stands.

        Raises ConflictingTransaction, AccountingPeriodClosed, PostingConditionFailed, UnbalancedTransaction.
        """
        entries = [audit_entry_of(transaction, actor=self.actor) for transaction in transactions]
        try:
            self.ledger.append_all(transactions, audit=entries, conditions=conditions)
        except TransactionAlreadyPosted as repeat:
            return Posted(transactions=repeat.stored, already=True)
        return Posted(transactions=transactions)

    def find(self, account_id: AccountId, transaction_id: TransactionId) -> FinancialTransaction:
        """An account's transaction. Raises TransactionUnknown."""
        for transaction in self.ledger.transactions_of_account(account_id):
            if transaction.transaction_id == transaction_id:
                return transaction
        raise TransactionUnknown(
            f"account {account_id} has no transaction {transaction_id}: "
            f"`headgate ledger list {account_id}` lists what it has",
            account_id=account_id,
            transaction_id=transaction_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What stands in the ledger now; `already` when a former request had posted it."""

    transactions: tuple[FinancialTransaction, ...]
    already: bool = False


def audit_entry_of(transaction: FinancialTransaction, *, actor: str) -> AuditEntry:
    """The audit entry that goes with one posted transaction."""
    facts: dict[str, object] = {
        "transaction_id": transaction.transaction_id,
        "accounting_period": str(transaction.accounting_period),
        "currency": transaction.currency,
        "debits_minor": sum(max(posting.amount_minor, 0) for posting in transaction.postings),
    }
    if transaction.reverses:
        facts["reverses"] = transaction.reverses
    if transaction.reason:
        facts["reason"] = transaction.reason
    return AuditEntry(
        entity="account",
        entity_id=transaction.account_id,
        action=f"posted {transaction.kind}",
        actor=actor,
        at=transaction.recorded_at,
        unique=transaction.transaction_id,
        after=facts,
    )
