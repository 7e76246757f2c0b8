"""Exact fractions over columns: what formulas compute with, before they are rounded to figures."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from chalicelib.columnar.exact import Column, Mask, add, divide, multiply, negated, size_of, where
from chalicelib.columnar.figures import Figures
from chalicelib.domain.kernel.rounding import RoundingRule


@dataclass(frozen=True, slots=True, eq=False)
class Rationals:
    """`numerators / denominators`, these positive, neither in lowest terms."""

    numerators: Column
    denominators: Column = 1

    @classmethod
    def of(cls, value: Fraction | Figures) -> Rationals:
        """`value` in this form."""
        if isinstance(value, Figures):
            return cls(value.counts, 10**value.places)
        return cls(value.numerator, value.denominator)

    @property
    def size(self) -> int:
        """The largest of all numerators and denominators."""
        return max(size_of(self.numerators), size_of(self.denominators))

    def plus(self, other: Rationals) -> Rationals:
        """The sums."""
        one, two, denominators = self._alike(other)
        return Rationals(add(one, two), denominators)

    def opposite(self) -> Rationals:
        """The same distance from zero, on the other side."""
        return Rationals(-self.numerators, self.denominators)

    def times(self, other: Rationals) -> Rationals:
        """The products."""
        return Rationals(
            multiply(self.numerators, other.numerators), multiply(self.denominators, other.denominators)
        )

    def over(self, other: Rationals) -> tuple[Rationals, Mask]:
        """The quotients, and where there is none: these are 0."""
        none: Mask = other.numerators == 0
        divisors = where(none, 1, other.numerators)
        sign = where(divisors < 0, -1, 1)
        flipped = Rationals(multiply(other.denominators, sign), multiply(divisors, sign))
        return self.times(flipped).where(negated(none), Rationals(0)), none

    def less(self, other: Rationals) -> Mask:
        """Where they are less than `other`."""
        one, two, _ = self._alike(other)
        return one < two

    def equal(self, other: Rationals) -> Mask:
        """Where they are the same."""
        one, two, _ = self._alike(other)
        return one == two

    def where(self, holds: Mask, otherwise: Rationals) -> Rationals:
        """These where it `holds`, else `otherwise`."""
        one, two, denominators = self._alike(otherwise)
        return Rationals(where(holds, one, two), denominators)

    def multiples(self, of: Fraction, *, rule: RoundingRule) -> Column:
        """How many times `of`, which is positive, they come to under `rule`."""
        return divide(
            multiply(self.numerators, of.denominator), multiply(self.denominators, of.numerator), rule=rule
        )

    def _alike(self, other: Rationals) -> tuple[Column, Column, Column]:
        """The numerators of both over the same denominators, and these."""
        one, two = self.denominators, other.denominators
        if isinstance(one, int) and isinstance(two, int):
            common = lcm(one, two)
            return (
                multiply(self.numerators, common // one),
                multiply(other.numerators, common // two),
                common,
            )
        return multiply(self.numerators, two), multiply(other.numerators, one), multiply(one, two)
