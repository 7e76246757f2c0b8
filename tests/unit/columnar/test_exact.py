"""Arithmetic over columns gives what the kernel's gives for one number."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.columnar.exact import add, apportion, greater, lesser, multiple, product
from chalicelib.domain.kernel import rounding
from chalicelib.domain.kernel.rounding import RoundingRule

small = st.integers(-40, 40)
large = st.integers(-(2**62), 2**62)
columns = st.lists(small, min_size=1, max_size=30) | st.lists(large, min_size=1, max_size=5)
rules = st.sampled_from(RoundingRule)
factors = st.fractions(-9, 9, max_denominator=12) | st.fractions(-(10**12), 10**12, max_denominator=10**9)


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
