"""Port: the trail of who changed what."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal


class AuditEntryAltered(Refusal):
    """Another entry stands under the same entity, time and unique key. Nothing was written."""


class AuditStore(Protocol):
    """Audit entries by entity, in order of time. They are added, never changed.

    A change that is stored in a table brings its entry in the same transaction (the stores' write methods
    take entries). `add` is for acts that leave nothing else behind: a report was read, a run refused.
    """

    def add(self, entry: AuditEntry) -> None:
        """Store one entry. Repeating it changes nothing. Raises AuditEntryAltered."""

    def entries(
        self, *, entity: str, entity_id: str, since: datetime | None = None, limit: int = 1000
    ) -> list[AuditEntry]:
        """The entries of one thing at or after `since`, oldest first, at most `limit`.

        Values of `before` and `after` come back as JSON has them: decimals and dates as text.
        """
