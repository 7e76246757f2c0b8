"""Riverbend's holidays fall where the calendar says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cli.demo.holidays import business_calendar, holidays_of

RIVERBEND = Path(__file__).parents[4] / "samples" / "riverbend" / "jurisdiction.yaml"


def test_holidays_of_2026() -> None:
    days = sorted(holidays_of(RIVERBEND, years=[2026]))
    assert days == [
        date(2026, 1, 1),
        date(2026, 1, 19),  # third Monday
        date(2026, 2, 16),  # third Monday
        date(2026, 3, 31),
        date(2026, 5, 25),  # last Monday
        date(2026, 6, 19),
        date(2026, 7, 3),  # the 4th is a Saturday, observed on Friday
        date(2026, 7, 4),
        date(2026, 9, 7),  # first Monday
        date(2026, 11, 11),
        date(2026, 11, 26),  # fourth Thursday
        date(2026, 11, 27),
        date(2026, 12, 25),
    ]


def test_a_holiday_on_sunday_is_observed_on_monday() -> None:
    calendar = business_calendar(holidays_of(RIVERBEND, years=[2027]))
    assert date(2027, 7, 5) in calendar.holidays  # the 4th is a Sunday
    assert calendar.on_or_after(date(2027, 7, 3)) == date(2027, 7, 6)
