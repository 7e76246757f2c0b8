"""Windows and days of averaging rules."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.averages.rule import Window
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.period import Period
from tests.unit.domain.averages.builders import a_rule


def test_a_winter_is_named_for_the_year_in_which_it_ends() -> None:
    assert a_rule().window.of(2026) == Period(date(2025, 12, 1), date(2026, 4, 1))


def test_a_summer_lies_in_its_year() -> None:
    summer = Window(first=MonthDay(6, 1), last=MonthDay(9, 30))
    assert summer.of(2026) == Period(date(2026, 6, 1), date(2026, 10, 1))


def test_the_last_of_february_is_there_every_year() -> None:
    window = Window(first=MonthDay(12, 1), last=MonthDay(2, 29))
    assert window.of(2026).end == date(2026, 3, 1)
    assert window.of(2028).end == date(2028, 3, 1)
    assert (window.of(2028).days, window.of(2026).days) == (91, 90)


def test_several_years_are_the_same_season_again() -> None:
    assert a_rule(years=3).windows(2026) == (
        (2026, Period(date(2025, 12, 1), date(2026, 4, 1))),
        (2025, Period(date(2024, 12, 1), date(2025, 4, 1))),
        (2024, Period(date(2023, 12, 1), date(2024, 4, 1))),
    )


@pytest.mark.parametrize(
    ("effective", "day"),
    [
        (MonthDay(7, 1), date(2026, 7, 1)),
        (MonthDay(4, 1), date(2026, 4, 1)),
        (MonthDay(3, 31), date(2027, 3, 31)),  # within the window: not before it has closed
        (MonthDay(1, 1), date(2027, 1, 1)),
    ],
)
def test_the_figures_hold_from_the_first_such_day_after_the_window(effective: MonthDay, day: date) -> None:
    assert a_rule(effective=effective).effective_on(2026) == day
