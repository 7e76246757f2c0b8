"""Port: the ledger, an append-only set of financial transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month, Shard
from chalicelib.domain.ledger.conditions import PostingCondition
from chalicelib.domain.ledger.transaction import FinancialTransaction

APPEND_LIMIT = 30  # transactions in one append_all: DynamoDB takes 100 items, each brings up to three


class TransactionAlreadyPosted(Refusal):
    """The same transaction is already in the ledger: whoever repeats a request may treat it as done.

    `data["stored"]` is the transaction that stands there.
    """


class ConflictingTransaction(Refusal):
    """Another transaction stands under the same id. `data["stored"]` is that transaction."""


class AccountingPeriodClosed(Refusal):
    """The books of the transaction's accounting period are closed in its shard."""


class PostingConditionFailed(Refusal):
    """A condition given with the transaction did not hold. `data["condition"]` is that condition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotReference:
    """Which snapshot of a shard's account states is valid: through which closed period, and its SHA-256."""

    period: Month
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardBooks:
    """How far a shard's books are closed, and the snapshot that sums up what is closed (if made already)."""

    closed_through: Month | None = None
    snapshot: SnapshotReference | None = None


class LedgerStore(Protocol):
    """Financial transactions by shard, accounting period and account. Nothing is updated or deleted."""

    def append(
        self,
        transaction: FinancialTransaction,
        *,
        audit: AuditEntry,
        conditions: Sequence[PostingCondition] = (),
    ) -> None:
        """Post one transaction with its audit entry, both or neither.

        Raises TransactionAlreadyPosted, ConflictingTransaction, AccountingPeriodClosed and
        PostingConditionFailed. Whether two transactions are the same is decided by
        FinancialTransaction.says_the_same.
        """

    def append_all(
        self,
        transactions: Sequence[FinancialTransaction],
        *,
        audit: Sequence[AuditEntry],
        conditions: Sequence[PostingCondition] = (),
    ) -> None:
        """Post at most APPEND_LIMIT transactions of one shard together, all or none.

        Raises as `append`; TransactionAlreadyPosted only when every one of them stands there already.
        """

    def put_all(
        self, transactions: Iterable[FinancialTransaction], *, audit: Sequence[AuditEntry] = ()
    ) -> Decimal:
        """Write transactions behind the one-way door; returns the write units consumed.

        For a bill run only: it has entered the accounting period (so that closing waits) and its door lets no
        other run write, therefore a repeat writes identical bytes and nothing is checked per transaction.
        """

    def transactions_of_shard(
        self, shard: Shard, *, since: Month | None = None, through: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        """All transactions of the shard's accounts in these accounting periods (both ends included).

        Read consistently, in the order of accounting period, account, transaction id.
        """

    def transactions_of_account(
        self, account_id: AccountId, *, since: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        """An account's transactions from accounting period `since` on, consistently, in the same order."""

    def books(self, shard: Shard) -> ShardBooks:
        """How far the shard's books are closed."""

    def mark_closed(self, shard: Shard, period: Month) -> None:
        """Take no more single postings into `period` or earlier in this shard. Safe to repeat."""

    def record_snapshot(self, shard: Shard, snapshot: SnapshotReference) -> None:
        """Declare a stored snapshot valid. Safe to repeat; an older one never replaces a newer one."""
