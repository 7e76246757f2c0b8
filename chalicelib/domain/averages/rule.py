"""Averaging rules: which bills are averaged, how, and what stands where there are too few of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.premises.service_agreement import ServiceType


class BillsIn(StrEnum):
    """Which bills a window takes."""

    ENDED_WITHIN = "ended_within"  # those whose last day of service lies in the window, whole
    OVERLAPPING = "overlapping"  # all that share days with it, by the share of their days


class Method(StrEnum):
    """How the bills of a window become one figure."""

    MEAN_PER_BILL = "mean_per_bill"
    MEAN_PER_30_DAYS = "mean_per_30_days"
    MEDIAN = "median"
    LOWEST = "lowest"  # the mean of the lowest `of_bills`
    HIGHEST = "highest"

    @property
    def takes_whole_bills(self) -> bool:
        """Whether bills are compared with one another, so that a part of one says nothing."""
        return self in {Method.MEDIAN, Method.LOWEST, Method.HIGHEST}


class Fallback(StrEnum):
    """What an agreement without enough bills is given."""

    FIXED = "fixed"
    CLASS_MEAN = "class_mean"  # of what its rate class measured
    CLASS_MEDIAN = "class_median"
    LAST_YEAR = "last_year"  # what it has


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The season whose bills count, both days included. It is named for the year in which it ends.

    With `years` above 1 the same season of so many years is averaged, each for itself, then their mean is
    taken over those with enough bills, of which there must be `least_years`.
    """

    first: MonthDay
    last: MonthDay
    bills: BillsIn = BillsIn.ENDED_WITHIN
    years: int = 1
    least_years: int = 1

    def of(self, year: int) -> Period:
        """The days of the window that ends in `year`."""
        starts = year if self.first <= self.last else year - 1
        return Period(self.first.in_year(starts), self.last.in_year(year) + timedelta(days=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounding:
    """The multiple of `step` that a figure becomes under `rule`."""

    step: Decimal
    rule: RoundingRule

    def of(self, exact: Fraction) -> Decimal:
        """`exact`, rounded."""
        return Decimal(to_integer(exact / Fraction(self.step), rule=self.rule)) * self.step


@dataclass(frozen=True, slots=True, kw_only=True)
class Default:
    """One thing to fall back on; `value` only where it is FIXED."""

    kind: Fallback
    value: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AveragingRule:
    """How a determinant of an agreement is figured from a season's bills.

    It fills `determinant` of the agreements for `service` whose tariff declares it (only `tariffs`, where
    named) from the billed water of services `usage_of` of the same account at the same place. The figure is
    rounded, then held between `floor` and `cap`. Where bills are fewer than `least_bills`, the first of
    `defaults` that can be had stands. `rate_class` names the determinant that tells classes apart; empty: the
    tariff does. `effective` is the first such day after the window. A change against last year beyond
    `review_change_percent` is flagged.
    """

    code: str
    name: str
    determinant: str
    service: ServiceType
    usage_of: tuple[ServiceType, ...]
    unit: Unit
    window: Window
    method: Method
    least_bills: int
    rounding: Rounding
    effective: MonthDay
    of_bills: int = 0
    floor: Decimal | None = None
    cap: Decimal | None = None
    defaults: tuple[Default, ...] = ()
    tariffs: tuple[str, ...] = ()
    rate_class: str = ""
    review_change_percent: Decimal = Decimal(50)

    def windows(self, year: int) -> tuple[tuple[int, Period], ...]:
        """The windows that are averaged for `year`, the newest first, each with the year it is named for."""
        return tuple((one, self.window.of(one)) for one in range(year, year - self.window.years, -1))

    def effective_on(self, year: int) -> date:
        """The day from which the figures of `year` hold."""
        closes = self.window.of(year).end
        day = self.effective.in_year(closes.year)
        return day if day >= closes else self.effective.in_year(closes.year + 1)
