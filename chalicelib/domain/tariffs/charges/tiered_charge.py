"""A commodity charge in tiers: each part of the usage at the rate of the tier it falls in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any, NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.amounts import Amount, figure, names_in
from chalicelib.domain.tariffs.charges.charge import Charge, Flaw, Placement, Step, Terms, Use, make_line
from chalicelib.domain.tariffs.determinants import DeterminantKind, Values
from chalicelib.domain.tariffs.line import BillLine, LineKind, Tier


class TiersOutOfOrder(Refusal):
    """The starts of a charge's tiers do not rise, or its first tier does not begin at the beginning."""


class StartIs(StrEnum):
    """What the figure at which a tier starts means. Ordinances use both, so a tariff must say."""

    FIRST_UNIT = "first_unit"  # "tier 2 from 11": unit 11 is its first, tier 1 ends at 10
    BOUNDARY = "boundary"  # "tier 2 above 10": tier 1 ends at 10

    def bound(self, start: Decimal) -> Decimal:
        """Where the tier before one starting at `start` ends."""
        return start - 1 if self is StartIs.FIRST_UNIT else start


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTerms:
    """A tier in plain figures, `upper` None for the last one."""

    upper: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredTerms(Terms):
    """Tiers from the first on, widths already multiplied by any count of dwelling units."""

    tiers: tuple[TierTerms, ...]

    @property
    def bounds(self) -> tuple[Decimal, ...]:
        return tuple(tier.upper for tier in self.tiers if tier.upper is not None)

    def step(self, place: Placement) -> Step:
        """A line for every tier that usage reaches; those of tiers filled to the brim are made beforehand."""
        index, take, quantum = place.index, place.take, place.quantum
        rungs = tuple(self._rungs(place))

        def charge(usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            count = take(usage)
            total_minor = 0
            for lower, upper, full, price, constants in rungs:
                if upper is not None and count >= upper:
                    if full is not None:
                        total_minor += full.amount_minor
                        lines.append(full)
                else:
                    part = count - lower
                    if part:
                        amount_minor = price(part)
                        total_minor += amount_minor
                        lines.append(make_line((*constants, quantum * part, None, amount_minor)))
                    break
            totals[index] = total_minor

        return charge

    def _rungs(self, place: Placement) -> Iterator[_Rung]:
        edges, uppers = (0, *place.bounds), (*place.bounds, None)
        for number, (lower, upper, tier) in enumerate(zip(edges, uppers, self.tiers, strict=True), 1):
            price = place.price(tier.rate, rule=self.head.rounding)
            constants = self.constants(
                place,
                kind=LineKind.COMMODITY,
                unit=place.unit,
                rate=tier.rate,
                tier=Tier(number, place.quantum * lower, None if upper is None else place.quantum * upper),
                factor=place.tier_share,
                notes=place.tier_notes if place.tier_share else "",
            )
            full = None
            if upper is not None and upper > lower:  # proration can make a narrow tier vanish
                width = upper - lower
                full = make_line((*constants, place.quantum * width, None, price(width)))
            yield _Rung(lower, upper, full, price, constants)


class _Rung(NamedTuple):
    """A tier compiled: its edges scaled, and its line when usage goes beyond it."""

    lower: int
    upper: int | None
    full: BillLine | None
    price: Callable[[int], int]
    constants: tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRule:
    """A tier as the tariff writes it: where it starts, and its rate."""

    start: Amount
    rate: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredCharge(Charge):
    """`tiers` in order; `start_is` reads their starts; `width_times` names a count that widens them."""

    start_is: StartIs
    tiers: tuple[TierRule, ...]
    width_times: str | None = None

    @property
    def metered(self) -> bool:
        return True

    def uses(self) -> Iterator[Use]:
        yield from super(TieredCharge, self).uses()
        for number, tier in enumerate(self.tiers):
            for field, amount in (("from", tier.start), ("rate", tier.rate)):
                for name in names_in(amount):
                    yield Use(("tiers", number, field, "by"), name, DeterminantKind.CHOICE)
        if self.width_times is not None:
            yield Use(("width_times",), self.width_times, DeterminantKind.COUNT)

    def flaws(self) -> Iterator[Flaw]:
        starts = [tier.start for tier in self.tiers]
        if all(isinstance(start, Decimal) for start in starts):
            yield from _order_flaws([Decimal(str(start)) for start in starts], self.start_is)

    def terms(self, values: Values) -> TieredTerms:
        """Raises NotInTable, and TiersOutOfOrder when tabled starts do not rise."""
        starts = [figure(tier.start, values, charge=self.head.code) for tier in self.tiers]
        for flaw in _order_flaws(starts, self.start_is):
            raise TiersOutOfOrder(f"charge {self.head.code}: {flaw.message}", charge=self.head.code)
        times = Decimal(1) if self.width_times is None else Decimal(values[self.width_times])
        uppers = [*(self.start_is.bound(start) * times for start in starts[1:]), None]
        return TieredTerms(
            head=self.head,
            tiers=tuple(
                TierTerms(upper=upper, rate=figure(tier.rate, values, charge=self.head.code))
                for upper, tier in zip(uppers, self.tiers, strict=True)
            ),
        )


def _order_flaws(starts: list[Decimal], start_is: StartIs) -> Iterator[Flaw]:
    # "0–10, 11–20" and "1–10, 11–20" both write first units; a boundary can only begin at nothing.
    allowed = (0, 1) if start_is is StartIs.FIRST_UNIT else (0,)
    if starts[0] not in allowed:
        first = "0 or 1" if start_is is StartIs.FIRST_UNIT else "0"
        yield Flaw(("tiers", 0, "from"), f"the first tier starts at {starts[0]}: it must start at {first}")
    bounds = [Decimal(0), *(start_is.bound(start) for start in starts[1:])]
    for number, (before, bound) in enumerate(pairwise(bounds), 1):
        if bound <= before:
            yield Flaw(
                ("tiers", number, "from"),
                f"tier {number + 1} starts at {starts[number]}, after tier {number} at {starts[number - 1]}: "
                "starts must rise",
            )
