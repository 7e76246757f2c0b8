"""Lives of tariff versions in memory, for tests: the same refusals, the same atomic step."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.tariffs.lifecycle import TariffLife
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.tariff_lives import (
    PublishingAct,
    published_meanwhile,
    require_fits,
    tariff_changed_meanwhile,
)


class MemoryTariffLives:
    """TariffLives in a dict. Entries go to `audit`."""

    def __init__(self, *, audit: AuditStore) -> None:
        self._audit = audit
        self._lock = Lock()
        self._publishings = 0
        self._lives: dict[tuple[str, int], TariffLife] = {}

    def save(self, life: TariffLife, *, audit: AuditEntry) -> None:
        """See TariffLives."""
        key = life.code, life.version
        with self._lock:
            if self._lives.get(key) == life:
                return
            if not self._is_next(life):
                raise tariff_changed_meanwhile(life)
            self._audit.add(audit)
            self._lives[key] = life

    def publish(self, acts: Sequence[PublishingAct], *, after: int) -> None:
        """See TariffLives."""
        require_fits(acts)
        with self._lock:
            if all(self._lives.get((life.code, life.version)) == life for life, _ in acts):
                return
            if self._publishings != after or not all(self._is_next(act.life) for act in acts):
                raise published_meanwhile([act.life for act in acts])
            self._publishings += 1
            for life, audit in acts:
                self._audit.add(audit)
                self._lives[life.code, life.version] = life

    def publishings(self) -> int:
        """See TariffLives."""
        return self._publishings

    def _is_next(self, life: TariffLife) -> bool:
        stored = self._lives.get((life.code, life.version))
        return len(stored.history if stored else ()) == len(life.history) - 1

    def find(self, code: str, version: int) -> TariffLife | None:
        """See TariffLives."""
        return self._lives.get((code, version))

    def lives(self) -> Sequence[TariffLife]:
        """See TariffLives."""
        return [life for _, life in sorted(self._lives.items(), key=lambda item: item[0])]
