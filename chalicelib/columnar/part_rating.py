"""Where parts of usage are rated: here, or by whoever else gives the same sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from chalicelib.columnar.part_sums import PartRater, PartSums
from chalicelib.columnar.usage_table import UsageTable
from chalicelib.usecases.ports.simulation import Progress, Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparing:
    """What every part is compared by: the two sides, and the columns to group accounts by."""

    now: Terms
    proposed: Terms
    by: Sequence[str]

    def rater(self) -> PartRater:
        """Both sides compiled."""
        return PartRater(now=self.now, proposed=self.proposed, by=self.by)


class PartRating(Protocol):
    """Where parts are rated."""

    def sums(self, parts: Iterable[UsageTable], comparing: Comparing, *, rows: int) -> Iterator[PartSums]:
        """The sums of each part, in any order; `rows` is how many all parts have."""


class RatedHere:
    """PartRating in this process, one part after the other."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def sums(self, parts: Iterable[UsageTable], comparing: Comparing, *, rows: int) -> Iterator[PartSums]:
        """See PartRating."""
        rater = comparing.rater()
        done = 0
        for part in parts:
            yield rater.sums(part)
            done += len(part.row)
            self._progress("Rating", done, rows)
