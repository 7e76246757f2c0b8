"""A percentage of earlier charges: a surcharge, or a tax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.arithmetic import rounded_product
from chalicelib.domain.tariffs.charges.charge import Charge, Path, Placement, Step, Terms, make_line
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.line import BillLine, LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentTerms(Terms):
    """`percent` of the rounded lines of the charges in `of`."""

    kind: LineKind
    percent: Decimal
    of: tuple[str, ...]

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def step(self, place: Placement) -> Step:
        """One line, unless it comes to nothing."""
        index, base = place.index, place.base
        part = rounded_product(Fraction(self.percent) / 100, rule=self.head.rounding)
        constants = self.constants(place, kind=self.kind, unit="%", rate=self.percent)

        def charge(_usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            base_minor = base(totals)
            totals[index] = amount_minor = part(base_minor)
            if amount_minor:
                lines.append(make_line((*constants, None, base_minor, amount_minor)))

        return charge


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentCharge(Charge):
    """`percent` of the charges in `of`, which come earlier. An exemption is the head's `unless`."""

    kind: LineKind
    percent: Amount
    of: tuple[str, ...]

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        yield ("percent",), self.percent

    def terms(self, values: Values) -> PercentTerms:
        return PercentTerms(
            head=self.head,
            kind=self.kind,
            percent=figure(self.percent, values, charge=self.head.code),
            of=self.of,
        )
