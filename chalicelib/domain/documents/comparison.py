"""Why a bill is higher or lower than an earlier one: days, usage, rates, other charges, to the minor unit.

Each step changes one thing and rates again, on the charges of the earlier bill:

    before                    the earlier bill
    usage  this bill's water a day for as many days as then      − as then
    days   this bill's days                                      − as many days as then
    rate   what is charged now                                   − the same on the rates of then
    other  the rest: services and circumstances that only one of the two bills has

The steps telescope, so that they add up to the difference whatever a tariff does in between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import TypeVar

from chalicelib.domain.billing.bill import Bill, BillSegment
from chalicelib.domain.documents.bill_document import ComparedWith, Comparison, StepChange
from chalicelib.domain.documents.usage_history import SAME_WATER_AGAIN
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId, BillId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.tariffs.line import Note
from chalicelib.domain.tariffs.rating import RatingRequest, TariffBook

_ALWAYS = date(1900, 1, 1)  # before any service
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What the earlier bill's rates need: the agreements as frozen with the bill, and the tariffs."""

    agreements: tuple[ServiceAgreement, ...]
    book: TariffBook
    scheduled_days: int | None

    def agreement(self, agreement_id: AgreementId) -> ServiceAgreement | None:
        """The agreement, None when it is not among those frozen."""
        return next((one for one in self.agreements if one.agreement_id == agreement_id), None)


@dataclass(frozen=True, slots=True)
class _Effects:
    days: int = 0
    usage: int = 0
    rate: int = 0

    def plus(self, other: _Effects) -> _Effects:
        return _Effects(self.days + other.days, self.usage + other.usage, self.rate + other.rate)


def compare_bills(
    *,
    now: Bill,
    before: Bill,
    compared_with: ComparedWith,
    rates: Rates,
    number_of: Callable[[BillId], str],
) -> Comparison:
    """What made the difference between two bills of an account.

    Where the earlier rates cannot be applied (a tariff that is gone, a determinant that was not known then),
    the difference counts as other.
    """
    then = {segment.agreement_id: segment for segment in before.segments}
    effects = _Effects()
    for segment in now.segments:
        earlier = then.get(segment.agreement_id)
        if earlier is not None:
            effects = effects.plus(_effects(segment, earlier, now, before, rates))
    difference = now.total_minor - before.total_minor
    measured_now, measured_then = _measured(now), _measured(before)
    return Comparison(
        compared_with=compared_with,
        bill_number=number_of(before.bill_id),
        start=min(segment.period.start for segment in before.segments),
        end=max(segment.period.end for segment in before.segments),
        before_minor=before.total_minor,
        now_minor=now.total_minor,
        days_minor=effects.days,
        usage_minor=effects.usage,
        rate_minor=effects.rate,
        other_minor=difference - effects.days - effects.usage - effects.rate,
        days_before=_longest(before),
        days_now=_longest(now),
        usage_before=measured_then[0] if measured_then else None,
        usage_now=measured_now[0] if measured_now else None,
        unit=measured_now[1] if measured_now else "",
        steps=tuple(
            change
            for segment in now.segments
            if segment.agreement_id in then
            for change in _step_changes(segment, then[segment.agreement_id])
        ),
    )


def _step_changes(now: BillSegment, then: BillSegment) -> Iterator[StepChange]:
    """Charges whose step is another one; where rates changed within a period, the step of its last days."""
    reached, before = _steps(now), _steps(then)
    for charge, step in reached.items():
        if before.get(charge, step) != step:
            yield StepChange(charge=charge, before=before[charge], now=step)


def _steps(segment: BillSegment) -> dict[str, int]:
    lines = [line for line in segment.lines if line.tier and Note.STEP in line.notes]
    return {line.charge: line.tier.number for line in lines if line.tier}


def _effects(now: BillSegment, then: BillSegment, bill: Bill, before: Bill, rates: Rates) -> _Effects:
    agreement = rates.agreement(now.agreement_id)
    if agreement is None or (now.quantity is None) != (then.quantity is None) or now.unit != then.unit:
        return _Effects()
    # Circumstances of today (assistance, meter size) on both sides: their change is not one of rates.
    request = RatingRequest(
        tariff=_constant(agreement.tariff, bill),
        period=then.period,
        bill_date=before.bill_date,
        determinants={name: _constant(dated, bill) for name, dated in agreement.determinants.items()},
        scheduled_days=rates.scheduled_days,
    )
    longer = Period(then.period.start, then.period.start + timedelta(days=now.period.days))
    try:
        as_then = _total(request, then.quantity, then.unit, rates.book)
        other_usage = _total(request, _for_days(now, then.period.days), then.unit, rates.book)
        other_days = _total(replace(request, period=longer), now.quantity, now.unit, rates.book)
        today = _total(
            replace(request, period=now.period, bill_date=bill.bill_date), now.quantity, now.unit, rates.book
        )
    except Refusal:
        return _Effects()
    return _Effects(days=other_days - other_usage, usage=other_usage - as_then, rate=today - other_days)


def _constant(dated: Dated[T], bill: Bill) -> Dated[T]:
    """What holds on the bill's last day of service, as if it had always held."""
    last = max(segment.period.end for segment in bill.segments) - timedelta(days=1)
    value = dated.find(last)
    return dated if value is None else Dated.since(_ALWAYS, value)


def _for_days(segment: BillSegment, days: int) -> Fraction | None:
    """The segment's water a day, for another number of days."""
    return None if segment.quantity is None else Fraction(segment.quantity) * days / segment.period.days


def _total(request: RatingRequest, quantity: Decimal | Fraction | None, unit: str, book: TariffBook) -> int:
    """What `quantity` costs, in minor units. Water between two billing steps costs what lies between them.

    Rounding a fictitious quantity to whole steps would move a step's price from usage to days or back.
    """
    terms = book.usage_terms(request)
    if quantity is None or terms is None:
        return book.rate(request).total_minor
    step = Fraction(terms.step)
    below = to_integer(Fraction(quantity) / step, rule=RoundingRule.DOWN) * step
    share = (Fraction(quantity) - below) / step

    def cost(water: Fraction) -> int:
        return book.rate(replace(request, usage=Quantity(water, Unit.parse(unit)))).total_minor

    if not share:
        return cost(below)
    lower, upper = cost(below), cost(below + step)
    return lower + to_integer(share * (upper - lower), rule=RoundingRule.HALF_UP)


def _measured(bill: Bill) -> tuple[Decimal, str] | None:
    """The bill's water, sewer aside (the same drops again); None where it is not all in one unit."""
    metered = [segment for segment in bill.segments if segment.quantity is not None]
    metered = [one for one in metered if one.service_type not in SAME_WATER_AGAIN] or metered
    units = {segment.unit for segment in metered}
    if len(units) != 1:
        return None
    return sum((segment.quantity or Decimal(0) for segment in metered), Decimal(0)), units.pop()


def _longest(bill: Bill) -> int:
    return max(segment.period.days for segment in bill.segments)
