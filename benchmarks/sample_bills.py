"""Bills as a real utility would post them, made by a seed: for measuring sizes, never for billing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from chalicelib.domain.billing.bill import Bill, BilledRead, BillKind, BillSegment
from chalicelib.domain.kernel.ids import AccountId, AgreementId, CycleCode, Month, RegisterId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.ledger.transaction_ids import cycle_bill_id
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import BillLine, LineKind, Tier

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SERVICES = (
    (ServiceType.WATER, "WATER-RES", "Water", "Ord. 2025-114"),
    (ServiceType.SEWER, "SEWER-RES", "Sewer", "Ord. 2025-115"),
    (ServiceType.STORMWATER, "STORM", "Stormwater", "Res. 2024-31"),
    (ServiceType.IRRIGATION, "IRRIGATION", "Irrigation", "Ord. 2025-116"),
)
_TIERS = (
    Tier(1, Decimal(0), Decimal(6)),
    Tier(2, Decimal(6), Decimal(14)),
    Tier(3, Decimal(14), None),
)
_RATES = (Decimal("2.9400"), Decimal("4.1175"), Decimal("6.8850"))


def sample_bills(*, count: int, services: int, seed: int = 1, shard: str = "C01.007") -> Iterator[Bill]:
    """`count` bills of `services` (1 to 4) services: six lines each, tiers, tax, two reads a meter."""
    random = Random(seed)
    for _ in range(count):
        yield _bill(random, services=services, shard=shard)


def _identifier(random: Random, length: int = 10) -> str:
    return "".join(random.choice(_ALPHABET) for _ in range(length))


def _bill(random: Random, *, services: int, shard: str) -> Bill:
    account_id = AccountId(f"{shard}-{_identifier(random)}")
    month = Month(2026, 11)
    end = date(2026, 11, 16) + timedelta(days=random.randint(-2, 2))
    period = Period(end - timedelta(days=random.randint(28, 33)), end)
    read = _read(random, period)
    return Bill(
        bill_id=cycle_bill_id(cycle=CycleCode("C01"), period=month),
        account_id=account_id,
        kind=BillKind.CYCLE,
        cycle=CycleCode("C01"),
        period=month,
        bill_date=date(2026, 11, 18),
        due_on=date(2026, 12, 9),
        accounting_period=month,
        currency="USD",
        segments=tuple(
            _segment(random, index, period, read if index < 2 else _read(random, period))
            for index in range(services)
        ),
    )


def _read(random: Random, period: Period) -> BilledRead:
    start = Decimal(random.randint(0, 9_000_000)).scaleb(-2)
    usage = Decimal(random.randint(200, 3_200)).scaleb(-2)
    return BilledRead(
        register_id=RegisterId(_identifier(random)),
        start_on=period.start,
        start_value=start,
        start_quality=ReadQuality.ACTUAL,
        end_on=period.end,
        end_value=start + usage,
        end_quality=ReadQuality.ACTUAL if random.random() > 0.05 else ReadQuality.ESTIMATED,
        usage=usage,
        unit="ccf",
    )


def _segment(random: Random, index: int, period: Period, read: BilledRead) -> BillSegment:
    service, tariff, name, ordinance = _SERVICES[index]
    lines = [
        _line(
            f"{tariff.lower()}-service",
            LineKind.SERVICE_CHARGE,
            f"{name} service charge, 3/4 in.",
            tariff,
            f"{ordinance} §3.1",
            period,
            service=service,
            unit="month",
            rate=Decimal("24.60") + index,
            quantity=Decimal(1),
            amount=2460 + 100 * index,
        )
    ]
    left = read.usage
    for tier, rate in zip(_TIERS, _RATES, strict=True):
        width = left if tier.end is None else min(left, tier.end - tier.start)
        left -= width
        lines.append(
            _line(
                f"{tariff.lower()}-usage",
                LineKind.COMMODITY,
                f"{name} usage",
                tariff,
                f"{ordinance} §3.2",
                period,
                service=service,
                unit="ccf",
                rate=rate,
                quantity=width,
                tier=tier,
                amount=int(width * rate * 100),
            )
        )
    lines.append(
        _line(
            "conservation-fee",
            LineKind.SURCHARGE,
            "Water conservation fee",
            tariff,
            f"{ordinance} §4",
            period,
            service=service,
            unit="ccf",
            rate=Decimal("0.12"),
            quantity=read.usage,
            amount=int(read.usage * 12),
        )
    )
    base = sum(line.amount_minor for line in lines)
    lines.append(
        _line(
            "utility-tax",
            LineKind.TAX,
            "City utility tax",
            tariff,
            "Muni. Code 3.28.050",
            period,
            service=service,
            unit="%",
            rate=Decimal("5.029"),
            base=base,
            amount=base * 5029 // 100000,
        )
    )
    return BillSegment(
        agreement_id=AgreementId(_identifier(random)),
        service_type=service,
        period=period,
        generation=0,
        quantity=read.usage,
        unit="ccf",
        estimated=read.end_quality is ReadQuality.ESTIMATED,
        reads=(read,),
        lines=tuple(lines),
    )


def _line(
    charge: str,
    kind: LineKind,
    label: str,
    tariff: str,
    clause: str,
    period: Period,
    *,
    service: ServiceType,
    unit: str,
    rate: Decimal,
    amount: int,
    quantity: Decimal | None = None,
    base: int | None = None,
    tier: Tier | None = None,
) -> BillLine:
    tax = kind is LineKind.TAX
    return BillLine(
        charge=charge,
        kind=kind,
        label=label,
        tariff=f"{tariff}@2026-07",
        clause=clause,
        gl_account="2210" if tax else f"41{len(service.value):02d}",
        fund="general" if tax else service.value,
        charge_group="tax" if tax else service.value,
        period=period,
        unit=unit,
        rate=rate,
        tier=tier,
        factor=None,
        notes="",
        measure=None,
        quantity=quantity,
        base_minor=base,
        amount_minor=amount,
    )
