"""Lives of tariff versions in memory, for tests: the same refusals, the same atomic step."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.tariffs.lifecycle import TariffLife
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.tariff_lives import tariff_changed_meanwhile


class MemoryTariffLives:
    """TariffLives in a dict. Entries go to `audit`."""

    def __init__(self, *, audit: AuditStore) -> None:
        self._audit = audit
        self._lock = Lock()
        self._lives: dict[tuple[str, int], TariffLife] = {}

    def save(self, life: TariffLife, *, audit: AuditEntry) -> None:
        """See TariffLives."""
        key = life.code, life.version
        with self._lock:
            stored = self._lives.get(key)
            if stored == life:
                return
            if len(stored.history if stored else ()) != len(life.history) - 1:
                raise tariff_changed_meanwhile(life)
            self._audit.add(audit)
            self._lives[key] = life

    def find(self, code: str, version: int) -> TariffLife | None:
        """See TariffLives."""
        return self._lives.get((code, version))

    def lives(self) -> Sequence[TariffLife]:
        """See TariffLives."""
        return [life for _, life in sorted(self._lives.items(), key=lambda item: item[0])]
