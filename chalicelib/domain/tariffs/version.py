"""Tariff versions: what a rate ordinance says, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit, ratio
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Formula
from chalicelib.domain.tariffs.charges.charge import Charge
from chalicelib.domain.tariffs.determinants import Determinant
from chalicelib.domain.tariffs.line import Factor


class ScheduledDaysMissing(Refusal):
    """A tariff prorates on the cycle's scheduled days and the request does not say how many they are."""


class Effectivity(StrEnum):
    """Which day decides whether this version has taken over from the one before it."""

    SERVICE_DAY = "service_day"  # each day of service for itself: a period may be split
    BILL_DATE = "bill_date"
    PERIOD_START = "period_start"  # the first day of service
    PERIOD_END = "period_end"  # the last day of service, the day before the closing read
    CLOSING_READ = "closing_read"  # the day of the closing read: "for meters read on and after"

    def reference(self, *, day: date, period: Period, bill_date: date) -> date:
        """The day that decides for the service day `day` of `period`."""
        if self is Effectivity.SERVICE_DAY:
            return day
        if self is Effectivity.BILL_DATE:
            return bill_date
        if self is Effectivity.CLOSING_READ:
            return period.end
        return period.start if self is Effectivity.PERIOD_START else period.end - timedelta(days=1)


class OpeningAndClosing(StrEnum):
    """Whether opening and closing bills of a normal length are charged in full."""

    LIKE_OTHERS = "like_others"
    BY_DAYS = "by_days"  # whatever their length


class ShortOpening(StrEnum):
    """What an opening bill below the shortest length is charged."""

    NOTHING = "nothing"
    USAGE_ONLY = "usage_only"  # no service and no minimum charges


@dataclass(frozen=True, slots=True, kw_only=True)
class Proration:
    """How bills of unusual length are charged.

    A period within `normal_days` (inclusive) is charged in full. Any other one is charged days over
    `basis_days` (None: over the cycle's scheduled days). `tiers`: whether tier widths follow.
    `opening_and_closing`: whether those bills too are charged in full when their length is normal. An opening
    bill of fewer than `shortest_opening_days` is charged as `below_shortest` says.
    """

    normal_days: tuple[int, int]
    basis_days: int | None
    tiers: bool
    opening_and_closing: OpeningAndClosing = OpeningAndClosing.LIKE_OTHERS
    shortest_opening_days: int = 0
    below_shortest: ShortOpening = ShortOpening.NOTHING

    def share(self, *, days: int, scheduled_days: int | None, regular: bool = True) -> Factor | None:
        """The share of a full charge for a period of `days`; None in full. Raises ScheduledDaysMissing.

        `regular`: whether it is neither an opening nor a closing bill.
        """
        shortest, longest = self.normal_days
        always = not regular and self.opening_and_closing is OpeningAndClosing.BY_DAYS
        if shortest <= days <= longest and not always:
            return None
        basis = self.basis_days or scheduled_days
        if not basis:
            raise ScheduledDaysMissing(
                "the tariff prorates on the cycle's scheduled days: say how many days this period was "
                "scheduled for, or give the tariff a basis in days"
            )
        return Factor(days, basis) if days != basis else None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTerms:
    """How metered water becomes a billed quantity: in `unit`, a multiple of `step` under `rounding`.

    `conversions` holds what the ordinance itself says a billing unit is: `{US_GALLON: 748}` bills a ccf for
    every 748 gallons. Units not named convert by their legal definition.
    """

    unit: Unit
    step: Decimal
    rounding: RoundingRule
    conversions: Mapping[Unit, Decimal] = field(default_factory=dict)

    def steps_per(self, unit: Unit) -> Fraction:
        """How many billing steps one `unit` of register usage is, exactly."""
        stated = self.conversions.get(unit)
        units = 1 / Fraction(stated) if stated is not None else ratio(source=unit, target=self.unit)
        return units / Fraction(self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFormula:
    """A value worked out under a name; what comes after may use it like a determinant."""

    name: str
    formula: Formula
    label: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffVersion:
    """One version of a tariff. `charges` are in rating order; `fingerprint` is that of its document.

    `usage` is None for services without a meter; `proration` None charges every bill in full. `formulas`
    are worked out in order. `translations` holds labels in further languages: language tag → charge code →
    label.
    """

    code: str
    version: int
    name: str
    service_type: str
    currency: str
    effective_from: date
    effectivity: Effectivity
    usage: UsageTerms | None
    proration: Proration | None
    determinants: tuple[Determinant, ...]
    charges: tuple[Charge, ...]
    fingerprint: str
    formulas: tuple[NamedFormula, ...] = ()
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def reference(self) -> str:
        """How lines and frozen inputs name this version: `CODE@version`."""
        return f"{self.code}@{self.version}"
