"""The usage of one agreement over a period, from the reads of all meters that serve it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.billing.bill import BilledRead
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RegisterId, ServicePointId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.plausibility import DEFAULT_LIMITS, PlausibilityLimits
from chalicelib.domain.metering.register_usage import register_usage
from chalicelib.domain.metering.stretches import (
    MissingRead,
    Stretch,
    closing_dial,
    lacking_read,
    opening_dial,
    stretches,
)
from chalicelib.domain.metering.usual_use import usual_daily_dials
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceAgreement
from chalicelib.domain.premises.service_point import ServicePoint

Reads = Mapping[RegisterId, Sequence[MeterRead]]


class ReadsMissing(Refusal):
    """Reads that a bill would have to stand on are not there. `data["gaps"]` lists them (MissingRead)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementUsage:
    """What an agreement used, and the `reads` that stands on (one per register and stretch of days).

    `estimated` says that a read closing the period is an estimate. `checks` are the stretches of check
    meters that could be measured; they are no part of `quantity`.
    """

    quantity: Quantity
    reads: tuple[BilledRead, ...]
    estimated: bool
    checks: tuple[BilledRead, ...] = ()


def agreement_usage(
    *,
    agreement: ServiceAgreement,
    service_points: Mapping[ServicePointId, ServicePoint],
    reads: Reads,
    period: Period,
    unit: Unit,
    truncate_to: Decimal | None = None,
    limits: PlausibilityLimits = DEFAULT_LIMITS,
    last_billed: Mapping[RegisterId, BilledRead] | None = None,
) -> AgreementUsage:
    """The usage of `agreement` over `period`, in `unit`.

    `reads` holds the reads of every register concerned: those on the days the period opens and closes, and a
    year or so before, against which a rollover is judged. `last_billed` holds the reads that closed the bill
    before: a bill opens exactly where the last one ended, so an estimate is trued up by the next actual read.
    `truncate_to` cuts every *read* down to that many billing units (1: whole units) before subtracting, so
    that bills add up to the difference of the truncated reads; None bills exactly.

    Raises ReadsMissing (every gap named), RegisterWentBackwards, ImplausibleRollover, ValueBeyondDials.
    """
    billed: list[BilledRead] = []
    checks: list[BilledRead] = []
    gaps: list[MissingRead] = []
    total = Fraction(0)
    for stretch in _all_stretches(agreement, service_points, period):
        if isinstance(stretch, MissingRead):
            gaps.append(stretch)
            continue
        try:
            measured = _measured(stretch, reads, period, unit, truncate_to, limits, last_billed or {})
        except Refusal:
            if stretch.link.role is LinkRole.CHECK:
                continue  # a check meter out of order stops no bill
            raise
        if isinstance(measured, MissingRead):
            gaps.append(measured)
        elif stretch.link.role is LinkRole.CHECK:
            checks.append(measured.read)
        else:
            billed.append(measured.read)
            total += measured.water
    needed = [gap for gap in gaps if not gap.check_only]
    if needed:
        raise ReadsMissing("; ".join(map(str, needed)), gaps=tuple(needed))
    return AgreementUsage(
        quantity=Quantity(total, unit),
        reads=tuple(billed),
        estimated=any(read.end_quality is ReadQuality.ESTIMATED for read in billed),
        checks=tuple(checks),
    )


def _all_stretches(
    agreement: ServiceAgreement, service_points: Mapping[ServicePointId, ServicePoint], period: Period
) -> Iterator[Stretch | MissingRead]:
    for link in agreement.links:
        yield from stretches(link=link, point=service_points.get(link.service_point_id), period=period)


@dataclass(frozen=True, slots=True)
class _Measured:
    read: BilledRead
    water: Fraction  # in the billing unit, signed and shared


def _measured(
    stretch: Stretch,
    reads: Reads,
    period: Period,
    unit: Unit,
    truncate_to: Decimal | None,
    limits: PlausibilityLimits,
    last_billed: Mapping[RegisterId, BilledRead],
) -> _Measured | MissingRead:
    """One stretch's share of the usage, or the read it lacks."""
    register_id = stretch.register.register_id
    history = reads.get(register_id, ())
    start = opening_dial(stretch, reads=history, last_billed=last_billed.get(register_id))
    end = closing_dial(stretch, reads=history)
    if start is None or end is None:
        return lacking_read(stretch, at_start=start is None, at_end=end is None)
    usage = register_usage(
        register_id=register_id,
        start=start,
        end=end,
        face=stretch.face,
        limits=limits,
        usual_daily=usual_daily_dials(reads=history, period=stretch.days)
        if end.value < start.value
        else None,
        unit=unit if truncate_to is not None else stretch.face.unit,
        truncate_to=truncate_to,
    )
    counted = Quantity(usage.water.value * stretch.factor, usage.water.unit)
    read = BilledRead(
        register_id=register_id,
        start_on=start.on,
        start_value=start.value,
        start_quality=start.quality,
        end_on=end.on,
        end_value=end.value,
        end_quality=end.quality,
        usage=_finite_decimal(counted.value),
        unit=counted.unit.value,
        event=stretch.event(period=period, rolled_over=usage.rolled_over),
    )
    return _Measured(read, counted.to(unit).value)


def _finite_decimal(value: Fraction) -> Decimal:
    """`value` exactly: dials, multipliers, steps and shares are all decimals, so their products are too."""
    return Decimal(value.numerator) / Decimal(value.denominator)
