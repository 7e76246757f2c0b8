"""Audit entries in memory."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.storage.audit import AuditRecord, load_entry
from chalicelib.usecases.ports.audit import AuditEntryAltered


class MemoryAuditStore:
    """AuditStore in a dict; entries pass through the stored text, as in the real one."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}

    def add(self, entry: AuditEntry) -> None:
        """See AuditStore."""
        record = AuditRecord.of(entry)
        if self._texts.setdefault((record.pk, record.sk), record.entry) != record.entry:
            raise AuditEntryAltered(
                f"another audit entry stands under {entry.entity} {entry.entity_id}, {entry.unique}",
                unique=entry.unique,
            )

    def entries(
        self, *, entity: str, entity_id: str, since: datetime | None = None, limit: int = 1000
    ) -> list[AuditEntry]:
        """See AuditStore."""
        texts = [self._texts[key] for key in sorted(self._texts) if key[0] == f"{entity}#{entity_id}"]
        found = [entry for entry in map(load_entry, texts) if since is None or entry.at >= since]
        return found[:limit]

    def all_entries(self) -> list[AuditEntry]:
        """Every entry, in order of entity and time (for tests)."""
        return [load_entry(self._texts[key]) for key in sorted(self._texts)]
