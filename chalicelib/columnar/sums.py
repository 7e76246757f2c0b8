"""Sums and ranks over columns of whole numbers. No weights, no means: those would be floats."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]


def sums_by(keys: Integers, values: Integers, size: int) -> Integers:
    """For each key below `size`, the sum of the values that have it."""
    sums = np.zeros(size, dtype=np.int64)
    np.add.at(sums, keys, values)
    return sums


def counts_by(keys: Integers, size: int) -> Integers:
    """For each key below `size`, how many have it."""
    return np.bincount(keys, minlength=size).astype(np.int64)


def rounded(numerators: Integers, denominators: Integers | int) -> Integers:
    """`numerators / denominators`, half away from zero; denominators are positive."""
    whole: Integers = (2 * np.abs(numerators) + denominators) // (2 * np.asarray(denominators))
    return np.where(numerators < 0, -whole, whole)


def raised(numerators: Integers, denominators: Integers | int) -> Integers:
    """`numerators / denominators`, away from zero; denominators are positive."""
    whole: Integers = -(-np.abs(numerators) // np.asarray(denominators))
    return np.where(numerators < 0, -whole, whole)


def quantiles(values: Integers, percents: Sequence[int]) -> tuple[int, ...]:
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
