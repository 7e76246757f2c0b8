"""Sums and ranks over columns say what plain Python says."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.columnar.effects import _by_size
from chalicelib.columnar.sums import main_value, quantiles, raised, rounded, sum_of, sums_by
from chalicelib.domain.kernel.rounding import RoundingRule, divide

LARGE = st.integers(-(10**14), 10**14)


def column(values: list[int]) -> np.ndarray:
    return np.array(values, dtype=np.int64)


@given(st.lists(st.tuples(st.integers(0, 4), LARGE)))
def test_sums_by_key_are_exact(pairs: list[tuple[int, int]]) -> None:
    keys, values = column([key for key, _ in pairs]), column([value for _, value in pairs])
    assert sums_by(keys, values, 5).tolist() == [
        sum(value for key, value in pairs if key == wanted) for wanted in range(5)
    ]


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from([2**63 - 1, -(2**63), 2**62, -1, 1]))))
def test_sums_beyond_64_bits_are_exact(pairs: list[tuple[int, int]]) -> None:
    keys, values = column([key for key, _ in pairs]), column([value for _, value in pairs])
    assert sums_by(keys, values, 3).tolist() == [
        sum(value for key, value in pairs if key == wanted) for wanted in range(3)
    ]
    assert sum_of(values) == sum(value for _, value in pairs)


@given(LARGE | st.sampled_from([2**63 - 1, 1 - 2**63]), st.integers(1, 10**6) | st.just(2**62))
def test_division_rounds_as_the_kernel_does(numerator: int, denominator: int) -> None:
    one = column([numerator])
    assert rounded(one, denominator).tolist() == [divide(numerator, denominator, rule=RoundingRule.HALF_UP)]
    assert raised(one, denominator).tolist() == [divide(numerator, denominator, rule=RoundingRule.UP)]


@given(st.lists(LARGE, min_size=1), st.sampled_from([5, 25, 50, 75, 95]))
def test_a_quantile_is_the_least_value_that_enough_reach(values: list[int], percent: int) -> None:
    (found,) = quantiles(column(values), [percent])
    assert Fraction(sum(value <= found for value in values), len(values)) >= Fraction(percent, 100)
    assert Fraction(sum(value < found for value in values), len(values)) < Fraction(percent, 100)


def test_of_no_values_there_are_no_quantiles() -> None:
    assert quantiles(column([]), [50]) == ()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(-50, 50)), min_size=1))
def test_the_main_value_has_most_weight_and_nothing_only_counts_alone(
    rows: list[tuple[int, int, int]],
) -> None:
    keys, codes, weights = (column(list(part)) for part in zip(*rows, strict=True))
    found = main_value(keys, codes, weights, 4, nothing=0).tolist()
    for key in range(4):
        weight: Counter[int] = Counter()
        for its_key, code, its_weight in rows:
            if its_key == key:
                weight[code] += its_weight
        named = {code: total for code, total in weight.items() if code} or weight or {0: 0}
        most = max(named.values())
        assert found[key] == min(code for code, total in named.items() if total == most)


def test_meter_sizes_stand_in_order_of_size() -> None:
    sizes = ["", "5/8in", "3/4", "1in", "1-1/2in", "1.75", "2in", "10in"]
    assert sorted(set(sizes), key=_by_size) == sizes
