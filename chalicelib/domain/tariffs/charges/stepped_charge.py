"""A step rate: the whole usage of the period decides which step it reaches, and that step prices all of it.

A step is a fixed amount, a rate for every unit, or both: "up to 2,000 gallons $20.00, up to 5,000 gallons
$35.00, above $35.00 and $4.10 for each 1,000 gallons in excess of 5,000". Unlike tiers, a step reached leaves
nothing of those before it.

Where rates change within the period, every part of it is charged for its days at the step that the period as
a whole reaches: parts rounded to the billing step could end up on both sides of a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Any, Generic, NamedTuple, TypeVar

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.arithmetic import scaled
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
from chalicelib.domain.tariffs.charges.tiered_charge import StartIs, order_flaws, uppers_of
from chalicelib.domain.tariffs.determinants import NUMERIC, Values, number_of
from chalicelib.domain.tariffs.line import BillLine, Factor, LineKind, Note, Tier

Bound = TypeVar("Bound")  # a bound placed: an integer, or a column of them


class StepsOutOfOrder(Refusal):
    """The starts of a charge's steps do not rise, or its first step does not begin at the beginning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTerms(Generic[F]):
    """A step in plain figures, `upper` None for the last one.

    The `rate` is for every unit, or for those that exceed what is `included`.
    """

    upper: F | None
    amount: F | None
    rate: F | None
    included: F | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedTerms(Terms[F]):
    """Steps from the first on, widths already multiplied by any number; each amount is due `count` times
    (None: once) for what `count_name` counts.
    """

    steps: tuple[StepTerms[F], ...]
    count: F | None = None
    count_name: str = ""
    quantity: QuantityTerms[F] = PLAIN
    follows_days: bool = True

    @property
    def fixed_by_usage(self) -> tuple[F, ...]:
        times = 1 if self.count is None else self.count
        return tuple(step.amount * times for step in self.steps if step.amount is not None)

    @property
    def prorated(self) -> bool:
        return self.follows_days

    @property
    def bounds(self) -> tuple[F, ...]:
        """Those of `quantity`, then where steps end, then what they include."""
        uppers = (step.upper for step in self.steps if step.upper is not None)
        included = (step.included for step in self.steps if step.included is not None)
        return (*self.quantity.bounds, *uppers, *included)

    @property
    def bounds_prorated(self) -> bool:
        return self.follows_days

    @property
    def grains(self) -> tuple[Decimal, ...]:
        return self.quantity.grains

    @property
    def needs_usage(self) -> bool:
        return self.quantity.instead is None

    def step(self: SteppedTerms, place: Placement) -> Step:
        """A line for the amount of the step reached, and one for what its rate is taken on."""
        spread, places = place.period_spread, place.places
        bounds = (spread.part(scaled(bound, places=places), step=place.step) for bound in self.bounds)
        period = replace(place, bounds=tuple(bounds))
        measured = self.quantity.measured(period)
        treads = tuple(self._treads(place, period))
        index, take = place.index, place.take

        def charge(usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            whole, _ = measured(sum(usage))
            tread = next(tread for tread in treads if tread.upper is None or whole <= tread.upper)
            due = [] if tread.fixed is None else [tread.fixed]
            if tread.priced is not None:
                due += tread.priced(take(usage))
            totals[index] = sum([line.amount_minor for line in due])
            lines += due

        return charge

    def uppers(self, bounds: Sequence[Bound]) -> Sequence[Bound]:
        """Of the terms' own bounds, placed: where steps end, but for the last one."""
        first = len(self.quantity.bounds)
        return bounds[first : first + len(self.steps) - 1]

    def quantities(self, bounds: Sequence[Bound]) -> Iterator[tuple[QuantityTerms[F], Sequence[Bound]]]:
        """What the rate of each step is taken on, with its bounds: of the terms' own, placed.

        What a step includes stands in the place of what `quantity` does.
        """
        common = bounds[: len(self.quantity.bounds)]
        others = common[:-1] if self.quantity.included is not None else common
        included = iter(bounds[len(common) + len(self.steps) - 1 :])
        for step in self.steps:
            if step.included is None:
                yield self.quantity, common
            else:
                yield replace(self.quantity, included=step.included), (*others, next(included))

    def _treads(self: SteppedTerms, place: Placement, period: Placement) -> Iterator[_Tread]:
        # What widens steps can be below nothing: none ends before the one before it.
        edges = (*accumulate((0, *self.uppers(period.bounds)), max), None)
        quantities = self.quantities(place.bounds)
        for number, (step, (quantity, bounds)) in enumerate(zip(self.steps, quantities, strict=True), 1):
            lower, upper = edges[number - 1] or 0, edges[number]
            tier = Tier(number, place.quantum * lower, None if upper is None else place.quantum * upper)
            yield _Tread(
                upper,
                None if step.amount is None else self._fixed(step.amount, place, tier),
                None
                if step.rate is None
                else self._priced(step.rate, quantity, replace(place, bounds=tuple(bounds)), tier),
            )

    def _fixed(self: SteppedTerms, amount: Decimal, place: Placement, tier: Tier) -> BillLine:
        assert place.fixed is not None, "terms with amounts by usage have a spread of them"
        constants = self.constants(
            place,
            kind=LineKind.SERVICE_CHARGE,
            unit=self.count_name,
            rate=amount,
            tier=tier,
            factor=place.share,
            notes=place.share_notes + Note.STEP,
        )
        full = amount * (1 if self.count is None else self.count)
        return make_line((*constants, self.count, None, place.fixed.part(full)))

    def _priced(
        self: SteppedTerms, rate: Decimal, quantity: QuantityTerms, place: Placement, tier: Tier
    ) -> Callable[[int], list[BillLine]]:
        """A function from the usage of the stretch to its line, unless there is nothing to charge for."""
        price, quantum = place.price(rate, rule=self.head.rounding), place.quantum
        measured = quantity.measured(place)

        def constants(share: Factor | None, notes: str) -> tuple[Any, ...]:
            return self.constants(
                place,
                kind=LineKind.COMMODITY,
                unit=place.unit,
                rate=rate,
                tier=tier,
                factor=share,
                notes=(notes if share else "") + Note.STEP,
            )

        # Steps hold for the period, the quantities for the days of the stretch: each has its own share.
        of_steps = constants(place.period_spread.whole, place.tier_notes.translate(_UNCHANGED))
        of_quantities = constants(place.tier_share, place.tier_notes) if quantity.bounds else of_steps

        def lines(count: int) -> list[BillLine]:
            priced, measure = measured(count)
            if not priced:
                return []
            if measure is None:
                return [make_line((*of_steps, quantum * priced, None, price(priced)))]
            line = make_line((*of_quantities, quantum * priced, None, price(priced)))
            return [line._replace(measure=measure)]

        return lines


class _Tread(NamedTuple):
    """A step compiled: where it ends, the line of its amount, and what makes that of its rate."""

    upper: int | None
    fixed: BillLine | None
    priced: Callable[[int], list[BillLine]] | None


# Notes of a stretch without those that say where it was cut.
_UNCHANGED = str.maketrans("", "", Note.CHANGED_AT_START + Note.CHANGED_AT_END)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule:
    """A step as the tariff writes it: where it starts, its amount, its rate, and what the amount includes."""

    start: Amount
    amount: Amount | None = None
    rate: Amount | None = None
    included: Amount | None = None

    def parts(self) -> Iterator[tuple[str, Amount]]:
        """What it says, by field."""
        parts = (("from", self.start), ("amount", self.amount), ("rate", self.rate))
        for name, amount in (*parts, ("included", self.included)):
            if amount is not None:
                yield name, amount


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedCharge(Charge):
    """`steps` in order; `start_is` reads their starts.

    `times` names a number that multiplies amounts, `width_times` one that widens steps and what they include
    (dwelling units). `quantity` says which quantity decides the step and is priced. Amounts follow the length
    of the bill, and steps and `quantity` where the tariff says tiers do, if `prorated`.
    """

    start_is: StartIs
    steps: tuple[StepRule, ...]
    times: str | None = None
    width_times: str | None = None
    quantity: QuantityRule = METERED
    prorated: bool = True

    @property
    def metered(self) -> bool:
        return True

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        for number, step in enumerate(self.steps):
            yield from ((("steps", number, name), amount) for name, amount in step.parts())
        yield from self.quantity.amounts()

    def uses(self) -> Iterator[Use]:
        yield from super(SteppedCharge, self).uses()
        for field, name in (("times", self.times), ("width_times", self.width_times)):
            if name is not None:
                yield Use((field,), name, NUMERIC)

    def flaws(self) -> Iterator[Flaw]:
        starts = [step.start for step in self.steps]
        figures = [start for start in starts if isinstance(start, Decimal)]
        if len(figures) == len(starts):
            yield from order_flaws(figures, start_is=self.start_is, of="steps")
        for number, step in enumerate(self.steps):
            path = ("steps", number)
            if step.amount is None and step.rate is None:
                yield Flaw(path, "a step has an amount, a rate or both: write amount: 0 where nothing is due")
            if step.included is not None and step.rate is None:
                message = "there is no rate for what exceeds it: add a rate, or leave it out"
                yield Flaw((*path, "included"), message)
            if isinstance(step.included, Decimal) and step.included < 0:
                message = f"{step.included} is no quantity: write a number from 0"
                yield Flaw((*path, "included"), message)
        if self.times is not None and all(step.amount is None for step in self.steps):
            yield Flaw(("times",), "no step has an amount that it could multiply: take it out")
        yield from self.quantity.flaws()

    def terms(self, values: Values) -> SteppedTerms:
        """Raises what `figure` raises, and StepsOutOfOrder when starts do not rise."""
        code = self.head.code

        def of(amount: Amount | None) -> Decimal | None:
            return None if amount is None else figure(amount, values, charge=code)

        def included(amount: Amount | None) -> Decimal | None:
            return None if amount is None else max(figure(amount, values, charge=code) * times, Decimal(0))

        starts = [figure(step.start, values, charge=code) for step in self.steps]
        for flaw in order_flaws(starts, start_is=self.start_is, of="steps"):
            raise StepsOutOfOrder(f"charge {code}: {flaw.message}", charge=code)
        times = Decimal(1) if self.width_times is None else number_of(values[self.width_times])
        uppers = uppers_of(starts, start_is=self.start_is, times=times)
        return SteppedTerms(
            head=self.head,
            steps=tuple(
                StepTerms(
                    upper=upper,
                    amount=of(step.amount),
                    rate=of(step.rate),
                    included=included(step.included),
                )
                for upper, step in zip(uppers, self.steps, strict=True)
            ),
            count=None if self.times is None else number_of(values[self.times]),
            count_name=self.times or "",
            quantity=self.quantity.terms(values, charge=code),
            follows_days=self.prorated,
        )
