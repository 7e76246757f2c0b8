"""Port: the ledger, an append-only set of financial transactions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month, Shard, TransactionId, shard_of
from chalicelib.domain.ledger.claims import claims_of
from chalicelib.domain.ledger.conditions import PostingCondition
from chalicelib.domain.ledger.transaction import FinancialTransaction

LARGEST_APPEND = 100  # items in one append_all; see claims_of for what a transaction brings


class _Repeated(Refusal):
    def __init__(self, message: str, *, stored: tuple[FinancialTransaction, ...], **data: object) -> None:
        super().__init__(message, stored=stored, **data)
        self.stored = stored


class TransactionAlreadyPosted(_Repeated):
    """The same is already in the ledger: whoever repeats a request may treat it as done.

    `stored` are the transactions that stand there, in the order they were given.
    """


class ConflictingTransaction(_Repeated):
    """Something else has a transaction's id, or what it claims. `stored` is what stands there."""


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


def check_append(
    transactions: Sequence[FinancialTransaction],
    *,
    audit: Sequence[AuditEntry],
    conditions: Sequence[PostingCondition],
) -> Shard:
    """The one shard that `transactions` belong to.

    Raises UnbalancedTransaction, and ValueError for a call no store can carry out.
    """
    for transaction in transactions:
        transaction.require_sound()
    shards = {shard_of(transaction.account_id) for transaction in transactions}
    if len(shards) != 1:
        raise ValueError(f"append_all takes transactions of one shard, not of {sorted(shards)}")
    items = sum(1 + len(claims_of(transaction)) for transaction in transactions)
    if not audit:
        raise ValueError("a posting needs an audit entry")
    if items + len(audit) + len(conditions) + 1 > LARGEST_APPEND:
        raise ValueError(f"{len(transactions)} transactions are too many to be posted together")
    return shards.pop()


def refusal_of_closed_period(transaction: FinancialTransaction) -> AccountingPeriodClosed:
    """The refusal of a transaction that comes too late for its accounting period."""
    return AccountingPeriodClosed(
        f"{transaction.transaction_id} of {transaction.account_id}: the books of "
        f"{transaction.accounting_period} are closed; post it into an open accounting period",
        transaction_id=transaction.transaction_id,
        accounting_period=transaction.accounting_period,
    )


def refusal_of_condition(condition: PostingCondition) -> PostingConditionFailed:
    """The refusal of a transaction whose condition does not hold."""
    return PostingConditionFailed(
        f"a bill run holds cycle {condition.cycle}, or has held it since the bill's inputs were read: wait "
        "until it is closed, or reject it, then try again",
        condition=condition,
    )


def refusal_of_repeat(
    transactions: Sequence[FinancialTransaction], stored: Sequence[FinancialTransaction | None]
) -> TransactionAlreadyPosted | ConflictingTransaction:
    """What to answer when claims are taken; `stored[i]` holds what `transactions[i]` claims."""
    standing = tuple(found for found in stored if found is not None)
    same = [
        found is not None and new.says_the_same(found)
        for new, found in zip(transactions, stored, strict=True)
    ]
    names = ", ".join(f"{new.transaction_id} of {new.account_id}" for new in transactions)
    if all(same):
        return TransactionAlreadyPosted(
            f"{names}: already posted in {standing[0].accounting_period}; nothing was added", stored=standing
        )
    other = ", ".join(
        f"{found.transaction_id} of {found.account_id} ({found.kind}, {found.accounting_period})"
        for found in standing
    )
    return ConflictingTransaction(
        f"{names}: the ledger holds something else under the same claim: {other}. "
        "Look at what stands there; a different event needs an id of its own",
        stored=standing,
    )


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

        Raises TransactionAlreadyPosted, ConflictingTransaction, AccountingPeriodClosed,
        PostingConditionFailed and UnbalancedTransaction. Whether two transactions are the same is decided by
        FinancialTransaction.says_the_same.
        """

    def append_all(
        self,
        transactions: Sequence[FinancialTransaction],
        *,
        audit: Sequence[AuditEntry],
        conditions: Sequence[PostingCondition] = (),
    ) -> None:
        """Post transactions of one shard together, all or none.

        Raises as `append`; TransactionAlreadyPosted only when every one of them stands there already.
        Raises ValueError when they and their claims, audit entries and conditions exceed LARGEST_APPEND.
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
        self, account_id: AccountId, *, since: Month | None = None, through: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        """An account's transactions in these periods (both included), consistently, in the same order."""

    def extent(self, shard: Shard) -> tuple[Month, Month] | None:
        """The accounting periods of the shard's first and last transaction, or None when it has none."""

    def find(self, account_id: AccountId, transaction_id: TransactionId) -> FinancialTransaction | None:
        """One transaction of an account, in whatever accounting period it stands, or None."""

    def claimed(
        self, account_id: AccountId, transaction_ids: Iterable[TransactionId]
    ) -> frozenset[TransactionId]:
        """Those of the ids under which the account has a single posting; a run's own bills claim no id."""

    def books(self, shard: Shard) -> ShardBooks:
        """How far the shard's books are closed."""

    def mark_closed(self, shard: Shard, period: Month) -> None:
        """Take no more single postings into `period` or earlier in this shard. Safe to repeat."""

    def record_snapshot(self, shard: Shard, snapshot: SnapshotReference) -> None:
        """Declare a stored snapshot valid. Safe to repeat; an older one never replaces a newer one."""
