"""A commodity charge in tiers: each part of the usage at the rate of the tier it falls in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import Any, Generic, Literal, NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.charges.charge import (
    Charge,
    F,
    Flaw,
    Path,
    Placement,
    Step,
    Terms,
    Use,
    make_line,
)
from chalicelib.domain.tariffs.charges.quantity import METERED, PLAIN, QuantityRule, QuantityTerms
from chalicelib.domain.tariffs.determinants import NUMERIC, Values, number_of
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


class OutOfOrder(StrEnum):
    """What holds when a tier would end before it starts: when a table's or a formula's figures say so."""

    REFUSED = "refused"  # the agreement is not rated
    EMPTY_TIER = "empty_tier"  # the tier has no width


@dataclass(frozen=True, slots=True, kw_only=True)
class TierTerms(Generic[F]):
    """A tier in plain figures, `upper` None for the last one."""

    upper: F | None
    rate: F


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredTerms(Terms[F]):
    """Tiers from the first on, widths already multiplied by any count of dwelling units."""

    tiers: tuple[TierTerms[F], ...]
    quantity: QuantityTerms[F] = PLAIN
    widths_prorated: bool = True

    @property
    def bounds(self) -> tuple[F, ...]:
        return (*self.quantity.bounds, *(tier.upper for tier in self.tiers if tier.upper is not None))

    @property
    def needs_usage(self) -> bool:
        return self.quantity.instead is None

    @property
    def grains(self) -> tuple[Decimal, ...]:
        return self.quantity.grains

    @property
    def bounds_prorated(self) -> bool:
        return self.widths_prorated

    def step(self: TieredTerms, place: Placement) -> Step:
        """A line for every tier that usage reaches."""
        if self.quantity == PLAIN:
            return self._priced(place, place.take)
        take, measured = place.take, self.quantity.measured(place)
        priced = self._priced(place, itemgetter(0))

        def charge(usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            first = len(lines)
            count, measure = measured(take(usage))
            priced([count], totals, lines)
            if measure is not None:
                lines[first:] = [line._replace(measure=measure) for line in lines[first:]]

        return charge

    def _priced(self: TieredTerms, place: Placement, take: Callable[[list[int]], int]) -> Step:
        return _climb(tuple(self._rungs(place)), index=place.index, quantum=place.quantum, take=take)

    def edges(self, place: Placement) -> tuple[int, ...]:
        """The start of every tier at `place`, scaled.

        Over three slices a larger whole can have a smaller part, and a formula can come to less than nothing:
        no tier starts below the one before it.
        """
        return tuple(accumulate((0, *place.bounds[len(self.quantity.bounds) :]), max))

    def _rungs(self: TieredTerms, place: Placement) -> Iterator[_Rung]:
        edges = self.edges(place)
        uppers = (*edges[1:], None)
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


def _climb(
    rungs: tuple[_Rung, ...], *, index: int, quantum: Decimal, take: Callable[[list[int]], int]
) -> Step:
    """Each part at its tier's rate; the lines of tiers filled to the brim are made beforehand."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TierRule:
    """A tier as the tariff writes it: where it starts, and its rate."""

    start: Amount
    rate: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class TieredCharge(Charge):
    """`tiers` in order; `start_is` reads their starts; `width_times` names a number that widens them.

    `quantity` says which quantity is put in tiers. Widths follow the length of the bill where the tariff says
    tiers do, if `prorated`.
    """

    start_is: StartIs
    tiers: tuple[TierRule, ...]
    width_times: str | None = None
    out_of_order: OutOfOrder = OutOfOrder.REFUSED
    quantity: QuantityRule = METERED
    prorated: bool = True

    @property
    def metered(self) -> bool:
        return True

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        for number, tier in enumerate(self.tiers):
            yield ("tiers", number, "from"), tier.start
            yield ("tiers", number, "rate"), tier.rate
        yield from self.quantity.amounts()

    def uses(self) -> Iterator[Use]:
        yield from super(TieredCharge, self).uses()
        if self.width_times is not None:
            yield Use(("width_times",), self.width_times, NUMERIC)

    def flaws(self) -> Iterator[Flaw]:
        starts = [tier.start for tier in self.tiers]
        figures = [start for start in starts if isinstance(start, Decimal)]
        if len(figures) == len(starts):
            yield from self._order_flaws(figures)
        yield from self.quantity.flaws()

    def terms(self, values: Values) -> TieredTerms:
        """Raises what `figure` raises, and TiersOutOfOrder when starts do not rise."""
        code = self.head.code
        starts = [figure(tier.start, values, charge=code) for tier in self.tiers]
        for flaw in self._order_flaws(starts):
            raise TiersOutOfOrder(f"charge {code}: {flaw.message}", charge=code)
        times = Decimal(1) if self.width_times is None else number_of(values[self.width_times])
        uppers = uppers_of(starts, start_is=self.start_is, times=times)
        return TieredTerms(
            head=self.head,
            tiers=tuple(
                TierTerms(upper=upper, rate=figure(tier.rate, values, charge=code))
                for upper, tier in zip(uppers, self.tiers, strict=True)
            ),
            quantity=self.quantity.terms(values, charge=code),
            widths_prorated=self.prorated,
        )

    def _order_flaws(self, starts: list[Decimal]) -> Iterator[Flaw]:
        rising = self.out_of_order is OutOfOrder.REFUSED
        for flaw in order_flaws(starts, start_is=self.start_is, of="tiers", rising=rising):
            mend = ", or say out_of_order: empty_tier" if flaw.path[1] else ""
            yield flaw._replace(message=flaw.message + mend)


def uppers_of(starts: list[Decimal], *, start_is: StartIs, times: Decimal) -> list[Decimal | None]:
    """Where each of the tiers, or steps, ends that have these `starts`: None for the last one."""
    return [*accumulate((start_is.bound(start) * times for start in starts[1:]), max), None]


def order_flaws(
    starts: list[Decimal], *, start_is: StartIs, of: Literal["tiers", "steps"], rising: bool = True
) -> Iterator[Flaw]:
    """The first of the `starts` that is not the beginning, and those that do not rise where they must."""
    one = of.removesuffix("s")
    # "0–10, 11–20" and "1–10, 11–20" both write first units; a boundary can only begin at nothing.
    allowed = (0, 1) if start_is is StartIs.FIRST_UNIT else (0,)
    if starts[0] not in allowed:
        first = "0 or 1" if start_is is StartIs.FIRST_UNIT else "0"
        yield Flaw((of, 0, "from"), f"the first {one} starts at {starts[0]}: it must start at {first}")
    bounds = [Decimal(0), *(start_is.bound(start) for start in starts[1:])]
    for number, (before, bound) in enumerate(pairwise(bounds), 1):
        if rising and bound <= before:
            yield Flaw(
                (of, number, "from"),
                f"{one} {number + 1} starts at {starts[number]}, after {one} {number} at "
                f"{starts[number - 1]}: starts must rise",
            )
