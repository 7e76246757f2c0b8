"""From a bill's segments to what the document says of them."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.domain.billing.bill import BilledRead, BillSegment
from chalicelib.domain.customers.person import Address
from chalicelib.domain.documents.bill_document import (
    ChargeLine,
    MeasureFacts,
    ReadFacts,
    ServiceCharges,
    ShareFacts,
    TierFacts,
)
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.premises.service_point import meter_of
from chalicelib.domain.tariffs.line import BillLine, LineKind, Measure, Note
from chalicelib.domain.utility.profile import LocalText

Labels = Callable[[BillLine], LocalText]
"""A line's label in every language there is."""
Units = Callable[[BillLine], str]
"""How what a line counts is written: water as it is billed, anything else as the tariff declares it."""


def service_charges(
    segment: BillSegment, *, address: Address | None, labels: Labels, units: Units
) -> ServiceCharges:
    """What the document says of one segment."""
    sums = {LineKind.DISCOUNT: 0, LineKind.TAX: 0}
    for line in segment.lines:
        if line.kind in sums:
            sums[line.kind] += line.amount_minor
    total = segment.total_minor
    return ServiceCharges(
        agreement_id=segment.agreement_id,
        service_type=segment.service_type,
        address=address,
        start=segment.period.start,
        end=segment.period.end,
        days=segment.period.days,
        quantity=segment.quantity,
        unit=segment.unit,
        estimated=segment.estimated,
        reads=tuple(_read(read) for read in segment.reads),
        lines=tuple(_line(line, segment, labels(line), units(line)) for line in segment.lines),
        charges_minor=total - sums[LineKind.DISCOUNT] - sums[LineKind.TAX],
        discounts_minor=sums[LineKind.DISCOUNT],
        taxes_minor=sums[LineKind.TAX],
        total_minor=total,
    )


def in_order(services: list[ServiceCharges]) -> tuple[ServiceCharges, ...]:
    """Water first, then what follows from it; by place within a service."""
    order = list(ServiceType)

    def place(one: ServiceCharges) -> tuple[int, tuple[str, ...], str]:
        return order.index(one.service_type), one.address.lines if one.address else (), one.agreement_id

    return tuple(sorted(services, key=place))


def _read(read: BilledRead) -> ReadFacts:
    meter = meter_of(read.register_id)
    return ReadFacts(
        meter=meter,
        register=read.register_id.removeprefix(f"{meter}."),
        start_on=read.start_on,
        start_value=read.start_value,
        start_quality=read.start_quality,
        end_on=read.end_on,
        end_value=read.end_value,
        end_quality=read.end_quality,
        usage=read.usage,
        unit=read.unit,
        event=read.event,
    )


def _line(line: BillLine, segment: BillSegment, label: LocalText, unit: str) -> ChargeLine:
    is_part = line.period != segment.period
    tier = TierFacts(number=line.tier.number, start=line.tier.start, end=line.tier.end) if line.tier else None
    by_step = Note.STEP in line.notes
    return ChargeLine(
        charge=line.charge,
        kind=line.kind,
        label=label,
        amount_minor=line.amount_minor,
        tariff=line.tariff,
        clause=line.clause,
        quantity=line.quantity,
        unit=unit,
        rate=line.rate,
        base_minor=line.base_minor,
        tier=None if by_step else tier,
        step=tier if by_step else None,
        share=ShareFacts(numerator=line.factor.numerator, denominator=line.factor.denominator)
        if line.factor
        else None,
        measure=_measure(line.measure) if line.measure else None,
        limited=Note.LIMITED in line.notes,
        start=line.period.start if is_part else None,
        end=line.period.end if is_part else None,
    )


def _measure(measure: Measure) -> MeasureFacts:
    return MeasureFacts(
        metered=measure.metered,
        instead=measure.instead,
        share=measure.share,
        at_most=measure.at_most,
        at_least=measure.at_least,
        included=measure.included,
        multiple=measure.multiple,
    )
