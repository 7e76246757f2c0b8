"""Charges on another quantity than the metered one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.charges.quantity import QuantityRule
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind, Source
from chalicelib.domain.tariffs.explanation import explain_line
from chalicelib.domain.tariffs.gauge import UsageMissing
from tests.unit.domain.tariffs.builders import (
    THIRTIETHS,
    cents,
    flat,
    formula,
    rate,
    service,
    tiered,
    version,
)

WINTER = Determinant(name="winter", kind=DeterminantKind.NUMBER, source=Source.HISTORY, default="8")
MID_APRIL = date(2026, 4, 16)


def quantity(**figures: str) -> QuantityRule:
    return QuantityRule(**{name: Decimal(figure) for name, figure in figures.items()})


@pytest.mark.parametrize(
    ("rule", "metered", "charged"),
    [
        (quantity(at_most="10"), 14, 10),
        (quantity(at_most="10"), 9, 9),
        (quantity(at_least="10"), 4, 10),  # take or pay
        (quantity(included="5"), 14, 9),
        (quantity(included="5"), 5, 0),
        (quantity(included="5"), 2, 0),
        (quantity(instead="7"), 14, 7),
        (quantity(share="90"), 14, 13),  # 12.6
        (quantity(share="90"), 5, 5),  # 4.5, half up to the billing step
        (quantity(share="90", at_most="10", included="2"), 14, 8),  # in this order
        (quantity(multiple="10"), 14, 20),  # every started ten
        (quantity(multiple="10"), 10, 10),
        (replace(quantity(multiple="10"), rule=RoundingRule.HALF_UP), 14, 10),
    ],
)
def test_each_step_makes_the_quantity_what_it_says(rule: QuantityRule, metered: int, charged: int) -> None:
    lines = rate(version(flat("2", quantity=rule)), metered).lines
    assert sum(line.quantity or 0 for line in lines) == charged
    assert sum(line.amount_minor for line in lines) == 200 * charged


def test_sewer_is_charged_on_the_winter_average_at_most() -> None:
    sewer = version(flat("3", quantity=QuantityRule(at_most=formula("winter"))), determinants=(WINTER,))
    assert cents(rate(sewer, 14, winter="6")) == [("WATER", 1800)]
    assert cents(rate(sewer, 4, winter="6")) == [("WATER", 1200)]
    assert cents(rate(sewer, 14)) == [("WATER", 2400)]  # a new customer's default


def test_a_penalty_falls_on_what_exceeds_a_baseline() -> None:
    penalty = flat("5", code="PENALTY", quantity=QuantityRule(included=formula("1.25 * winter", step="1")))
    tariff = version(flat("2"), penalty, determinants=(WINTER,))
    assert cents(rate(tariff, 14)) == [("WATER", 2800), ("PENALTY", 2000)]  # above 10
    assert cents(rate(tariff, 10)) == [("WATER", 2000)]


def test_tiers_begin_after_the_included_volume() -> None:
    charge = replace(tiered(("0", "1"), ("6", "2")), quantity=quantity(included="4"))
    lines = rate(version(charge), 14).lines
    # 10 beyond the included 4: 6 at 1.00, 4 at 2.00
    assert [(line.quantity, line.amount_minor) for line in lines] == [(6, 600), (4, 800)]
    assert {line.measure and line.measure.included for line in lines} == {4}


def test_an_included_volume_follows_the_length_of_the_bill_where_tiers_do() -> None:
    fortnight = Period(date(2026, 4, 1), MID_APRIL)  # 15 days over 30
    charge = flat("2", quantity=quantity(included="6"))
    assert cents(rate(version(charge, proration=THIRTIETHS), 10, period=fortnight)) == [("WATER", 1400)]
    fixed = replace(charge, prorated=False)
    assert cents(rate(version(fixed, proration=THIRTIETHS), 10, period=fortnight)) == [("WATER", 800)]
    whole = replace(THIRTIETHS, tiers=False)
    assert cents(rate(version(charge, proration=whole), 10, period=fortnight)) == [("WATER", 800)]


def test_a_cap_is_spread_over_the_parts_of_a_split_period() -> None:
    old = version(flat("2", quantity=quantity(at_most="10")))
    new = version(flat("3", quantity=quantity(at_most="10")), version=2, effective_from=MID_APRIL)
    # 20 metered are 10 and 10 by days; the cap of 10 is 5 and 5.
    assert cents(rate([old, new], 20)) == [("WATER", 1000), ("WATER", 1500)]


def test_what_replaces_the_metered_quantity_needs_no_meter() -> None:
    tariff = version(
        service("4"), flat("3", quantity=QuantityRule(instead=formula("winter"))), determinants=(WINTER,)
    )
    assert cents(rate(tariff)) == [("SVC", 400), ("WATER", 2400)]
    with pytest.raises(UsageMissing):
        rate(version(flat("3", quantity=quantity(at_most="8"))))


def test_no_quantity_falls_below_nothing() -> None:
    tariff = version(flat("3", quantity=QuantityRule(at_most=formula("winter - 20"))), determinants=(WINTER,))
    assert cents(rate(tariff, 14)) == []


def test_a_line_says_how_its_quantity_came_about() -> None:
    rule = quantity(share="90", at_most="11", included="2", multiple="4")
    (line,) = rate(version(flat("2", quantity=rule)), 14).lines
    # 90 % of 14 is 13, at most 11, less 2 is 9, in steps of 4 is 12.
    assert explain_line(line, "USD") == (
        "12 ccf at 2.00 = 24.00 USD; Tariff R-1@1; "
        "metered 14 ccf, 90% of it rounded half up to the billing step, at most 11, less 2 included, "
        "rounded up to a multiple of 4"
    )


def test_a_line_that_is_charged_as_metered_says_nothing_more() -> None:
    (line,) = rate(version(flat("2", quantity=quantity(at_most="20"))), 14).lines
    assert line.measure is None


def test_quantities_below_nothing_are_refused_in_the_document() -> None:
    charge = flat("2", quantity=quantity(at_most="-1", multiple="0"))
    assert [(flaw.path, flaw.message.split(":")[0]) for flaw in charge.flaws()] == [
        (("quantity", "at_most"), "-1 is no quantity"),
        (("quantity", "round", "to"), "0 is no step"),
    ]
