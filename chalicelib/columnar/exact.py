"""Exact integer arithmetic over columns.

A column is an array of 64-bit integers, or one integer that stands for all rows. Where 64 bits might not
hold a result, the column goes on as Python's own integers: slower, and just as exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.kernel import rounding
from chalicelib.domain.kernel.rounding import RoundingRule

Array: TypeAlias = NDArray[Any]  # of int64, or of Python integers
Column: TypeAlias = Array | int
Mask: TypeAlias = NDArray[np.bool_] | bool  # of every row, or of all of them

MOST = 2**63 - 1


def reach(values: Column) -> tuple[int, int]:
    """The least and the greatest of `values`; of none, nothing."""
    if isinstance(values, int):
        return values, values
    if not values.size:
        return 0, 0
    return int(values.min()), int(values.max())


def size_of(values: Column) -> int:
    """The greatest distance of any of `values` from zero."""
    least, greatest = reach(values)
    return max(-least, greatest)


def column_of(values: Sequence[int]) -> Array:
    """`values` as a column."""
    most = max(map(abs, values), default=0)
    return np.array(values, dtype=np.int64 if most <= MOST else object)


def with_room(values: Array, most: int) -> Array:
    """`values` as integers that can grow to `most` in size."""
    return values.astype(object) if most > MOST and values.dtype != object else values


def add(first: Column, second: Column) -> Column:
    """`first + second`."""
    if isinstance(first, int):
        if first == 0:
            return second
        if isinstance(second, int):
            return first + second
    if not isinstance(first, int):
        first = with_room(first, size_of(first) + size_of(second))
    elif not isinstance(second, int):
        second = with_room(second, size_of(first) + size_of(second))
    return first + second


def total(columns: Iterable[Column]) -> Column:
    """The sum of `columns`, 0 when there are none."""
    found: Column = 0
    for column in columns:
        found = add(found, column)
    return found


def lesser(first: Column, second: Column) -> Column:
    """The lesser of the two, row by row."""
    if isinstance(first, int) and isinstance(second, int):
        return min(first, second)
    return np.minimum(*_alike(first, second))


def greater(first: Column, second: Column) -> Column:
    """The greater of the two, row by row."""
    if isinstance(first, int) and isinstance(second, int):
        return max(first, second)
    return np.maximum(*_alike(first, second))


def product(values: Column, factor: Fraction | int, *, rule: RoundingRule) -> Column:
    """`values × factor` as integers under `rule`."""
    numerator, denominator = factor.numerator, factor.denominator
    if isinstance(values, int):
        return rounding.divide(values * numerator, denominator, rule=rule)
    least, greatest = reach(values)
    values = with_room(values, 2 * max(-least, greatest, 1) * abs(numerator) + 2 * denominator)
    if numerator != 1:
        values = values * numerator
    if denominator == 1:
        return values
    if min(least * numerator, greatest * numerator) >= 0:
        return _quotient(values, denominator, rule)
    return np.where(values < 0, -1, 1) * _quotient(abs(values), denominator, rule)


def multiple(values: Column, of: int, *, rule: RoundingRule) -> Column:
    """The multiples of `of`, which is positive, that `values` come to under `rule`."""
    return product(product(values, Fraction(1, of), rule=rule), of, rule=rule)


def multiply(first: Column, second: Column) -> Column:
    """`first × second`."""
    if isinstance(first, int) and isinstance(second, int):
        return first * second
    most = max(size_of(first), 1) * max(size_of(second), 1)  # a column of zeros has no room for 2^63, either
    if not isinstance(first, int):
        first = with_room(first, most)
    elif not isinstance(second, int):
        second = with_room(second, most)
    return first * second


def divide(values: Column, by: Column, *, rule: RoundingRule) -> Column:
    """`values / by` as integers under `rule`; `by` is positive."""
    if isinstance(by, int):
        return product(values, Fraction(1, by), rule=rule)
    if isinstance(values, int):
        values = np.full(len(by), values)
    most = 2 * size_of(values) + 2 * size_of(by)
    values, by = with_room(values, most), with_room(by, most)
    return np.where(values < 0, -1, 1) * _quotient(abs(values), by, rule)


def all_held(columns: Iterable[Column]) -> Mask:
    """Where 64 bits hold each of `columns`."""
    held: Mask = True
    for column in columns:
        if size_of(column) > MOST:
            held = held & (column >= -MOST) & (column <= MOST)
    return held


def where(holds: Mask, then: Column, otherwise: Column) -> Column:
    """`then` where it `holds`, else `otherwise`."""
    if isinstance(holds, bool):
        return then if holds else otherwise
    if max(size_of(then), size_of(otherwise)) > MOST:
        return np.where(holds, np.asarray(then, dtype=object), np.asarray(otherwise, dtype=object))
    return np.where(holds, then, otherwise)


def negated(mask: Mask) -> Mask:
    """Where it does not hold."""
    return not mask if isinstance(mask, bool) else ~mask


def _quotient(values: Array, denominator: Column, rule: RoundingRule) -> Array:
    """That of values which are not negative, with room for twice as much."""
    if rule is RoundingRule.DOWN:
        return values // denominator
    if rule is RoundingRule.UP:
        return (values + (denominator - 1)) // denominator
    twice = 2 * values + denominator
    whole = twice // (2 * denominator)
    if rule is RoundingRule.HALF_EVEN:
        whole = whole - ((whole % 2 == 1) & (whole * (2 * denominator) == twice))
    return whole


def apportion(totals: Column, *, weights: Sequence[int]) -> list[Column]:
    """Split each of `totals` by `weights`, as `rounding.apportion` does: largest remainder, earlier first."""
    if isinstance(totals, int):
        return list(rounding.apportion(totals, weights=tuple(weights)))
    whole = sum(weights)
    sizes = abs(with_room(totals, size_of(totals) * whole))
    products = [sizes * weight for weight in weights]
    parts = [each // whole for each in products]
    remainders = [each - part * whole for each, part in zip(products, parts, strict=True)]
    left = sizes - sum(parts)
    signs = np.where(totals < 0, -1, 1)
    result: list[Column] = []
    for place, (part, remainder) in enumerate(zip(parts, remainders, strict=True)):
        before = sum(
            (other >= remainder if rival < place else other > remainder).astype(np.int64)
            for rival, other in enumerate(remainders)
            if rival != place
        )
        result.append(signs * (part + (before < left)))
    return result


def _alike(first: Column, second: Column) -> tuple[Column, Column]:
    """Both as they are, or both as Python integers where one of them is one that 64 bits do not hold."""
    if isinstance(first, int):
        return first, second if isinstance(second, int) else with_room(second, abs(first))
    return with_room(first, abs(second)) if isinstance(second, int) else first, second
