"""Named rounding rules, and splits that add up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.rounding import RoundingRule, apportion, divide, to_integer

integers = st.integers(-(10**12), 10**12)
weights = st.lists(st.integers(0, 400), min_size=1, max_size=8).filter(any)


@pytest.mark.parametrize(
    ("rule", "of_five_halves", "of_seven_halves", "of_nine_quarters"),
    [
        (RoundingRule.HALF_UP, 3, 4, 2),
        (RoundingRule.HALF_EVEN, 2, 4, 2),
        (RoundingRule.UP, 3, 4, 3),
        (RoundingRule.DOWN, 2, 3, 2),
    ],
)
def test_each_rule_settles_ties_and_rests_in_its_own_way(
    rule: RoundingRule, of_five_halves: int, of_seven_halves: int, of_nine_quarters: int
) -> None:
    assert divide(5, 2, rule=rule) == of_five_halves
    assert divide(7, 2, rule=rule) == of_seven_halves
    assert divide(9, 4, rule=rule) == of_nine_quarters


@given(integers, st.integers(1, 10**6), st.sampled_from(RoundingRule))
def test_rounding_is_symmetric_about_zero(numerator: int, denominator: int, rule: RoundingRule) -> None:
    assert divide(-numerator, denominator, rule=rule) == -divide(numerator, denominator, rule=rule)
    assert divide(numerator, -denominator, rule=rule) == -divide(numerator, denominator, rule=rule)


@given(integers, st.integers(1, 10**6), st.sampled_from(RoundingRule))
def test_a_rounded_value_is_less_than_one_step_away(
    numerator: int, denominator: int, rule: RoundingRule
) -> None:
    off = abs(Fraction(numerator, denominator) - divide(numerator, denominator, rule=rule))
    assert off < 1
    if rule in (RoundingRule.HALF_UP, RoundingRule.HALF_EVEN):
        assert off <= Fraction(1, 2)


@given(integers, st.sampled_from(RoundingRule))
def test_a_whole_number_stays_as_it_is(value: int, rule: RoundingRule) -> None:
    assert to_integer(Fraction(value), rule=rule) == value


def test_dividing_by_zero_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        divide(1, 0, rule=RoundingRule.DOWN)


@given(integers, weights)
def test_apportioned_parts_add_up_and_are_near_their_exact_share(total: int, weights: list[int]) -> None:
    parts = apportion(total, weights=weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1
        assert weight or not part


def test_the_largest_remainder_gets_what_is_left_over() -> None:
    # 100 over 1 : 1 : 4 → 16.67, 16.67, 66.67: floors make 98; the first two of three equal remainders gain.
    assert apportion(100, weights=[1, 1, 4]) == [17, 17, 66]
    assert apportion(-100, weights=[1, 1, 4]) == [-17, -17, -66]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_impossible_weights_are_an_error(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot apportion"):
        apportion(1, weights=weights)
