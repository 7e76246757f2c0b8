"""Port: what has happened to tariff versions, from their first draft on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.lifecycle import TariffLife


class TariffChangedMeanwhile(Refusal):
    """Somebody else has done something to the version since it was read. Nothing was written."""


class TariffLives(Protocol):
    """The lives of tariff versions, each written whole. Reads are consistent."""

    def save(self, life: TariffLife, *, audit: AuditEntry) -> None:
        """Store a life that is one act longer than the stored one, with its audit entry, both or neither.

        Repeating it changes nothing. Raises TariffChangedMeanwhile.
        """

    def find(self, code: str, version: int) -> TariffLife | None:
        """The life of a version, None before its first draft."""

    def lives(self) -> Sequence[TariffLife]:
        """All lives, in order of code and version."""


def tariff_changed_meanwhile(life: TariffLife) -> TariffChangedMeanwhile:
    """What every store says to an act on what is no longer there."""
    return TariffChangedMeanwhile(
        f"somebody else has drafted, reviewed or published tariff {life.reference} meanwhile: look again",
        tariff=life.reference,
    )
