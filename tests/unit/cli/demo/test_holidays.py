"""Riverbend's holidays fall where the calendar says."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cli.demo.holidays import InvalidJurisdiction, business_calendar, holidays_of

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


@pytest.mark.parametrize(
    ("holiday", "told"),
    [
        ("{name: Harvest, month: 9}", "holidays[0]: is either a day of the month, or a weekday and its nth"),
        ("{name: Harvest, month: 9, day: 4, weekday: monday, nth: 1}", "holidays[0]: is either a day"),
        ("{name: Harvest, month: 9, weekday: monday}", "holidays[0]: is either a day"),
        ("{name: Harvest, month: 9, day: 4, nth: 1}", "holidays[0]: is either a day"),
        ("{name: Harvest, month: 13, day: 4}", "holidays[0].month: must be at most 12 (found '13')"),
        ("{name: Harvest, month: 9, day: 31}", "holidays[0].day: 31 is no day of month 9"),
        ("{name: Harvest, month: 9, weekday: mon, nth: 1}", "holidays[0].weekday: 'mon' is not known: write"),
        ("{name: Harvest, month: 9, weekday: monday, nth: 5}", "holidays[0].nth: '5' is not known: write"),
    ],
)
def test_a_rule_that_names_no_day_is_told_with_its_line(tmp_path: Path, holiday: str, told: str) -> None:
    file = tmp_path / "town.yaml"
    head, _, _ = RIVERBEND.read_text(encoding="utf-8").partition("holidays:\n")
    file.write_text(f"{head}holidays:\n- {holiday}\n", encoding="utf-8")
    with pytest.raises(InvalidJurisdiction) as refused:
        holidays_of(file, years=[2026])
    (problem,) = refused.value.problems
    assert str(problem).startswith(f"{file}:{head.count(chr(10)) + 2}: {told}")
