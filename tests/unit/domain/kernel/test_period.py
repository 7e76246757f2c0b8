"""Half-open periods split without gaps or overlaps."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.period import EmptyPeriod, Period

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
periods = st.builds(lambda day, length: Period(day, day + timedelta(days=length)), days, st.integers(1, 400))


@given(periods, st.lists(days, max_size=6), st.lists(st.integers(0, 400), max_size=6))
def test_split_parts_add_up_and_meet(period: Period, far: list[date], near: list[int]) -> None:
    parts = period.split([*far, *(period.start + timedelta(days=offset) for offset in near)])
    assert [day for part in parts for day in part] == list(period)
    assert sum(part.days for part in parts) == period.days


@given(periods)
def test_the_end_belongs_to_the_successor(period: Period) -> None:
    assert period.start in period
    assert period.end - timedelta(days=1) in period
    assert period.end not in period


@given(periods, periods)
def test_an_overlap_is_exactly_the_days_in_both(one: Period, other: Period) -> None:
    both = set(one) & set(other)
    overlap = one.overlap(other)
    assert (set(overlap) if overlap else set()) == both


@pytest.mark.parametrize("length", [0, -1])
def test_a_period_has_at_least_a_day(length: int) -> None:
    start = date(2026, 3, 1)
    with pytest.raises(EmptyPeriod, match="must end after it starts"):
        Period(start, start + timedelta(days=length))


def test_a_leap_day_counts() -> None:
    assert Period(date(2028, 2, 1), date(2028, 3, 1)).days == 29
    assert Period(date(2027, 2, 1), date(2027, 3, 1)).days == 28
