"""The holidays of a jurisdiction document, worked out for the years that are asked for."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from chalicelib.domain.kernel.calendar import BusinessCalendar

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def holidays_of(document: Path, *, years: Iterable[int]) -> dict[date, str]:
    """The days on which nothing falls due in `years`, with their names, by `document`.

    A holiday on a weekend is observed on the nearest weekday as well.
    """
    rules = yaml.safe_load(document.read_text(encoding="utf-8"))
    return {
        day: str(rule["name"])
        for year in years
        for rule in rules["holidays"]
        for day in _observed(_day(rule, year))
    }


def business_calendar(holidays: Mapping[date, str]) -> BusinessCalendar:
    """The calendar with those holidays, closed on Saturday and Sunday."""
    return BusinessCalendar(holidays=frozenset(holidays))


def _day(rule: dict[str, Any], year: int) -> date:
    """The day a rule names: a date, or the nth weekday of a month (-1: the last)."""
    if "day" in rule:
        return date(year, rule["month"], rule["day"])
    weekday, nth = _DAYS.index(rule["weekday"]), int(rule["nth"])
    days_in_month = calendar.monthrange(year, rule["month"])[1]
    month: list[date] = [date(year, int(rule["month"]), day + 1) for day in range(days_in_month)]
    found = [day for day in month if day.weekday() == weekday]
    return found[nth - 1 if nth > 0 else nth]


def _observed(day: date) -> Iterator[date]:
    yield day
    if day.weekday() == _DAYS.index("saturday"):
        yield day - timedelta(days=1)
    elif day.weekday() == _DAYS.index("sunday"):
        yield day + timedelta(days=1)
