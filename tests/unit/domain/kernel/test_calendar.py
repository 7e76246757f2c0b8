"""Days on which something can fall due."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.calendar import BusinessCalendar, NoBusinessDay

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
CALENDAR = BusinessCalendar(holidays=frozenset({date(2026, 12, 25), date(2026, 12, 28)}))


def test_a_due_date_rolls_over_weekend_and_holidays() -> None:
    # Friday the 25th and Monday the 28th are holidays, the days between a weekend.
    assert CALENDAR.on_or_after(date(2026, 12, 25)) == date(2026, 12, 29)
    assert CALENDAR.on_or_after(date(2026, 12, 24)) == date(2026, 12, 24)


@given(days)
def test_the_day_found_is_a_business_day_and_none_was_passed_over(day: date) -> None:
    found = CALENDAR.on_or_after(day)
    assert CALENDAR.is_business_day(found)
    between = [date.fromordinal(n) for n in range(day.toordinal(), found.toordinal())]
    assert not any(map(CALENDAR.is_business_day, between))


@given(days, st.integers(0, 20))
def test_business_days_are_counted_one_by_one(day: date, count: int) -> None:
    first, last = CALENDAR.on_or_after(day), CALENDAR.plus_business_days(day, count)
    passed = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal())]
    assert sum(map(CALENDAR.is_business_day, passed)) == count


def test_a_calendar_without_business_days_is_refused() -> None:
    with pytest.raises(NoBusinessDay):
        BusinessCalendar(weekend=frozenset(range(7))).on_or_after(date(2026, 1, 1))
