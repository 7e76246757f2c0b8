"""A flat rate for every billed unit: a commodity charge, a surcharge or a tax by the unit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.charges.charge import Charge, F, Flaw, Path, Placement, Step, Terms, make_line
from chalicelib.domain.tariffs.charges.quantity import METERED, PLAIN, QuantityRule, QuantityTerms
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.line import BillLine, LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUnitTerms(Terms[F]):
    """`rate` for every unit of `quantity`."""

    kind: LineKind
    rate: F
    quantity: QuantityTerms[F] = PLAIN
    quantity_prorated: bool = True

    @property
    def bounds(self) -> tuple[F, ...]:
        return self.quantity.bounds

    @property
    def needs_usage(self) -> bool:
        return self.quantity.instead is None

    @property
    def grains(self) -> tuple[Decimal, ...]:
        return self.quantity.grains

    @property
    def bounds_prorated(self) -> bool:
        return self.quantity_prorated

    def step(self: PerUnitTerms, place: Placement) -> Step:
        """One line, unless there is nothing to charge for."""
        index, take, quantum = place.index, place.take, place.quantum
        price = place.price(self.rate, rule=self.head.rounding)
        constants = self.constants(place, kind=self.kind, unit=place.unit, rate=self.rate)

        def charge(usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            count = take(usage)
            if count:
                totals[index] = amount_minor = price(count)
                lines.append(make_line((*constants, quantum * count, None, amount_minor)))

        return charge if self.quantity == PLAIN else self._measured_step(place)

    def _measured_step(self: PerUnitTerms, place: Placement) -> Step:
        index, take, quantum = place.index, place.take, place.quantum
        price = place.price(self.rate, rule=self.head.rounding)
        measured = self.quantity.measured(place)

        def charge(usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            count, measure = measured(take(usage))
            if count:
                totals[index] = amount_minor = price(count)
                # The share says how much of the quantities in the tariff holds: nothing where they made none.
                share = place.tier_share if measure and self.quantity.bounds else None
                constants = self.constants(
                    place,
                    kind=self.kind,
                    unit=place.unit,
                    rate=self.rate,
                    factor=share,
                    notes=place.tier_notes if share else "",
                    measure=measure,
                )
                lines.append(make_line((*constants, quantum * count, None, amount_minor)))

        return charge


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUnitCharge(Charge):
    """`rate` for every unit of `quantity`; `kind` says whether it is the water itself, a surcharge or a tax.

    The quantities that `quantity` names follow the length of the bill where tiers do, if `prorated`.
    """

    kind: LineKind
    rate: Amount
    quantity: QuantityRule = METERED
    prorated: bool = True

    @property
    def metered(self) -> bool:
        return True

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        yield ("rate",), self.rate
        yield from self.quantity.amounts()

    def flaws(self) -> Iterator[Flaw]:
        return self.quantity.flaws()

    def terms(self, values: Values) -> PerUnitTerms:
        return PerUnitTerms(
            head=self.head,
            kind=self.kind,
            rate=figure(self.rate, values, charge=self.head.code),
            quantity=self.quantity.terms(values, charge=self.head.code),
            quantity_prorated=self.prorated,
        )
