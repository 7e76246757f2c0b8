"""The holidays of a jurisdiction document, worked out for the years that are asked for."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

from chalicelib.domain.kernel.calendar import BusinessCalendar

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def business_calendar(document: Path, *, years: Iterable[int]) -> BusinessCalendar:
    """The business days that `document` (samples/riverbend/jurisdiction.yaml) makes of `years`."""
    rules = yaml.safe_load(document.read_text(encoding="utf-8"))
    weekend = frozenset(_DAYS.index(day) for day in rules["weekend"])
    days = (_day(rule, year) for year in years for rule in rules["holidays"])
    return BusinessCalendar(weekend=weekend, holidays=frozenset(_observed(days)))


def _day(rule: dict[str, Any], year: int) -> date:
    """The day a rule names: a date, or the nth weekday of a month (-1: the last)."""
    if "day" in rule:
        return date(year, rule["month"], rule["day"])
    weekday, nth = _DAYS.index(rule["weekday"]), int(rule["nth"])
    days_in_month = calendar.monthrange(year, rule["month"])[1]
    month: list[date] = [date(year, int(rule["month"]), day + 1) for day in range(days_in_month)]
    found = [day for day in month if day.weekday() == weekday]
    return found[nth - 1 if nth > 0 else nth]


def _observed(days: Iterable[date]) -> Iterator[date]:
    """Each holiday and, where it falls on a weekend, the Friday before or the Monday after."""
    for day in days:
        yield day
        if day.weekday() == _DAYS.index("saturday"):
            yield day - timedelta(days=1)
        elif day.weekday() == _DAYS.index("sunday"):
            yield day + timedelta(days=1)
