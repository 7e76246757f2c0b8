"""A flat rate for every billed unit: a commodity charge, or a surcharge by the unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.tariffs.amounts import Amount, figure, names_in
from chalicelib.domain.tariffs.charges.charge import Charge, Placement, Step, Terms, Use, make_line
from chalicelib.domain.tariffs.determinants import DeterminantKind, Values
from chalicelib.domain.tariffs.line import BillLine, LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUnitTerms(Terms):
    """`rate` for every billed unit."""

    kind: LineKind
    rate: Decimal

    def step(self, place: Placement) -> Step:
        """One line, unless nothing was used."""
        index, take, quantum = place.index, place.take, place.quantum
        price = place.price(self.rate, rule=self.head.rounding)
        constants = self.constants(place, kind=self.kind, unit=place.unit, rate=self.rate)

        def charge(usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            count = take(usage)
            if count:
                totals[index] = amount_minor = price(count)
                lines.append(make_line((*constants, quantum * count, None, amount_minor)))

        return charge


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUnitCharge(Charge):
    """`rate` for every billed unit; `kind` says whether it is the water itself or a surcharge on it."""

    kind: LineKind
    rate: Amount

    @property
    def metered(self) -> bool:
        return True

    def uses(self) -> Iterator[Use]:
        yield from super(PerUnitCharge, self).uses()
        for name in names_in(self.rate):
            yield Use(("rate", "by"), name, DeterminantKind.CHOICE)

    def terms(self, values: Values) -> PerUnitTerms:
        return PerUnitTerms(
            head=self.head, kind=self.kind, rate=figure(self.rate, values, charge=self.head.code)
        )
