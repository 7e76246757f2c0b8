"""A sum of earlier charges rounded to a coarser step: bills in whole dollars, or in five cents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.kernel.rounding import divide
from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.arithmetic import minor
from chalicelib.domain.tariffs.charges.charge import Charge, Flaw, Path, Placement, Step, Terms, make_line
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.line import BillLine, LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingTerms(Terms):
    """The charges in `of` come to a multiple of `to`, under the head's rounding rule."""

    to: Decimal
    of: tuple[str, ...]

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def step(self, place: Placement) -> Step:
        """One line with what is added or taken away, unless it is nothing."""
        index, base, rule = place.index, place.base, self.head.rounding
        to_minor = max(minor(self.to, exponent=place.exponent, rule=rule), 1)
        constants = self.constants(place, kind=LineKind.ROUNDING, unit="", rate=self.to)

        def charge(_usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            base_minor = base(totals)
            difference_minor = divide(base_minor, to_minor, rule=rule) * to_minor - base_minor
            if difference_minor:
                totals[index] = difference_minor
                lines.append(make_line((*constants, None, base_minor, difference_minor)))

        return charge


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundingCharge(Charge):
    """The charges in `of`, which come earlier, are rounded together to a multiple of `to` (money)."""

    to: Amount
    of: tuple[str, ...]

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        yield ("to",), self.to

    def flaws(self) -> Iterator[Flaw]:
        if isinstance(self.to, Decimal) and self.to <= 0:
            yield Flaw(("to",), f"{self.to} is no step: write an amount above 0, such as 0.05")

    def terms(self, values: Values) -> RoundingTerms:
        return RoundingTerms(head=self.head, to=figure(self.to, values, charge=self.head.code), of=self.of)
