"""Named rounding rules for money and quantities, exact over rationals."""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction


class RoundingRule(StrEnum):
    """How a value between two steps is settled. Ties matter only to the HALF rules."""

    HALF_UP = "half_up"  # ties away from zero, as ordinances and clerks do it
    HALF_EVEN = "half_even"
    UP = "up"  # away from zero: "or fraction thereof"
    DOWN = "down"  # toward zero: whole units of a truncated read


def divide(numerator: int, denominator: int, *, rule: RoundingRule) -> int:
    """`numerator / denominator` as an integer under `rule`, without leaving the integers.

    Raises ZeroDivisionError when `denominator` is zero.
    """
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    if rest:
        if rule is RoundingRule.HALF_UP:
            whole += 2 * rest >= denominator
        elif rule is RoundingRule.HALF_EVEN:
            whole += 2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1)
        elif rule is RoundingRule.UP:
            whole += 1
    return sign * whole


def to_integer(value: Fraction, *, rule: RoundingRule) -> int:
    """`value` as an integer under `rule`."""
    return divide(value.numerator, value.denominator, rule=rule)


def apportion(total: int, *, weights: list[int] | tuple[int, ...]) -> list[int]:
    """Split the integer `total` in proportion to `weights`; the parts add up to `total` exactly.

    Largest-remainder method (Hamilton): every part gets its exact share rounded toward zero, what is left
    goes one by one to the largest remainders, earlier parts first among equals.

    Raises ValueError when weights are empty, negative, or all zero.
    """
    if not weights or min(weights) < 0 or not any(weights):
        raise ValueError(f"cannot apportion over weights {list(weights)!r}: need one positive, none negative")
    sign = -1 if total < 0 else 1
    whole = sum(weights)
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    parts = [quotient for quotient, _ in shares]
    left = abs(total) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda index: -shares[index][1])
    for index in by_remainder[:left]:
        parts[index] += 1
    return [sign * part for part in parts]
