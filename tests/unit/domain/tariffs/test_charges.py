"""Service charges, surcharges, minimums, discounts and taxes, each on its own base."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Table
from chalicelib.domain.tariffs.line import LineKind, Note
from tests.unit.domain.tariffs.builders import (
    DECLARED,
    EXEMPT,
    METER_SIZE,
    UNITS,
    ZONE,
    by,
    cents,
    discount,
    flat,
    minimum,
    per_unit_surcharge,
    percent_surcharge,
    rate,
    service,
    tax,
    version,
)

SIZES = {"5/8": "12.35", "1": "24.80", "1.5": "47.10"}


@pytest.mark.parametrize(
    ("size", "amount_minor"), [("5/8", 1235), ("1", 2480), ("1.0", 2480), ("1.50", 4710)]
)
def test_the_service_charge_goes_by_meter_size(size: str, amount_minor: int) -> None:
    sized = version(service(by("meter_size", SIZES)), determinants=(METER_SIZE,))
    assert rate(sized, 0, meter_size=size).total_minor == amount_minor


def test_a_table_can_have_several_keys() -> None:
    figures = {
        ("5/8", "in"): Decimal("12.00"),
        ("5/8", "out"): Decimal("18.00"),
        ("1", "in"): Decimal("20.00"),
        ("1", "out"): Decimal("30.00"),
    }
    sized = version(service(Table(("meter_size", "zone"), figures)), determinants=(METER_SIZE, ZONE))
    assert rate(sized, 0, meter_size="1", zone="out").total_minor == 3000
    assert rate(sized, 0, meter_size="5/8", zone="out").total_minor == 1800


def test_a_service_charge_can_be_for_each_dwelling() -> None:
    counted = version(service("9.405", times="dwelling_units"), determinants=(UNITS,))
    line = rate(counted, 0, dwelling_units="3").lines[0]
    assert (line.quantity, line.unit, line.rate) == (Decimal(3), "dwelling_units", Decimal("9.405"))
    assert line.amount_minor == 2822  # 3 × 9.405 = 28.215, rounded once


def test_flat_water_and_a_surcharge_by_the_unit() -> None:
    rating = rate(version(flat("3.085"), per_unit_surcharge("0.175")), 17)
    # 17 × 3.085 = 52.445; 17 × 0.175 = 2.975
    assert cents(rating) == [("WATER", 5245), ("PUMP", 298)]
    assert [line.kind for line in rating.lines] == [LineKind.COMMODITY, LineKind.SURCHARGE]


def test_a_negative_rate_is_a_credit_by_the_unit() -> None:
    # −0.175 × 17 = −2.975: half up is away from zero on both sides.
    assert cents(rate(version(flat("1"), per_unit_surcharge("-0.175")), 17)) == [
        ("WATER", 1700),
        ("PUMP", -298),
    ]


# Rates at which the exact amount is a half cent; binary floats round each of them down.
@pytest.mark.parametrize(
    ("price", "units", "amount_minor"),
    [("1.005", 1, 101), ("2.675", 1, 268), ("0.335", 3, 101), ("0.145", 7, 102), ("8.005", 5, 4003)],
)
def test_exact_half_cents_round_up(price: str, units: int, amount_minor: int) -> None:
    assert Decimal(price) * units * 100 % 1 == Decimal("0.5"), "not a half cent"
    assert rate(version(flat(price)), units).total_minor == amount_minor


@pytest.mark.parametrize(
    ("rule", "amount_minor"),
    [
        (RoundingRule.HALF_UP, 101),
        (RoundingRule.HALF_EVEN, 100),
        (RoundingRule.DOWN, 100),
        (RoundingRule.UP, 101),
    ],
)
def test_a_charge_can_name_its_rounding_rule(rule: RoundingRule, amount_minor: int) -> None:
    assert rate(version(flat("1.005", rounding=rule)), 1).total_minor == amount_minor


def test_a_percentage_is_taken_on_rounded_lines() -> None:
    # Water 3 × 1.115 = 3.345 → 3.35; 10 % of 3.35 = 0.335 → 0.34 (of 3.345 it would be 0.33).
    rating = rate(version(flat("1.115"), tax("10", "WATER")), 3)
    assert cents(rating) == [("WATER", 335), ("TAX", 34)]
    assert rating.lines[1].base_minor == 335


def test_each_tax_has_a_base_of_its_own() -> None:
    taxed = version(
        service("10.00"),
        flat("2.00"),
        percent_surcharge("5", "WATER"),
        tax("8", "SVC", "WATER", "DEBT", code="CITY"),
        tax("1.25", "WATER", code="STATE"),
        tax("2", "CITY", code="ON-TAX"),
    )
    # water 20.00; debt 5 % = 1.00; city 8 % of 31.00 = 2.48; state 1.25 % of 20.00; 2 % of 2.48 = 0.0496
    assert cents(rate(taxed, 10)) == [
        ("SVC", 1000),
        ("WATER", 2000),
        ("DEBT", 100),
        ("CITY", 248),
        ("STATE", 25),
        ("ON-TAX", 5),
    ]


def test_the_exempt_pay_no_tax() -> None:
    taxed = version(flat("2.00"), tax("8", "WATER", unless="exempt"), determinants=(EXEMPT,))
    assert cents(rate(taxed, 10, exempt="yes")) == [("WATER", 2000)]
    assert cents(rate(taxed, 10)) == [("WATER", 2000), ("TAX", 160)]


def test_a_minimum_tops_up_its_base_and_no_more() -> None:
    least = version(service("9.40"), flat("3.00"), minimum("21.00", "SVC", "WATER"), tax("10", "MIN"))
    # 9.40 + 2 × 3.00 = 15.40, so 5.60 is missing; the tax is on the top-up.
    assert cents(rate(least, 2)) == [("SVC", 940), ("WATER", 600), ("MIN", 560), ("TAX", 56)]
    assert cents(rate(least, 4)) == [("SVC", 940), ("WATER", 1200)]  # 21.40


def test_a_discount_stops_at_its_cap() -> None:
    capped = version(
        flat("2.00"),
        discount("WATER", percent="20", cap="5.00", only_if="low_income"),
        tax("10", "WATER", "LIFELINE"),
        determinants=DECLARED[3:],
    )
    # 20 % of 20.00 is 4.00; 20 % of 40.00 would be 8.00. Tax on what is left.
    under, over = rate(capped, 10, low_income="yes"), rate(capped, 20, low_income="yes")
    assert cents(under) == [("WATER", 2000), ("LIFELINE", -400), ("TAX", 160)]
    assert cents(over) == [("WATER", 4000), ("LIFELINE", -500), ("TAX", 350)]
    assert Note.LIMITED not in under.lines[1].notes
    assert Note.LIMITED in over.lines[1].notes
    assert cents(rate(capped, 10)) == [("WATER", 2000), ("TAX", 200)]


def test_a_fixed_credit_never_exceeds_what_it_is_taken_from() -> None:
    credited = version(flat("2.00"), discount("WATER", credit="7.50"))
    assert cents(rate(credited, 10)) == [("WATER", 2000), ("LIFELINE", -750)]
    assert cents(rate(credited, 3)) == [("WATER", 600), ("LIFELINE", -600)]
    assert cents(rate(credited, 0)) == []


def test_a_tariff_without_a_meter_needs_no_usage() -> None:
    rating = rate(version(service("6.20"), usage=None))
    assert (rating.total_minor, rating.billed_quantity) == (620, None)


def test_yen_have_no_minor_unit_and_dinars_three_digits() -> None:
    assert rate(version(flat("120.5"), currency="JPY"), 3).total_minor == 362  # 361.5
    assert rate(version(flat("0.1125"), currency="KWD"), 3).total_minor == 338  # 0.3375


def test_a_line_names_account_fund_tariff_and_clause() -> None:
    clause = version(flat("2", clause="section 2", gl_account="4020", fund="W2", charge_group="g"))
    line = rate(clause, 1).lines[0]
    assert (line.tariff, line.clause, line.gl_account, line.fund, line.charge_group) == (
        "R-1@1",
        "section 2",
        "4020",
        "W2",
        "g",
    )
