"""The holidays of a jurisdiction document, worked out for the years that are asked for."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias, get_args

from pydantic import Field, model_validator

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.yaml_documents.complaints import checked
from chalicelib.yaml_documents.fields import Section, refuse
from chalicelib.yaml_documents.problems import InvalidDocument
from chalicelib.yaml_documents.source import Kind, Source

Weekday: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


class InvalidJurisdiction(InvalidDocument):
    """A jurisdiction document cannot be used; `problems` lists everything found, in the order of the file."""


_JURISDICTION = Kind(
    no_mapping="a jurisdiction is a mapping: begin with `jurisdiction: NAME`", refused=InvalidJurisdiction
)


class HolidaySection(Section):
    """A day of every year: the `day` of a month, or the `nth` `weekday` of it (-1: the last)."""

    name: str
    month: Annotated[int, Field(ge=1, le=12)]
    day: int | None = None
    weekday: Weekday | None = None
    nth: Literal["1", "2", "3", "4", "-1"] | None = None

    @model_validator(mode="after")
    def _names_one_day(self) -> Self:
        if not (self.day is None) == (self.weekday is not None) == (self.nth is not None):
            raise refuse("is either a day of the month, or a weekday and its nth")
        if self.day is not None and not MonthDay.parse(f"{self.month:02d}-{self.day:02d}"):
            raise refuse(f"{self.day} is no day of month {self.month}", "day")
        return self

    def in_year(self, year: int) -> date:
        """The day it falls on in `year`."""
        if self.day is not None:
            return MonthDay(self.month, self.day).in_year(year)
        assert self.weekday is not None
        assert self.nth is not None
        weekday, nth = _WEEKDAYS.index(self.weekday), int(self.nth)
        weeks = calendar.monthcalendar(year, self.month)
        days = [week[weekday] for week in weeks if week[weekday]]
        return date(year, self.month, days[nth - 1 if nth > 0 else nth])


class JurisdictionDocument(Section):
    """What the law and the calendar of a place say."""

    jurisdiction: str
    name: str
    country: str
    region: str
    time_zone: str
    currency: str
    holidays: list[HolidaySection]


def holidays_of(document: Path, *, years: Iterable[int]) -> dict[date, str]:
    """The days on which nothing falls due in `years`, with their names, by `document`.

    A holiday on a weekend is observed on the nearest weekday as well. Raises InvalidJurisdiction.
    """
    rules = checked(Source.of(document, kind=_JURISDICTION), JurisdictionDocument).holidays
    return {day: rule.name for year in years for rule in rules for day in _observed(rule.in_year(year))}


def business_calendar(holidays: Mapping[date, str]) -> BusinessCalendar:
    """The calendar with those holidays, closed on Saturday and Sunday."""
    return BusinessCalendar(holidays=frozenset(holidays))


def _observed(day: date) -> Iterator[date]:
    yield day
    if day.weekday() == _WEEKDAYS.index("saturday"):
        yield day - timedelta(days=1)
    elif day.weekday() == _WEEKDAYS.index("sunday"):
        yield day + timedelta(days=1)
