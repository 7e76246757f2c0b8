"""Sums and ranks over columns of whole numbers. No weights, no means: those would be floats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.exact import MOST, Array, Column, add, divide, multiply, size_of
from chalicelib.domain.kernel.rounding import RoundingRule

Integers = NDArray[np.int64]
_HALF = 2**32


def sum_of(values: Integers) -> int:
    """The sum of all values."""
    return int(sums_by(np.zeros(len(values), dtype=np.int64), values, 1)[0])


def sums_by(keys: Integers, values: Integers, size: int) -> Array:
    """For each key below `size`, the sum of the values that have it."""
    if size_of(values) * len(values) > MOST:  # in halves, which add up without leaving 64 bits
        high, low = (sums_by(keys, half, size) for half in np.divmod(values, _HALF))
        return np.asarray(add(multiply(high, _HALF), low))
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, keys, values)
    return sums


def counts_by(keys: Integers, size: int) -> Integers:
    """For each key below `size`, how many have it."""
    return np.bincount(keys, minlength=size).astype(np.int64)


def rounded(numerators: Column, denominators: Column) -> Array:
    """`numerators / denominators`, half away from zero; denominators are positive."""
    return np.asarray(divide(numerators, denominators, rule=RoundingRule.HALF_UP))


def raised(numerators: Column, denominators: Column) -> Array:
    """`numerators / denominators`, away from zero; denominators are positive."""
    return np.asarray(divide(numerators, denominators, rule=RoundingRule.UP))


def quantiles(values: Array, percents: Sequence[int]) -> tuple[int, ...]:
    """The values at these ranks in percent (nearest rank); empty of no values."""
    if not len(values):
        return ()
    ordered = np.sort(values)
    return tuple(int(ordered[max(-(-percent * len(ordered) // 100) - 1, 0)]) for percent in percents)


def main_value(keys: Integers, codes: Integers, weights: Integers, size: int, *, nothing: int) -> Integers:
    """For each key, the code that most of its weight falls on; of equals the lowest.

    `nothing` is a code that only counts where a key has no other; keys without any row have it too.
    """
    found = np.full(size, nothing, dtype=np.int64)
    width = int(codes.max(initial=0)) + 1
    pairs, places = np.unique(keys * width + codes, return_inverse=True)
    weight = sums_by(places, weights, len(pairs))
    key, code = pairs // width, pairs % width
    order = np.lexsort((-code, weight, code != nothing, key))  # the last of each key is the one
    found[key[order]] = code[order]
    return found
