"""From register usage to the billed quantity."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import RoundingRule, apportion
from chalicelib.domain.tariffs.gauge import Gauge
from chalicelib.domain.tariffs.version import UsageTerms
from tests.unit.domain.tariffs.builders import WHOLE_CCF, flat, rate, version


def test_gallons_are_billed_by_the_ordinances_own_ccf() -> None:
    stated = UsageTerms(
        unit=Unit.CCF,
        step=Decimal(1),
        rounding=RoundingRule.DOWN,
        conversions={Unit.US_GALLON: Decimal(748)},
    )
    usage = Quantity.of(7480, Unit.US_GALLON)
    assert rate(version(flat("1"), usage=stated), usage).billed_quantity == 10
    # By the legal definition a ccf is 748.0519 gallons: not quite ten.
    assert rate(version(flat("1"), usage=WHOLE_CCF), usage).billed_quantity == 9


@pytest.mark.parametrize(
    ("step", "rule", "gallons", "billed"),
    [
        ("1000", RoundingRule.UP, 12001, "13000"),  # or fraction thereof
        ("100", RoundingRule.HALF_UP, 12050, "12100"),
        ("1", RoundingRule.DOWN, 12050, "12050"),
    ],
)
def test_quantities_are_rounded_once_on_the_tariffs_step(
    step: str, rule: RoundingRule, gallons: int, billed: str
) -> None:
    terms = UsageTerms(unit=Unit.US_GALLON, step=Decimal(step), rounding=rule)
    rating = rate(version(flat("0.001"), usage=terms), Quantity.of(gallons, Unit.US_GALLON))
    assert rating.billed_quantity == Decimal(billed)
    assert rating.lines[0].quantity == Decimal(billed)


def test_a_decimal_quantity_keeps_its_places() -> None:
    terms = UsageTerms(unit=Unit.CUBIC_METER, step=Decimal("0.001"), rounding=RoundingRule.HALF_UP)
    line = rate(version(flat("2"), usage=terms), Quantity.of(12345, Unit.LITER)).lines[0]
    assert str(line.quantity) == "12.345"
    assert line.amount_minor == 2469


@given(st.integers(0, 10**6), st.lists(st.integers(0, 40), min_size=1, max_size=5).filter(any))
def test_usage_spread_over_slices_adds_up(steps: int, days: list[int]) -> None:
    spread = Gauge(terms=WHOLE_CCF, weights=days, places=0).spread(steps)
    assert sum(spread) == steps
    assert spread == apportion(steps, weights=days)


@given(st.fractions(0, 10**6), st.sampled_from(Unit), st.sampled_from(RoundingRule))
def test_counting_steps_agrees_with_the_kernels_conversion(
    value: Fraction, unit: Unit, rule: RoundingRule
) -> None:
    terms = UsageTerms(unit=Unit.KGAL, step=Decimal("0.1"), rounding=rule)
    gauge = Gauge(terms=terms, weights=(30,), places=1)
    usage = Quantity(value, unit)
    expected = usage.to(Unit.KGAL).stepped(step=Decimal("0.1"), rule=rule).value
    assert gauge.quantity(gauge.steps(usage)) == Decimal(expected.numerator) / expected.denominator
