"""Exact scaled integers: the arithmetic of compiled tariffs."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.rounding import RoundingRule, divide, to_integer


def places_of(value: Decimal) -> int:
    """Digits after the decimal point that `value` needs ("4.290" needs two)."""
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def scaled(value: Decimal, *, places: int) -> int:
    """`value` as an integer count of 10^-places. Raises ValueError when it needs more places."""
    result = Fraction(value) * Fraction(10) ** places
    if result.denominator != 1:
        raise ValueError(f"{value} is finer than {places} places")
    return int(result)


def minor(value: Decimal | Fraction, *, exponent: int, rule: RoundingRule) -> int:
    """`value` in major units as whole minor units under `rule`."""
    return to_integer(Fraction(value) * Fraction(10) ** exponent, rule=rule)


def rounded_product(factor: Fraction, *, rule: RoundingRule) -> Callable[[int], int]:
    """A function giving `integer × factor` as an integer under `rule`.

    Compiled once and called for every line: half up, the usual rule, is written out for speed.
    """
    numerator, denominator = factor.numerator, factor.denominator
    if denominator == 1:
        return lambda value: value * numerator
    if rule is not RoundingRule.HALF_UP or numerator < 0:
        return lambda value: divide(value * numerator, denominator, rule=rule)
    twice_numerator, twice_denominator = 2 * numerator, 2 * denominator

    def half_up(value: int) -> int:
        if value < 0:
            return -((denominator - value * twice_numerator) // twice_denominator)
        return (value * twice_numerator + denominator) // twice_denominator

    return half_up
