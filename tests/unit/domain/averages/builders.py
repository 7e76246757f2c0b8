"""Rules and bills for tests of averages: figures that can be worked in the head."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.averages.billed_water import WaterBill
from chalicelib.domain.averages.proposal import Flag, Measured
from chalicelib.domain.averages.rule import (
    AveragingRule,
    BillsIn,
    Default,
    Fallback,
    Method,
    Rounding,
    Window,
)
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.premises.service_agreement import ServiceType

JULY = MonthDay(7, 1)
MEDIAN = Default(kind=Fallback.CLASS_MEDIAN)
WINTER_DAYS = (MonthDay(12, 1), MonthDay(3, 31))


def a_rule(
    *,
    first: MonthDay = WINTER_DAYS[0],
    last: MonthDay = WINTER_DAYS[1],
    bills: BillsIn = BillsIn.ENDED_WITHIN,
    years: int = 1,
    least_years: int = 1,
    method: Method = Method.MEAN_PER_BILL,
    of_bills: int = 0,
    least_bills: int = 3,
    step: str = "1",
    rounding: RoundingRule = RoundingRule.HALF_UP,
    floor: str | None = None,
    cap: str | None = "20",
    defaults: tuple[Default, ...] = (MEDIAN,),
    effective: MonthDay = JULY,
    tariffs: tuple[str, ...] = (),
    rate_class: str = "",
) -> AveragingRule:
    """December to March, three bills at least, half up to whole ccf, at most 20, else the class median."""
    return AveragingRule(
        code="WINTER",
        name="Winter average",
        determinant="winter_average_ccf",
        service=ServiceType.SEWER,
        usage_of=(ServiceType.WATER,),
        unit=Unit.CCF,
        window=Window(first=first, last=last, bills=bills, years=years, least_years=least_years),
        method=method,
        of_bills=of_bills,
        least_bills=least_bills,
        rounding=Rounding(step=Decimal(step), rule=rounding),
        floor=None if floor is None else Decimal(floor),
        cap=None if cap is None else Decimal(cap),
        defaults=defaults,
        effective=effective,
        tariffs=tariffs,
        rate_class=rate_class,
    )


def a_bill(start: str, end: str, ccf: str, *, estimated: bool = False) -> WaterBill:
    """A bill of the days from `start` to before `end`."""
    period = Period(date.fromisoformat(start), date.fromisoformat(end))
    return WaterBill(period=period, quantity=Fraction(ccf), estimated=estimated)


def winter(*ccf: str) -> list[WaterBill]:
    """Bills that end on the 14th of December 2025, January 2026 and so on (the 15th reads)."""
    edges = ["2025-11-15", "2025-12-15", "2026-01-15", "2026-02-15", "2026-03-15"]
    return [a_bill(edges[n], edges[n + 1], figure) for n, figure in enumerate(ccf)]


def measured(
    exact: str | None,
    *,
    number: int = 1,
    rate_class: str = "S-1",
    last_year: str | None = None,
    flags: tuple[Flag, ...] = (),
) -> Measured:
    """What agreement `number` measured; None: too few bills."""
    return Measured(
        account_id=AccountId(f"C01.001-{number:010d}"),
        agreement_id=AgreementId(f"SA-{number}"),
        rate_class=rate_class,
        exact=None if exact is None else Fraction(exact),
        words="so it was measured",
        bills=0 if exact is None else 3,
        last_year=None if last_year is None else Decimal(last_year),
        flags=flags,
    )
