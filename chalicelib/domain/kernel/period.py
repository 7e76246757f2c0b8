"""Half-open periods of whole days, `[start, end)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from chalicelib.domain.kernel.errors import Refusal


class EmptyPeriod(Refusal):
    """A period would end on or before the day it starts."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """The days from `start` up to but not including `end`. A read day belongs to the successor."""

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise EmptyPeriod(
                f"a period must end after it starts: {self.start} to {self.end}",
                start=self.start,
                end=self.end,
            )

    @property
    def days(self) -> int:
        """Number of days, at least 1."""
        return (self.end - self.start).days

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    def __iter__(self) -> Iterator[date]:
        return (self.start + timedelta(days=offset) for offset in range(self.days))

    def overlap(self, other: Period) -> Period | None:
        """The days in both, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Period(start, end) if start < end else None

    def split(self, cuts: Iterable[date]) -> list[Period]:
        """The consecutive parts between those `cuts` that fall inside; they add up to this period."""
        inside = sorted({cut for cut in cuts if self.start < cut < self.end})
        edges = [self.start, *inside, self.end]
        return [Period(start, end) for start, end in pairwise(edges)]

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"
