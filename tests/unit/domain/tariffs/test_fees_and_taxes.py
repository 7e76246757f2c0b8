"""Fees for what happened once; fixed, per-unit and capped taxes; sums rounded to a coarser step."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitCharge
from chalicelib.domain.tariffs.charges.rounding_charge import RoundingCharge
from chalicelib.domain.tariffs.charges.tiered_charge import OutOfOrder, TiersOutOfOrder
from chalicelib.domain.tariffs.determinants import DeterminantKind
from chalicelib.domain.tariffs.explanation import explain_line
from chalicelib.domain.tariffs.line import LineKind, Note
from chalicelib.domain.tariffs.soundness import UnsoundTariff
from chalicelib.domain.tariffs.version import Effectivity
from tests.unit.domain.tariffs.builders import (
    APRIL,
    METER_SIZE,
    RECONNECTED,
    THIRTIETHS,
    UNITS,
    by,
    cents,
    formula,
    head,
    one_off,
    rate,
    service,
    tax,
    tiered,
    version,
)

MID_APRIL = date(2026, 4, 16)


def on(*events: tuple[date, str]) -> Dated[Decimal | str]:
    return Dated(events)


FEE = version(service("30"), one_off("45"), determinants=(RECONNECTED,))


def test_a_fee_is_due_on_the_day_it_happens() -> None:
    rating = rate(FEE, reconnected=on((MID_APRIL, "1")))
    assert cents(rating) == [("SVC", 3000), ("FEE", 4500)]
    fee = rating.lines[1]
    assert (fee.kind, fee.period) == (LineKind.FEE, Period(MID_APRIL, MID_APRIL + timedelta(days=1)))
    assert explain_line(fee, "USD") == "45.00 for 2026-04-16 = 45.00 USD; Tariff R-1@1"


@pytest.mark.parametrize("day", [APRIL.start, APRIL.end - timedelta(days=1)])
def test_the_first_and_the_last_day_belong_to_the_bill(day: date) -> None:
    assert ("FEE", 4500) in cents(rate(FEE, reconnected=on((day, "1"))))


@pytest.mark.parametrize("day", [APRIL.start - timedelta(days=1), APRIL.end])
def test_a_day_outside_belongs_to_another_bill(day: date) -> None:
    assert cents(rate(FEE, reconnected=on((day, "1")))) == [("SVC", 3000)]


def test_two_parts_of_a_period_charge_a_fee_once_between_them() -> None:
    happened = on((date(2026, 4, 10), "1"), (date(2026, 4, 20), "2"))
    whole = rate(FEE, reconnected=happened)
    parts = [rate(FEE, period=part, reconnected=happened) for part in APRIL.split([MID_APRIL])]
    assert [line.amount_minor for line in whole.lines if line.charge == "FEE"] == [4500, 9000]
    assert [line for part in parts for line in part.lines if line.charge == "FEE"] == [
        line for line in whole.lines if line.charge == "FEE"
    ]


def test_a_fee_stays_whole_where_rates_change_and_bills_are_short() -> None:
    new = replace(FEE, version=2, effective_from=MID_APRIL, charges=(service("33"), one_off("50")))
    happened = on((date(2026, 4, 10), "1"), (MID_APRIL, "1"))
    split = rate([FEE, new], reconnected=happened)
    assert [c for c in cents(split) if c[0] == "FEE"] == [("FEE", 4500), ("FEE", 5000)]
    short = rate(
        replace(FEE, proration=THIRTIETHS), period=Period(APRIL.start, MID_APRIL), reconnected=happened
    )
    assert cents(short) == [("SVC", 1500), ("FEE", 4500)]


def test_by_bill_date_a_fee_is_that_of_the_one_version() -> None:
    old = replace(FEE, effectivity=Effectivity.BILL_DATE)
    new = replace(old, version=2, effective_from=APRIL.end, charges=(service("33"), one_off("50")))
    assert ("FEE", 5000) in cents(rate([old, new], reconnected=on((APRIL.start, "1"))))


@pytest.mark.parametrize(("overdue", "fee"), [("80.50", 403), ("20", 250), ("50", 250)])
def test_a_late_fee_is_a_percentage_with_a_floor(overdue: str, fee: int) -> None:
    late = version(one_off(percent="5", floor="2.50", when="reconnected"), determinants=(RECONNECTED,))
    rating = rate(late, reconnected=on((MID_APRIL, overdue)))  # 5 % of 80.50 is 4.025
    assert cents(rating) == [("FEE", fee)]
    words = explain_line(rating.lines[0], "USD")
    assert words.startswith("5% of 80.50 for 2026-04-16" if fee == 403 else ("at least 2.50", "5% of 50.00"))


@pytest.mark.parametrize(("overdue", "fee"), [("799.80", 3999), ("800", 4000), ("800.20", 4000)])
def test_a_fee_by_percentage_can_have_a_cap(overdue: str, fee: int) -> None:
    late = version(one_off(percent="5", cap="40", when="reconnected"), determinants=(RECONNECTED,))
    rating = rate(late, reconnected=on((MID_APRIL, overdue)))  # 5 % of 800.20 is 40.01
    assert cents(rating) == [("FEE", fee)]
    equals = ", limited to" if overdue == "800.20" else " ="
    assert explain_line(rating.lines[0], "USD").startswith(
        f"5% of {Decimal(overdue):.2f} for 2026-04-16{equals} {fee // 100}.{fee % 100:02} USD; "
    )


def test_a_fee_has_an_amount_or_a_percentage() -> None:
    for wrong in (
        one_off(),
        one_off("5", percent="5"),
        one_off("5", floor="2"),
        one_off("5", cap="9"),
        one_off(percent="5", floor="3", cap="2"),
    ):
        with pytest.raises(UnsoundTariff):
            version(wrong, determinants=(RECONNECTED,))


def test_a_tax_by_meter_size_is_a_fixed_tax() -> None:
    charge = replace(service(by("meter_size", {"1": "1.10", "2": "2.75"}), code="FIRE"), kind=LineKind.TAX)
    (line,) = rate(version(charge, determinants=(METER_SIZE,)), meter_size="2").lines
    assert (line.kind, line.amount_minor) == (LineKind.TAX, 275)
    assert explain_line(line, "USD").startswith("2.75 USD")


def test_a_tax_by_the_unit() -> None:
    charge = PerUnitCharge(head=head("STATE"), kind=LineKind.TAX, rate=Decimal("0.015"))
    (line,) = rate(version(charge), 17).lines
    assert line.amount_minor == 26  # 0.255
    assert explain_line(line, "USD").startswith("17 ccf at 0.015 = 0.26 USD (0.255 rounded half up)")


def test_a_cap_limits_a_tax_and_follows_the_length_of_the_bill() -> None:
    capped = version(service("100"), replace(tax("10", "SVC"), cap=Decimal(6)), proration=THIRTIETHS)
    rating = rate(capped)
    assert cents(rating) == [("SVC", 10000), ("TAX", 600)]
    assert Note.LIMITED in rating.lines[1].notes
    assert explain_line(rating.lines[1], "USD").startswith("10% of 100.00, limited to 6.00 USD")
    fortnight = Period(APRIL.start, MID_APRIL)
    assert cents(rate(capped, period=fortnight)) == [("SVC", 5000), ("TAX", 300)]
    assert cents(rate(version(service("50"), capped.charges[1]))) == [("SVC", 5000), ("TAX", 500)]


@pytest.mark.parametrize(
    ("rule", "difference"), [(RoundingRule.HALF_UP, -2), (RoundingRule.UP, 3), (RoundingRule.DOWN, -2)]
)
def test_a_sum_is_rounded_in_a_line_of_its_own(rule: RoundingRule, difference: int) -> None:
    charge = RoundingCharge(head=head("ROUND", rounding=rule), to=Decimal("0.05"), of=("SVC",))
    rating = rate(version(service("10.02"), charge))
    assert cents(rating) == [("SVC", 1002), ("ROUND", difference)]
    assert "10.02 rounded" in explain_line(rating.lines[1], "USD")


def test_a_sum_that_is_a_multiple_already_gives_no_line() -> None:
    charge = RoundingCharge(head=head("ROUND"), to=Decimal("0.05"), of=("SVC",))
    assert cents(rate(version(service("10.05"), charge))) == [("SVC", 1005)]


TIERS = tiered(("0", "2"), ("10", "2.5"), ("20", "8"), ("30", "12"))


@pytest.mark.parametrize(("usage", "total"), [(25, 8500), (31, 13700)])
def test_a_tier_ends_where_the_next_begins_counted_from_the_first_unit(usage: int, total: int) -> None:
    # 10 × 2 + 10 × 2.5 + 5 × 8; 10 × 2 + 10 × 2.5 + 10 × 8 + 1 × 12
    assert rate(version(TIERS), usage).total_minor == total


def test_a_tier_whose_formula_gives_it_no_width_is_refused_or_empty() -> None:
    budget = tiered(("0", "1"), (formula("2 * dwelling_units"), "2"), ("4", "3"))
    determinants = (UNITS,)
    refusing = version(budget, determinants=determinants)
    with pytest.raises(TiersOutOfOrder, match="out_of_order: empty_tier"):
        rate(refusing, 10, dwelling_units="3")
    lenient = version(replace(budget, out_of_order=OutOfOrder.EMPTY_TIER), determinants=determinants)
    # The first tier ends at 6; the second would end at 4 and has no width; 4 units in the third.
    lines = rate(lenient, 10, dwelling_units="3").lines
    assert [(line.tier and line.tier.number, line.amount_minor) for line in lines] == [(1, 600), (3, 1200)]


def test_a_number_that_is_no_count_can_widen_tiers() -> None:
    acres = replace(UNITS, name="acres", kind=DeterminantKind.NUMBER)
    tariff = version(tiered(("0", "1"), ("4", "2"), width_times="acres"), determinants=(acres,))
    assert cents(rate(tariff, 10, acres="1.5")) == [("WATER", 600), ("WATER", 800)]
