"""Charges, reads and services of the example bills, with amounts worked out from quantity and rate."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from chalicelib.domain.customers.person import Address
from chalicelib.domain.documents.bill_document import (
    ChargeLine,
    ReadFacts,
    ServiceCharges,
    ShareFacts,
    TierFacts,
)
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import LineKind

Tiers = tuple[tuple[int, int | None, str], ...]
HOME_TIERS: Tiers = ((0, 6, "3.28"), (6, 14, "4.33"), (14, 30, "6.06"), (30, None, "8.37"))
EIGHT_TIERS: Tiers = (
    (0, 4, "2.10"),
    (4, 8, "2.64"),
    (8, 14, "3.28"),
    (14, 20, "4.33"),
    (20, 30, "5.1175"),
    (30, 45, "6.06"),
    (45, 60, "7.215"),
    (60, None, "8.37"),
)
_ORDINANCE = "Ordinance 2026-04"


def cents(amount: Decimal) -> int:
    """Major units as cents, half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def fixed(
    code: str,
    en: str,
    es: str,
    amount: str,
    *,
    share: ShareFacts | None = None,
    start: date | None = None,
    end: date | None = None,
) -> ChargeLine:
    """A fixed charge, whole or by days."""
    part = Decimal(share.numerator) / Decimal(share.denominator) if share else Decimal(1)
    return ChargeLine(
        charge=code,
        kind=LineKind.SERVICE_CHARGE,
        label={"en": en, "es": es},
        amount_minor=cents(Decimal(amount) * part),
        tariff=f"{code}@3",
        clause=f"{_ORDINANCE}, section 2(a)",
        rate=Decimal(amount),
        quantity=Decimal(1),
        share=share,
        start=start,
        end=end,
    )


def tiered(usage: int | Decimal, tiers: Tiers, *, unit: str = "ccf") -> list[ChargeLine]:
    """One line for every tier that `usage` reaches."""
    lines = []
    for number, (start, end, rate) in enumerate(tiers, start=1):
        within = min(Decimal(usage), Decimal(end) if end is not None else Decimal(usage)) - start
        if within <= 0:
            break
        lines.append(
            ChargeLine(
                charge="WATER",
                kind=LineKind.COMMODITY,
                label={"en": "Water", "es": "Agua"},
                amount_minor=cents(within * Decimal(rate)),
                tariff="WATER-RES@3",
                clause=f"{_ORDINANCE}, section 2(b)",
                quantity=within,
                unit=unit,
                rate=Decimal(rate),
                tier=TierFacts(
                    number=number, start=Decimal(start), end=None if end is None else Decimal(end)
                ),
            )
        )
    return lines


def per_unit(code: str, en: str, es: str, usage: int, rate: str, *, unit: str = "ccf") -> ChargeLine:
    """A rate for every unit: sewer use, or a surcharge on water."""
    return ChargeLine(
        charge=code,
        kind=LineKind.COMMODITY if code == "SEWER" else LineKind.SURCHARGE,
        label={"en": en, "es": es},
        amount_minor=cents(Decimal(rate) * usage),
        tariff="WATER-RES@3",
        clause=f"{_ORDINANCE}, section 5",
        quantity=Decimal(usage),
        unit=unit,
        rate=Decimal(rate),
    )


def discount(code: str, en: str, es: str, percent: str, before: Sequence[ChargeLine]) -> ChargeLine:
    """A percentage off what is charged before it."""
    base = sum(line.amount_minor for line in before)
    return ChargeLine(
        charge=code,
        kind=LineKind.DISCOUNT,
        label={"en": en, "es": es},
        amount_minor=-cents(Decimal(base) * Decimal(percent) / 10000),
        tariff="WATER-RES@3",
        clause=f"{_ORDINANCE}, section 9",
        unit="%",
        rate=Decimal(percent),
        base_minor=base,
    )


def tax(code: str, en: str, es: str, percent: str, before: Sequence[ChargeLine]) -> ChargeLine:
    """A tax on what is charged before it, discounts taken off."""
    base = sum(line.amount_minor for line in before)
    return ChargeLine(
        charge=code,
        kind=LineKind.TAX,
        label={"en": en, "es": es},
        amount_minor=cents(Decimal(base) * Decimal(percent) / 10000),
        tariff="WATER-RES@3",
        clause="Municipal Code 3.16",
        unit="%",
        rate=Decimal(percent),
        base_minor=base,
    )


def a_read(
    meter: str,
    *,
    start: date,
    end: date,
    start_value: int,
    usage: int,
    start_quality: ReadQuality = ReadQuality.ACTUAL,
    end_quality: ReadQuality = ReadQuality.ACTUAL,
    event: str = "",
    dials: int = 6,
    unit: str = "ccf",
) -> ReadFacts:
    """Two reads of a meter; past the highest value of its dials it starts again at nothing."""
    return ReadFacts(
        meter=meter,
        register="1",
        start_on=start,
        start_value=Decimal(start_value),
        start_quality=start_quality,
        end_on=end,
        end_value=Decimal((start_value + usage) % 10**dials),
        end_quality=end_quality,
        usage=Decimal(usage),
        unit=unit,
        event=event,
    )


def service(
    service_type: ServiceType,
    start: date,
    end: date,
    lines: Sequence[ChargeLine],
    *,
    quantity: int | None = None,
    reads: tuple[ReadFacts, ...] = (),
    address: Address | None = None,
    number: int = 1,
    unit: str = "ccf",
) -> ServiceCharges:
    """A service with its sums."""

    def total(*kinds: LineKind) -> int:
        return sum(line.amount_minor for line in lines if line.kind in kinds)

    charged = tuple(kind for kind in LineKind if kind not in (LineKind.DISCOUNT, LineKind.TAX))
    return ServiceCharges(
        agreement_id=AgreementId(f"A-{service_type.value}-{number}"),
        service_type=service_type,
        address=address,
        start=start,
        end=end,
        days=(end - start).days,
        quantity=None if quantity is None else Decimal(quantity),
        unit="" if quantity is None else unit,
        estimated=any(read.end_quality is ReadQuality.ESTIMATED for read in reads),
        reads=reads,
        lines=tuple(lines),
        charges_minor=total(*charged),
        discounts_minor=total(LineKind.DISCOUNT),
        taxes_minor=total(LineKind.TAX),
        total_minor=total(*LineKind),
    )
