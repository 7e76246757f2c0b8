"""Port: what accounts amounted to when an accounting period closed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month, Shard
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.usecases.ports.ledger import SnapshotReference


class SnapshotAltered(Refusal):
    """A snapshot is not what the ledger recorded when it was made."""


class SnapshotStore(Protocol):
    """Account states by shard and closed period. A snapshot is made once; making it again changes nothing."""

    def put(self, shard: Shard, period: Month, states: Iterable[AccountState]) -> SnapshotReference:
        """Store the states of a shard's accounts, and say which bytes were stored."""

    def get(self, shard: Shard, reference: SnapshotReference) -> tuple[AccountState, ...]:
        """The states in a snapshot. Raises SnapshotAltered, or ArtefactMissing."""

    def get_one(
        self, shard: Shard, reference: SnapshotReference, account_id: AccountId
    ) -> AccountState | None:
        """The state of one account in a snapshot, or None. Raises as `get`."""
