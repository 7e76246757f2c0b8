"""Schedules follow a pattern, keep to business days, and make sense."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import CycleCode, Month
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.plan_schedules import (
    ScheduleOutOfOrder,
    SchedulePattern,
    in_order,
    plan_schedules,
)

CALENDAR = BusinessCalendar(holidays=frozenset({date(2026, 9, 7), date(2026, 11, 26)}))


def planned(month: Month, pattern: SchedulePattern) -> Schedule:
    [schedule] = plan_schedules(cycle=CycleCode("C1"), months=[month], pattern=pattern, calendar=CALENDAR)
    return schedule


def test_dates_follow_the_expected_read() -> None:
    """The 5th of August 2026 is a Wednesday; nine days on is Friday the 14th, 21 more: September 4."""
    schedule = planned(Month(2026, 8), SchedulePattern(read_day=5))

    assert schedule == Schedule(
        cycle=CycleCode("C1"),
        period=Month(2026, 8),
        window_open=date(2026, 8, 2),
        expected_read_on=date(2026, 8, 5),
        estimate_from=date(2026, 8, 9),
        window_close=date(2026, 8, 13),
        accounting_date=date(2026, 8, 14),
        bill_date=date(2026, 8, 14),
        due_on=date(2026, 9, 4),
    )


def test_read_bill_and_due_dates_roll_to_business_days() -> None:
    """Sunday the 1st → Monday the 2nd; nine days on the 11th; 15 on is Thanksgiving → Friday the 27th."""
    schedule = planned(Month(2026, 11), SchedulePattern(read_day=1, due_after=15))

    assert schedule.expected_read_on == date(2026, 11, 2)
    assert schedule.bill_date == date(2026, 11, 11)
    assert schedule.due_on == date(2026, 11, 27)


def test_a_day_the_month_lacks_is_its_last_one() -> None:
    assert planned(Month(2027, 2), SchedulePattern(read_day=31)).expected_read_on == date(2027, 3, 1)
    assert planned(Month(2026, 9), SchedulePattern(read_day=31)).expected_read_on == date(2026, 9, 30)


def test_a_year_has_a_schedule_for_each_month() -> None:
    months = [Month(2026, 1).plus(n) for n in range(12)]

    schedules = plan_schedules(
        cycle=CycleCode("C1"), months=months, pattern=SchedulePattern(read_day=12), calendar=CALENDAR
    )

    assert [schedule.period for schedule in schedules] == months
    assert all(CALENDAR.is_business_day(schedule.due_on) for schedule in schedules)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"window_open": date(2026, 8, 6)}, "window_open .* no later than expected_read_on"),
        ({"window_close": date(2026, 8, 5)}, "expected_read_on .* before window_close"),
        ({"estimate_from": date(2026, 8, 14)}, "estimate_from .* no later than window_close"),
        ({"bill_date": date(2026, 8, 4)}, "expected_read_on .* no later than bill_date"),
        ({"due_on": date(2026, 8, 13)}, "bill_date .* no later than due_on"),
    ],
)
def test_dates_that_contradict_each_other_are_refused(wrong: dict[str, date], complaint: str) -> None:
    schedule = planned(Month(2026, 8), SchedulePattern(read_day=5))

    with pytest.raises(ScheduleOutOfOrder, match=complaint):
        in_order(replace(schedule, **wrong))
