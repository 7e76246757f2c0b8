"""Read what the accounts of a shard amount to: the last snapshot and what came after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.domain.kernel.ids import AccountId, Month, Shard, shard_of
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.fold import fold_account, fold_accounts
from chalicelib.domain.ledger.rules import LedgerRules
from chalicelib.usecases.ports.ledger import LedgerStore
from chalicelib.usecases.ports.snapshots import SnapshotStore


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReader:
    """Account states, consistent: every transaction that was acknowledged before is in them."""

    ledger: LedgerStore
    snapshots: SnapshotStore
    rules: LedgerRules = field(default_factory=LedgerRules)

    def shard_states(self, shard: Shard, *, through: Month | None = None) -> Mapping[AccountId, AccountState]:
        """The state of every account that has transactions, in order of id; up to period `through` if given.

        Costs one GetItem, at most one artefact, and one Query of the periods after the snapshot.
        """
        before, since = self._snapshot(shard, through)
        found = self.ledger.transactions_of_shard(shard, since=since, through=through)
        return fold_accounts(before, found, rules=self.rules)

    def account_state(self, account_id: AccountId) -> AccountState:
        """The state of one account; an empty one when it has no transactions."""
        shard = shard_of(account_id)
        before, since, reference = None, None, self.ledger.books(shard).snapshot
        if reference is not None:
            before = self.snapshots.get_one(shard, reference, account_id)
            since = reference.period.plus(1)
        found = self.ledger.transactions_of_account(account_id, since=since)
        return fold_account(before or AccountState(account_id=account_id), found, rules=self.rules)

    def _snapshot(self, shard: Shard, through: Month | None) -> tuple[tuple[AccountState, ...], Month | None]:
        """The states of the last snapshot not after `through`, and the first period it leaves out."""
        reference = self.ledger.books(shard).snapshot
        if reference is None or (through is not None and reference.period > through):
            return (), None
        return self.snapshots.get(shard, reference), reference.period.plus(1)
