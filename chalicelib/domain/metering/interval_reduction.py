"""From an interval series of one register to the few reads that bills stand on."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import groupby, pairwise


class Dropped(StrEnum):
    """Why a row of an interval series is not kept as a read."""

    BETWEEN_BOUNDARIES = "between_boundaries"  # another row lies nearer to the boundary
    OUTSIDE_TOLERANCE = "outside_tolerance"  # no boundary is near
    REPEATED = "repeated"  # the same instant and value stands before
    CONTRADICTED = "contradicted"  # other values stand at the same instant: none is believed
    FELL = "fell"  # lower than the row before it


@dataclass(frozen=True, slots=True, kw_only=True)
class IntervalRow:
    """One row of a series: where it stands in the file, when it was taken (aware), what the dials showed."""

    line: int
    taken_at: datetime
    value: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """A day on which periods meet, and the instant at which it is taken to begin."""

    day: date
    instant: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """The rows kept, each with the boundary it stands for, and every other row with its reason.

    `unmet` are the boundaries without a usable row near enough.
    """

    kept: tuple[tuple[IntervalRow, Boundary], ...]
    dropped: tuple[tuple[IntervalRow, Dropped], ...]
    unmet: tuple[Boundary, ...]


def reduce_to_boundaries(
    rows: Sequence[IntervalRow], *, boundaries: Sequence[Boundary], tolerance: timedelta
) -> Reduction:
    """For each boundary the usable row nearest to its instant, at most `tolerance` away (earlier on a tie).

    Rows may come in any order. Of rows that agree at one instant the first counts; where they disagree none
    does. A row lower than the row before it in time is not used; the rows after it are judged on their own,
    so a meter that was exchanged loses one row, not the rest of its life.
    """
    dropped: list[tuple[IntervalRow, Dropped]] = []
    usable = _rising(_single(rows, dropped), dropped)
    instants = [row.taken_at for row in usable]
    kept: list[tuple[IntervalRow, Boundary]] = []
    unmet: list[Boundary] = []
    for boundary in boundaries:
        index = _nearest(instants, boundary.instant)
        if index is None or abs(instants[index] - boundary.instant) > tolerance:
            unmet.append(boundary)
        else:
            kept.append((usable[index], boundary))
    used = {row.line for row, _ in kept}
    for row in usable:
        if row.line not in used:
            near = any(abs(row.taken_at - boundary.instant) <= tolerance for boundary in boundaries)
            dropped.append((row, Dropped.BETWEEN_BOUNDARIES if near else Dropped.OUTSIDE_TOLERANCE))
    return Reduction(kept=tuple(kept), dropped=tuple(dropped), unmet=tuple(unmet))


def _single(rows: Sequence[IntervalRow], dropped: list[tuple[IntervalRow, Dropped]]) -> list[IntervalRow]:
    """The rows in order of time, one an instant."""
    single: list[IntervalRow] = []
    in_time = sorted(rows, key=lambda row: (row.taken_at, row.line))
    for _, at_instant in groupby(in_time, key=lambda row: row.taken_at):
        first, *others = at_instant
        if any(row.value != first.value for row in others):
            dropped += [(row, Dropped.CONTRADICTED) for row in (first, *others)]
            continue
        dropped += [(row, Dropped.REPEATED) for row in others]
        single.append(first)
    return single


def _rising(rows: list[IntervalRow], dropped: list[tuple[IntervalRow, Dropped]]) -> list[IntervalRow]:
    """The rows without those that are lower than the row before them."""
    rising = rows[:1]
    for before, row in pairwise(rows):
        if row.value < before.value:
            dropped.append((row, Dropped.FELL))
        else:
            rising.append(row)
    return rising


def _nearest(instants: list[datetime], wanted: datetime) -> int | None:
    after = bisect_left(instants, wanted)
    around = [index for index in (after - 1, after) if 0 <= index < len(instants)]
    return min(around, key=lambda index: (abs(instants[index] - wanted), index), default=None)
