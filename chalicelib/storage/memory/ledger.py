"""The ledger in memory: the same promises as the DynamoDB store (tests/contract/ledger)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from threading import RLock

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, Shard, TransactionId, shard_of
from chalicelib.domain.ledger.claims import claims_of
from chalicelib.domain.ledger.conditions import PostingCondition
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.ledger.transaction_ids import uniqueness_key
from chalicelib.usecases.ports.ledger import (
    ShardBooks,
    SnapshotReference,
    check_append,
    refusal_of_closed_period,
    refusal_of_condition,
    refusal_of_repeat,
)

Key = tuple[Month, AccountId, str]


@dataclass
class MemoryLedgerStore:
    """`is_frozen` tells whether a bill run holds a cycle, `claims` how many did (ask the operations fake)."""

    is_frozen: Callable[[CycleCode], bool] = lambda _: False
    claims: Callable[[CycleCode], int] = lambda _: 0
    audit: list[AuditEntry] = field(default_factory=list)
    _shards: dict[Shard, dict[Key, FinancialTransaction]] = field(default_factory=dict)
    _claims: dict[str, tuple[Shard, Key]] = field(default_factory=dict)
    _books: dict[Shard, ShardBooks] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)

    def append(
        self,
        transaction: FinancialTransaction,
        *,
        audit: AuditEntry,
        conditions: Sequence[PostingCondition] = (),
    ) -> None:
        self.append_all([transaction], audit=[audit], conditions=conditions)

    def append_all(
        self,
        transactions: Sequence[FinancialTransaction],
        *,
        audit: Sequence[AuditEntry],
        conditions: Sequence[PostingCondition] = (),
    ) -> None:
        shard = check_append(transactions, audit=audit, conditions=conditions)
        with self._lock:
            holders = [self._holder(transaction) for transaction in transactions]
            if any(holders):
                raise refusal_of_repeat(transactions, holders)
            closed_through = self.books(shard).closed_through
            for transaction in transactions:
                if closed_through and transaction.accounting_period <= closed_through:
                    raise refusal_of_closed_period(transaction)
            for condition in conditions:
                claims = self.claims(condition.cycle)
                if self.is_frozen(condition.cycle) or condition.claims not in (None, claims):
                    raise refusal_of_condition(condition)
            for transaction in transactions:
                self._put(transaction)
                for claim in claims_of(transaction):
                    self._claims[claim] = (shard, _key(transaction))
            self.audit.extend(audit)

    def put_all(
        self, transactions: Iterable[FinancialTransaction], *, audit: Sequence[AuditEntry] = ()
    ) -> Decimal:
        units = Decimal(0)
        with self._lock:
            for transaction in transactions:
                transaction.require_sound()
                self._put(transaction)
                units += 1
            self.audit.extend(entry for entry in audit if entry not in self.audit)
        return units

    def transactions_of_shard(
        self, shard: Shard, *, since: Month | None = None, through: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        with self._lock:
            found = sorted(self._shards.get(shard, {}).items())
        return (
            transaction
            for (period, _, _), transaction in found
            if (since is None or period >= since) and (through is None or period <= through)
        )

    def transactions_of_account(
        self, account_id: AccountId, *, since: Month | None = None, through: Month | None = None
    ) -> Iterator[FinancialTransaction]:
        shard = shard_of(account_id)
        return (
            transaction
            for transaction in self.transactions_of_shard(shard, since=since, through=through)
            if transaction.account_id == account_id
        )

    def extent(self, shard: Shard) -> tuple[Month, Month] | None:
        with self._lock:
            periods = [period for period, _, _ in self._shards.get(shard, {})]
        return (min(periods), max(periods)) if periods else None

    def find(self, account_id: AccountId, transaction_id: TransactionId) -> FinancialTransaction | None:
        found = self.transactions_of_account(account_id)
        return next((one for one in found if one.transaction_id == transaction_id), None)

    def claimed(
        self, account_id: AccountId, transaction_ids: Iterable[TransactionId]
    ) -> frozenset[TransactionId]:
        with self._lock:
            return frozenset(
                one
                for one in transaction_ids
                if uniqueness_key(account_id=account_id, transaction_id=one) in self._claims
            )

    def books(self, shard: Shard) -> ShardBooks:
        with self._lock:
            return self._books.get(shard, ShardBooks())

    def mark_closed(self, shard: Shard, period: Month) -> None:
        with self._lock:
            books = self.books(shard)
            if books.closed_through is None or books.closed_through < period:
                self._books[shard] = ShardBooks(closed_through=period, snapshot=books.snapshot)

    def record_snapshot(self, shard: Shard, snapshot: SnapshotReference) -> None:
        with self._lock:
            books = self.books(shard)
            if books.snapshot is None or books.snapshot.period < snapshot.period:
                self._books[shard] = ShardBooks(closed_through=books.closed_through, snapshot=snapshot)

    def _put(self, transaction: FinancialTransaction) -> None:
        self._shards.setdefault(shard_of(transaction.account_id), {})[_key(transaction)] = transaction

    def _holder(self, transaction: FinancialTransaction) -> FinancialTransaction | None:
        """The transaction that has one of the claims of `transaction`, or stands at its key."""
        shard = shard_of(transaction.account_id)
        places = [self._claims.get(claim) for claim in claims_of(transaction)]
        for place in (*places, (shard, _key(transaction))):
            if place and (found := self._shards.get(place[0], {}).get(place[1])):
                return found
        return None


def _key(transaction: FinancialTransaction) -> Key:
    return transaction.accounting_period, transaction.account_id, transaction.transaction_id
