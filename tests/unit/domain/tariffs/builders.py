"""Small tariffs, charges and ratings for tests: everything not said is plain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Amount, Formula, Table
from chalicelib.domain.tariffs.charges.charge import Charge, Head
from chalicelib.domain.tariffs.charges.discount import Discount
from chalicelib.domain.tariffs.charges.minimum_charge import MinimumCharge
from chalicelib.domain.tariffs.charges.one_off_charge import OneOffCharge
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitCharge
from chalicelib.domain.tariffs.charges.percent_charge import PercentCharge
from chalicelib.domain.tariffs.charges.quantity import METERED, QuantityRule
from chalicelib.domain.tariffs.charges.service_charge import ServiceCharge
from chalicelib.domain.tariffs.charges.stepped_charge import SteppedCharge, StepRule
from chalicelib.domain.tariffs.charges.tiered_charge import StartIs, TieredCharge, TierRule
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.domain.tariffs.rating import Position, Rating, RatingRequest, compile_book
from chalicelib.domain.tariffs.soundness import require_sound
from chalicelib.domain.tariffs.version import Effectivity, Proration, TariffVersion, UsageTerms
from chalicelib.tariff_documents.expressions import parse_expression

LONG_AGO = date(2000, 1, 1)
APRIL = Period(date(2026, 4, 1), date(2026, 5, 1))  # 30 days
WHOLE_CCF = UsageTerms(unit=Unit.CCF, step=Decimal(1), rounding=RoundingRule.DOWN)
THIRTIETHS = Proration(normal_days=(27, 34), basis_days=30, tiers=True)

METER_SIZE = Determinant(name="meter_size", kind=DeterminantKind.CHOICE)
ZONE = Determinant(name="zone", kind=DeterminantKind.CHOICE)
UNITS = Determinant(name="dwelling_units", kind=DeterminantKind.COUNT)
LOW_INCOME = Determinant(name="low_income", kind=DeterminantKind.FLAG, default="no")
EXEMPT = Determinant(name="exempt", kind=DeterminantKind.FLAG, default="no")
RECONNECTED = Determinant(name="reconnected", kind=DeterminantKind.EVENT)
DECLARED = (METER_SIZE, ZONE, UNITS, LOW_INCOME, EXEMPT)


def amount(value: str | Amount) -> Amount:
    return Decimal(value) if isinstance(value, str) else value


def by(name: str, rows: Mapping[str, str]) -> Table:
    return Table((name,), {(key,): Decimal(value) for key, value in rows.items()})


def formula(text: str, *, step: str = "0.000001") -> Formula:
    return Formula(parse_expression(text), Decimal(step))


def head(code: str, **changes: Any) -> Head:
    plain = Head(code=code, label=code.title(), gl_account="4000", fund="WATER", charge_group="water")
    return replace(plain, **changes)


def service(
    value: str | Amount, code: str = "SVC", times: str | None = None, **changes: Any
) -> ServiceCharge:
    return ServiceCharge(head=head(code, **changes), amount=amount(value), times=times)


def flat(
    rate: str | Amount, code: str = "WATER", quantity: QuantityRule = METERED, **changes: Any
) -> PerUnitCharge:
    return PerUnitCharge(
        head=head(code, **changes), kind=LineKind.COMMODITY, rate=amount(rate), quantity=quantity
    )


def one_off(
    value: str | None = None,
    *,
    percent: str | None = None,
    floor: str | None = None,
    cap: str | None = None,
    code: str = "FEE",
    when: str = "reconnected",
) -> OneOffCharge:
    return OneOffCharge(
        head=head(code),
        when=when,
        amount=None if value is None else Decimal(value),
        percent=None if percent is None else Decimal(percent),
        floor=None if floor is None else Decimal(floor),
        cap=None if cap is None else Decimal(cap),
    )


def per_unit_surcharge(rate: str, code: str = "PUMP") -> PerUnitCharge:
    return PerUnitCharge(head=head(code), kind=LineKind.SURCHARGE, rate=Decimal(rate))


def tiered(
    *tiers: tuple[str | Amount, str | Amount],
    code: str = "WATER",
    start_is: StartIs = StartIs.BOUNDARY,
    width_times: str | None = None,
    **changes: Any,
) -> TieredCharge:
    rules = tuple(TierRule(start=amount(start), rate=amount(rate)) for start, rate in tiers)
    return TieredCharge(head=head(code, **changes), start_is=start_is, tiers=rules, width_times=width_times)


def step(
    start: str | Amount,
    amount_: str | Amount | None = None,
    rate: str | Amount | None = None,
    included: str | Amount | None = None,
) -> StepRule:
    """A step from `start`: a fixed amount, a rate for every unit (or those beyond `included`), or both."""
    return StepRule(
        start=amount(start),
        amount=None if amount_ is None else amount(amount_),
        rate=None if rate is None else amount(rate),
        included=None if included is None else amount(included),
    )


def stepped(
    *steps: StepRule,
    code: str = "WATER",
    start_is: StartIs = StartIs.BOUNDARY,
    times: str | None = None,
    width_times: str | None = None,
    quantity: QuantityRule = METERED,
    **changes: Any,
) -> SteppedCharge:
    return SteppedCharge(
        head=head(code, **changes),
        start_is=start_is,
        steps=steps,
        times=times,
        width_times=width_times,
        quantity=quantity,
    )


def tax(percent: str | Amount, *of: str, code: str = "TAX", **changes: Any) -> PercentCharge:
    return PercentCharge(head=head(code, **changes), kind=LineKind.TAX, percent=amount(percent), of=of)


def percent_surcharge(percent: str, *of: str, code: str = "DEBT") -> PercentCharge:
    return PercentCharge(head=head(code), kind=LineKind.SURCHARGE, percent=Decimal(percent), of=of)


def minimum(value: str, *of: str, code: str = "MIN") -> MinimumCharge:
    return MinimumCharge(head=head(code), amount=Decimal(value), of=of)


def discount(
    *of: str,
    percent: str | None = None,
    cap: str | None = None,
    credit: str | None = None,
    code: str = "LIFELINE",
    **changes: Any,
) -> Discount:
    return Discount(
        head=head(code, **changes),
        of=of,
        percent=None if percent is None else Decimal(percent),
        cap=None if cap is None else Decimal(cap),
        credit=None if credit is None else Decimal(credit),
    )


def version(*charges: Charge, **changes: Any) -> TariffVersion:
    """Version 1 of R-1 in dollars and whole ccf, in force for long, by service day, never prorated."""
    plain = TariffVersion(
        code="R-1",
        version=1,
        name="Residential",
        service_type="water",
        currency="USD",
        effective_from=LONG_AGO,
        effectivity=Effectivity.SERVICE_DAY,
        usage=WHOLE_CCF,
        proration=None,
        determinants=(LOW_INCOME, EXEMPT),
        charges=charges,
        fingerprint="0" * 64,
    )
    return require_sound(replace(plain, **changes))


def dated(value: str | Dated[Decimal | str]) -> Dated[Decimal | str]:
    return Dated.since(LONG_AGO, value) if isinstance(value, str) else value


def request(
    usage: str | int | Quantity | None = None,
    *,
    period: Period = APRIL,
    tariff: Dated[str] | None = None,
    bill_date: date | None = None,
    position: Position = Position.REGULAR,
    scheduled_days: int | None = None,
    **determinants: str | Dated[Decimal | str],
) -> RatingRequest:
    return RatingRequest(
        tariff=tariff or Dated.since(LONG_AGO, "R-1"),
        period=period,
        bill_date=bill_date or period.end,
        usage=usage if isinstance(usage, Quantity | None) else Quantity.of(usage, Unit.CCF),
        determinants={name: dated(value) for name, value in determinants.items()},
        position=position,
        scheduled_days=scheduled_days,
    )


def rate(
    versions: TariffVersion | Iterable[TariffVersion],
    usage: str | int | Quantity | None = None,
    **changes: Any,
) -> Rating:
    listed = [versions] if isinstance(versions, TariffVersion) else list(versions)
    return compile_book(listed).rate(request(usage, **changes))


def cents(rating: Rating) -> list[tuple[str, int]]:
    """Charge and amount of every line."""
    return [(line.charge, line.amount_minor) for line in rating.lines]
