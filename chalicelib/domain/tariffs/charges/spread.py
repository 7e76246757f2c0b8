"""How figures for a full bill are spread over the days of a period, as data: any evaluator can apply it."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from chalicelib.domain.kernel.rounding import RoundingRule, apportion, to_integer
from chalicelib.domain.tariffs.arithmetic import minor
from chalicelib.domain.tariffs.line import Factor


class FixedSpread(NamedTuple):
    """What a stretch has of a fixed amount that it may share with others: stretches of one charge with equal
    amounts.

    The amount for the `days` of all of them over `over` days is rounded once, under `rule`, to minor units
    (10^-`exponent`), and shared by days (largest remainder): the parts add up to the whole. The stretch's
    own days are those at `place`.
    """

    days: tuple[int, ...]
    place: int
    over: int
    exponent: int
    rule: RoundingRule

    def part(self, fixed: Decimal) -> int:
        """The stretch's part of the full amount `fixed`, in minor units."""
        exact = Fraction(fixed) * Fraction(sum(self.days), self.over)
        total_minor = minor(exact, exponent=self.exponent, rule=self.rule)
        return apportion(total_minor, weights=self.days)[self.place]


class BoundSpread(NamedTuple):
    """What a stretch has of a bound: the slices from `first` up to but not including `stop` of all, which
    have `days`.

    A bound prorated by the length of the bill (`whole`) is rounded half up to the billing step. A bound on a
    part of the period is its share by days, largest remainder on the billing step as for usage: usage that
    stays within a tier on the whole period stays within it on every part of two.
    """

    whole: Factor | None
    days: tuple[int, ...]
    first: int
    stop: int

    @property
    def is_split(self) -> bool:
        """Whether the stretch is a part of the period."""
        return self.stop - self.first < len(self.days)

    def part(self, count: int, *, step: int) -> int:
        """The stretch's part of the full bound `count`, a billing step being `step` of the same scale."""
        if self.whole is not None:
            exact = Fraction(count * self.whole.numerator, self.whole.denominator * step)
            count = to_integer(exact, rule=RoundingRule.HALF_UP) * step
        if not self.is_split:
            return count
        step = step if count % step == 0 else 1
        return sum(apportion(count // step, weights=self.days)[self.first : self.stop]) * step
