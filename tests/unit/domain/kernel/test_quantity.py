"""Water converts exactly, there and back."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.quantity import Quantity, Unit, UnknownUnit, ratio
from chalicelib.domain.kernel.rounding import RoundingRule

units = st.sampled_from(Unit)
quantities = st.builds(Quantity, st.fractions(-(10**9), 10**9, max_denominator=10**6), units)


@given(quantities, units)
def test_a_conversion_there_and_back_changes_nothing(quantity: Quantity, unit: Unit) -> None:
    assert quantity.to(unit).to(quantity.unit) == quantity


@given(quantities, units, units)
def test_a_detour_over_another_unit_changes_nothing(quantity: Quantity, over: Unit, to: Unit) -> None:
    assert quantity.to(over).to(to) == quantity.to(to)


@pytest.mark.parametrize(
    ("source", "target", "exact"),
    [
        (Unit.CCF, Unit.CUBIC_FOOT, Fraction(100)),
        (Unit.KGAL, Unit.US_GALLON, Fraction(1000)),
        (Unit.CUBIC_METER, Unit.LITER, Fraction(1000)),
        (Unit.ACRE_FOOT, Unit.CUBIC_FOOT, Fraction(43560)),
        (Unit.IMPERIAL_GALLON, Unit.LITER, Fraction("4.54609")),
        # 100 ft³ × 1728 in³/ft³ ÷ 231 in³/gal = 748 + 12/231 gal
        (Unit.CCF, Unit.US_GALLON, 748 + Fraction(12, 231)),
    ],
)
def test_units_are_what_the_law_defines(source: Unit, target: Unit, exact: Fraction) -> None:
    assert ratio(source=source, target=target) == exact


@given(quantities, st.sampled_from(["1", "0.1", "0.001", "10", "100", "0.25"]), st.sampled_from(RoundingRule))
def test_a_stepped_quantity_is_a_near_multiple_of_the_step(
    quantity: Quantity, step: str, rule: RoundingRule
) -> None:
    stepped = quantity.stepped(step=Decimal(step), rule=rule)
    assert (stepped.value / Fraction(step)).denominator == 1
    assert abs(stepped.value - quantity.value) < Fraction(step)


def test_whole_units_or_a_fraction_thereof() -> None:
    usage = Quantity.of("1234", Unit.US_GALLON)
    assert usage.stepped(step=Decimal(1000), rule=RoundingRule.UP).value == 2000
    assert usage.stepped(step=Decimal(100), rule=RoundingRule.HALF_UP).value == 1200


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("CCF", Unit.CCF),
        ("hcf", Unit.CCF),
        ("m³", Unit.CUBIC_METER),
        ("1000GAL", Unit.KGAL),
        ("l", Unit.LITER),
    ],
)
def test_usual_spellings_are_understood(text: str, unit: Unit) -> None:
    assert Unit.parse(text) is unit


def test_an_unknown_unit_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownUnit, match="use one of L, m3, cf, ccf"):
        Unit.parse("buckets")


@given(quantities, quantities)
def test_what_is_added_can_be_taken_away(one: Quantity, other: Quantity) -> None:
    assert one + other - other == one
    assert one - other == one + -other


def test_a_quantity_shows_as_many_places_as_asked() -> None:
    assert str(Quantity(Fraction(2, 3), Unit.CCF).decimal(places=3)) == "0.667"
