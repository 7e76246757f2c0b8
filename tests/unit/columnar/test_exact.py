"""Arithmetic over columns gives what the kernel's gives for one number."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.columnar.exact import (
    add,
    all_held,
    apportion,
    divide,
    greater,
    lesser,
    multiple,
    multiply,
    product,
    where,
)
from chalicelib.domain.kernel import rounding
from chalicelib.domain.kernel.rounding import RoundingRule

small = st.integers(-40, 40)
large = st.integers(-(2**62), 2**62)
columns = st.lists(small, min_size=1, max_size=30) | st.lists(large, min_size=1, max_size=5)
# Where 64 bits end, on both sides of where halves and squares of what they hold end.
edges = st.builds(
    lambda sign, power, near: sign * 2**power + near,
    st.sampled_from([-1, 1]),
    st.sampled_from([31, 32, 61, 62, 63, 64]),
    st.integers(-1, 1),
)
ends = st.lists(edges | st.just(0), min_size=1, max_size=4)
rules = st.sampled_from(RoundingRule)
factors = st.fractions(-9, 9, max_denominator=12) | st.fractions(-(10**12), 10**12, max_denominator=10**9)


def column(values: list[int]) -> np.ndarray:
    """64 bits where they hold all values, -2^63 among them."""
    fits = all(-(2**63) <= value < 2**63 for value in values)
    return np.array(values, dtype=np.int64 if fits else object)


@given(columns, factors, rules)
def test_a_product_is_rounded_as_one_is(values: list[int], factor: Fraction, rule: RoundingRule) -> None:
    found = product(np.array(values), factor, rule=rule)
    assert list(found) == [rounding.to_integer(value * factor, rule=rule) for value in values]


@given(columns, st.integers(1, 50), rules)
def test_a_multiple_is_found_as_one_is(values: list[int], of: int, rule: RoundingRule) -> None:
    found = multiple(np.array(values), of, rule=rule)
    assert list(found) == [rounding.divide(value, of, rule=rule) * of for value in values]


@given(columns, st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any))
def test_totals_are_apportioned_as_one_is(totals: list[int], weights: list[int]) -> None:
    parts = apportion(np.array(totals), weights=weights)
    found = [[int(part[row]) for part in parts] for row in range(len(totals))]
    assert found == [rounding.apportion(total, weights=weights) for total in totals]


@given(columns, small | large | st.integers(2**63, 2**70))
def test_a_number_is_added_to_and_compared_with_a_column(values: list[int], other: int) -> None:
    column = np.array(values)
    assert list(add(column, other)) == [value + other for value in values]
    assert list(lesser(column, other)) == [min(value, other) for value in values]
    assert list(greater(other, column)) == [max(value, other) for value in values]


@given(ends | st.just([0, 0]), edges, st.fractions(-9, 9, max_denominator=7), rules)
def test_nothing_wraps_where_64_bits_end(
    values: list[int], other: int, factor: Fraction, rule: RoundingRule
) -> None:
    one, wide, by = column(values), factor * other, max(abs(other), 1)
    assert list(add(one, other)) == [value + other for value in values]
    assert list(multiply(one, other)) == list(multiply(other, one)) == [value * other for value in values]
    assert list(lesser(one, other)) == [min(value, other) for value in values]
    assert list(greater(other, one)) == [max(value, other) for value in values]
    assert list(product(one, wide, rule=rule)) == [rounding.to_integer(v * wide, rule=rule) for v in values]
    assert list(divide(one, by, rule=rule)) == [rounding.divide(value, by, rule=rule) for value in values]
    assert list(where(one > 0, other, one)) == [other if value > 0 else value for value in values]
    weights = [3, 0, 4]
    parts = apportion(one, weights=weights)
    found = [[int(part[row]) for part in parts] for row in range(len(values))]
    assert found == [rounding.apportion(value, weights=weights) for value in values]


@given(st.lists(st.tuples(edges | small, edges | small), min_size=1, max_size=4), rules)
def test_nothing_wraps_between_two_columns(pairs: list[tuple[int, int]], rule: RoundingRule) -> None:
    first, second = (column([pair[side] for pair in pairs]) for side in (0, 1))
    assert list(add(first, second)) == [one + two for one, two in pairs]
    assert list(multiply(first, second)) == [one * two for one, two in pairs]
    assert list(lesser(first, second)) == [min(pair) for pair in pairs]
    assert list(where(first < second, first, second)) == [min(pair) for pair in pairs]
    by = column([max(abs(two), 1) for _, two in pairs])
    assert list(divide(first, by, rule=rule)) == [
        rounding.divide(one, max(abs(two), 1), rule=rule) for one, two in pairs
    ]
    held = np.broadcast_to(all_held([first, second]), len(pairs))
    assert list(held) == [max(map(abs, pair)) < 2**63 for pair in pairs]


def test_of_no_rows_nothing_comes() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert len(product(add(none, 2**70), Fraction(2**70, 3), rule=RoundingRule.UP)) == 0  # type: ignore[arg-type]
    assert len(where(none > 0, multiply(none, none), 2**70)) == 0  # type: ignore[arg-type]
