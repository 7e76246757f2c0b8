"""Port: what has happened to tariff versions, and revisions of conditions, from their first draft on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.lifecycle import TariffLife

LARGEST_PUBLISHING = 49  # versions in one transaction: two items each, and the count


class TariffChangedMeanwhile(Refusal):
    """Somebody else has done something to the version since it was read. Nothing was written."""


class TooManyVersions(Refusal):
    """More versions are to be published together than one transaction takes."""


class PublishingAct(NamedTuple):
    """A life whose last act is its publishing, and the entry that tells of it."""

    life: TariffLife
    audit: AuditEntry


class TariffLives(Protocol):
    """The lives of tariff versions, each written whole. Reads are consistent."""

    def save(self, life: TariffLife, *, audit: AuditEntry) -> None:
        """Store a life that is one act longer than the stored one, with its audit entry, both or neither.

        Repeating it changes nothing. Raises TariffChangedMeanwhile.
        """

    def publish(self, acts: Sequence[PublishingAct], *, after: int) -> None:
        """Store lives that are published together, each one act longer than the stored one, all or none.

        Only if nothing else was published since `publishings` told `after`: what publishing does to bills
        depends on what others publish. Repeating it changes nothing. Raises TariffChangedMeanwhile, and
        TooManyVersions for more than LARGEST_PUBLISHING.
        """

    def publishings(self) -> int:
        """How many times versions were published: a number that grows with each."""

    def find(self, code: str, version: int) -> TariffLife | None:
        """The life of a version, None before its first draft."""

    def lives(self) -> Sequence[TariffLife]:
        """All lives, in order of code and version."""


def tariff_changed_meanwhile(life: TariffLife) -> TariffChangedMeanwhile:
    """What every store says to an act on what is no longer there."""
    return TariffChangedMeanwhile(
        f"somebody else has drafted, reviewed or published {life.subject} meanwhile: look again",
        tariff=life.reference,
    )


def published_meanwhile(lives: Sequence[TariffLife]) -> TariffChangedMeanwhile:
    """What every store says to a publishing that was weighed up before another one."""
    names = ", ".join(life.reference for life in lives)
    return TariffChangedMeanwhile(
        f"somebody else has published tariffs, or acted on {names}, while publishing {names} was weighed up: "
        "nothing was published, publish again",
        tariffs=[life.reference for life in lives],
    )


def require_fits(acts: Sequence[PublishingAct]) -> None:
    """Raise TooManyVersions for more than LARGEST_PUBLISHING."""
    if len(acts) > LARGEST_PUBLISHING:
        raise TooManyVersions(
            f"{len(acts)} versions cannot be published together: publish {LARGEST_PUBLISHING} at most",
            versions=len(acts),
        )
