"""Determinants: the declared facts that charges depend on, and where each comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import NamedTuple, TypeAlias

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.month_day import MonthDay


class Event(NamedTuple):
    """Something that happened once: on `day`, so many times or for so much money (`value`)."""

    day: date
    value: Decimal


# As read under its declaration: text for a choice, a whole or any number, yes or no, what happened.
Value: TypeAlias = str | Decimal | bool | tuple[Event, ...]
Values: TypeAlias = Mapping[str, Value]

_YES = frozenset({"yes", "true", "y", "1"})
_MOST_DIGITS = 30
_NO = frozenset({"no", "false", "n", "0"})


class InvalidDeterminant(Refusal):
    """A determinant's value does not fit its declared kind."""


class DeterminantKind(StrEnum):
    """What values a determinant takes."""

    CHOICE = "choice"  # a key of tables: meter size, zone, drought stage
    COUNT = "count"  # a whole number from 1: dwelling units
    NUMBER = "number"  # any decimal number: a winter average, an irrigated area
    FLAG = "flag"  # yes or no: eligible, exempt
    EVENT = "event"  # what happened on single days: a reconnection, a returned payment


NUMERIC = (DeterminantKind.COUNT, DeterminantKind.NUMBER)


class Source(StrEnum):
    """Who knows a determinant."""

    AGREEMENT = "agreement"  # a dated attribute of the service agreement
    METER = "meter"  # kept with the agreement, taken from the installed meter
    PREMISE = "premise"  # kept with the agreement, taken from the property: lot area, zone
    HISTORY = "history"  # kept with the agreement, frozen by a yearly job: a winter average
    UTILITY = "utility"  # declared for everybody at once: drought stage, cost adjustment
    WEATHER = "weather"  # measured: evapotranspiration over the days of the period
    CALENDAR = "calendar"  # the season, or the month, of the day
    PERIOD = "period"  # the days in the period

    @property
    def of_agreement(self) -> bool:
        """Whether it is looked for among the attributes of the agreement."""
        return self in _OF_AGREEMENT


_OF_AGREEMENT = (Source.AGREEMENT, Source.METER, Source.PREMISE, Source.HISTORY)


@dataclass(frozen=True, slots=True)
class Season:
    """`name` holds every year from its `start` until the next season's."""

    name: str
    start: MonthDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Determinant:
    """A declared fact. Where there is no value for it, `default` stands, or the value of `default_from`.

    With neither, an agreement without it is not rated. `seasons` (by start) divide the year for a
    determinant of the calendar; without them its value is the number of the month.
    """

    name: str
    kind: DeterminantKind
    label: str = ""
    unit: str = ""
    source: Source = Source.AGREEMENT
    default: str | None = None
    default_from: str | None = None
    seasons: tuple[Season, ...] = ()

    @property
    def required(self) -> bool:
        """Whether an agreement that lacks it cannot be rated."""
        missing_hurts = self.default is None and self.default_from is None
        return self.source.of_agreement and self.kind is not DeterminantKind.EVENT and missing_hurts

    def read(self, raw: Decimal | str) -> str | Decimal | bool:
        """`raw` as a value of this kind, of one event for an event. Raises InvalidDeterminant."""
        text = str(raw).strip()
        if self.kind is DeterminantKind.CHOICE:
            return table_key(text)
        if self.kind is DeterminantKind.FLAG:
            if text.lower() in _YES | _NO:
                return text.lower() in _YES
            raise self._misfit(raw, "write yes or no")
        number = number_in(text)
        if number is None:
            raise self._misfit(raw, "write a number")
        if self.kind is DeterminantKind.COUNT and (number < 1 or number != int(number)):
            raise self._misfit(raw, "write a whole number from 1")
        if self.kind is DeterminantKind.EVENT and number <= 0:
            raise self._misfit(raw, "write how many times it happened, or for how much money")
        return number

    def _misfit(self, raw: object, mend: str) -> InvalidDeterminant:
        return InvalidDeterminant(
            f"{self.name} cannot be {str(raw)!r}: {mend}", determinant=self.name, value=str(raw)
        )


def number_of(value: Value) -> Decimal:
    """`value`, which a sound tariff has made sure is a number."""
    assert isinstance(value, Decimal), f"{value!r} is no number"
    return value


def table_key(text: str) -> str:
    """`text` as tables look it up: without outer blanks; numbers in their shortest form ("1.50" is "1.5")."""
    number = number_in(text)
    return text.strip() if number is None else f"{number.normalize():f}"


def number_in(text: str) -> Decimal | None:
    """The number `text` writes; None when it is none, or one beyond all measure."""
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    # A number beyond all measure ("1e999999999") would only serve to exhaust memory when written out.
    return number if number.is_finite() and -_MOST_DIGITS < number.adjusted() < _MOST_DIGITS else None
