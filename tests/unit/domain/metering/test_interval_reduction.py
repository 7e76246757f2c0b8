"""An hourly series becomes the few reads that bills stand on; every other row is counted by its reason."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from chalicelib.domain.metering.interval_reduction import (
    Boundary,
    Dropped,
    IntervalRow,
    Reduction,
    reduce_to_boundaries,
)

MAY = Boundary(day=date(2026, 5, 1), instant=datetime(2026, 5, 1, tzinfo=UTC))
JUNE = Boundary(day=date(2026, 6, 1), instant=datetime(2026, 6, 1, tzinfo=UTC))
DAY = timedelta(days=1)


def row(line: int, hours: int, value: str, *, after: Boundary = MAY) -> IntervalRow:
    return IntervalRow(line=line, taken_at=after.instant + timedelta(hours=hours), value=Decimal(value))


def reasons(found: Reduction) -> Counter[Dropped]:
    return Counter(reason for _, reason in found.dropped)


def test_the_row_nearest_to_the_boundary_stands_for_it() -> None:
    found = reduce_to_boundaries(
        [row(2, -3, "10"), row(3, -1, "11"), row(4, 2, "12"), row(5, 40, "13")],
        boundaries=[MAY],
        tolerance=DAY,
    )
    assert [(kept.line, boundary.day) for kept, boundary in found.kept] == [(3, date(2026, 5, 1))]
    assert reasons(found) == {Dropped.BETWEEN_BOUNDARIES: 2, Dropped.OUTSIDE_TOLERANCE: 1}


def test_of_two_rows_equally_near_the_earlier_does() -> None:
    found = reduce_to_boundaries([row(2, 1, "11"), row(3, -1, "10")], boundaries=[MAY], tolerance=DAY)
    assert [kept.line for kept, _ in found.kept] == [3]


def test_a_boundary_without_a_row_near_enough_stays_unmet() -> None:
    found = reduce_to_boundaries(
        [row(2, 24, "1"), row(3, -25, "2", after=JUNE)], boundaries=[MAY, JUNE], tolerance=DAY
    )
    assert [boundary.day for _, boundary in found.kept] == [date(2026, 5, 1)]
    assert found.unmet == (JUNE,)


def test_a_repeated_row_counts_once_and_a_contradicted_one_not_at_all() -> None:
    rows = [row(2, 0, "10"), row(3, 0, "10"), row(4, 1, "11"), row(5, 1, "12"), row(6, 5, "13")]
    found = reduce_to_boundaries(rows, boundaries=[MAY], tolerance=DAY)
    assert [kept.line for kept, _ in found.kept] == [2]
    assert reasons(found) == {Dropped.REPEATED: 1, Dropped.CONTRADICTED: 2, Dropped.BETWEEN_BOUNDARIES: 1}


def test_a_row_that_fell_stands_for_nothing_and_those_after_it_are_judged_anew() -> None:
    glitch = [row(2, -1, "307775"), row(3, 0, "295487"), row(4, 1, "307788")]
    found = reduce_to_boundaries(glitch, boundaries=[MAY], tolerance=DAY)
    assert [kept.line for kept, _ in found.kept] == [2]
    assert reasons(found)[Dropped.FELL] == 1

    exchanged = [row(2, -30, "900"), row(3, -29, "0"), row(4, -2, "3"), row(5, 9, "4")]
    found = reduce_to_boundaries(exchanged, boundaries=[MAY], tolerance=DAY)
    assert [kept.line for kept, _ in found.kept] == [4]


def test_kept_and_dropped_rows_add_up_to_the_series() -> None:
    rows = [row(n, n, str(n % 7)) for n in range(2, 60)] + [row(90, 3, "3"), row(91, 4, "0")]
    found = reduce_to_boundaries(rows, boundaries=[MAY, JUNE], tolerance=DAY)
    assert len(found.kept) + len(found.dropped) == len(rows)


def test_an_empty_series_meets_no_boundary() -> None:
    assert reduce_to_boundaries([], boundaries=[MAY], tolerance=DAY).unmet == (MAY,)
