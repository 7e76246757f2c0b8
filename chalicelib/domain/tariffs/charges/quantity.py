"""What a metered charge makes of the metered quantity before it is priced.

Sewer is billed on the winter's average at most, a minimum bill includes the first units, an industrial
contract is take-or-pay, a penalty falls on what exceeds a baseline, a district bills every started thousand.
Any charge by usage can say so; the steps are always taken in the order of the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Generic, Never

from chalicelib.domain.kernel.rounding import RoundingRule, divide
from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.arithmetic import rounded_product, scaled
from chalicelib.domain.tariffs.charges.charge import F, Flaw, Path, Placement
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.line import Measure

Measured = Callable[[int], tuple[int, Measure | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityTerms(Generic[F]):
    """The steps in plain figures, in billing units for a full bill; None: not taken."""

    instead: F | None = None
    share: F | None = None
    at_most: F | None = None
    at_least: F | None = None
    included: F | None = None
    multiple: Decimal | None = None
    rule: RoundingRule = RoundingRule.UP

    @property
    def bounds(self) -> tuple[F, ...]:
        """Those figures that are spread over days."""
        spread = (self.instead, self.at_most, self.at_least, self.included)
        return tuple(figure for figure in spread if figure is not None)

    @property
    def grains(self) -> tuple[Decimal, ...]:
        """What the result is a multiple of."""
        return () if self.multiple is None else (self.multiple,)

    def measured(self: QuantityTerms, place: Placement) -> Measured:
        """A function from a scaled count to the count that is priced, and how it came about.

        The bounds of these terms are the first of `place.bounds`.
        """
        bounds = iter(place.bounds)
        instead, at_most, at_least, included = (
            None if figure is None else next(bounds)
            for figure in (self.instead, self.at_most, self.at_least, self.included)
        )
        quantum, step = place.quantum, place.step
        part = None
        if self.share is not None:
            part = rounded_product(Fraction(self.share) / 100 / step, rule=RoundingRule.HALF_UP)
        multiple = None if self.multiple is None else scaled(self.multiple, places=place.places)
        rule = self.rule

        def measure(metered: int) -> tuple[int, Measure | None]:
            count = metered if instead is None else instead
            if part is not None:
                count = part(count) * step
            limited = at_most is not None and count > at_most
            if at_most is not None and limited:
                count = at_most
            raised = at_least is not None and count < at_least
            if at_least is not None and raised:
                count = at_least
            if included is not None:
                count = max(count - included, 0)
            if multiple is not None:
                count = divide(count, multiple, rule=rule) * multiple
            if count == metered:
                return count, None
            return count, Measure(
                quantum * metered,
                None if instead is None else quantum * instead,
                self.share,
                quantum * at_most if at_most is not None and limited else None,
                quantum * at_least if at_least is not None and raised else None,
                None if included is None else quantum * included,
                self.multiple,
                None if self.multiple is None else rule,
            )

        return measure


PLAIN: QuantityTerms[Never] = QuantityTerms()
"""The metered quantity as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityRule:
    """The steps as a tariff writes them. `share` is a percentage; `rule` rounds to `multiple`."""

    instead: Amount | None = None
    share: Amount | None = None
    at_most: Amount | None = None
    at_least: Amount | None = None
    included: Amount | None = None
    multiple: Decimal | None = None
    rule: RoundingRule = RoundingRule.UP

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        """Every amount, with its path within the charge."""
        for name in ("instead", "share", "at_most", "at_least", "included"):
            amount: Amount | None = getattr(self, name)
            if amount is not None:
                yield ("quantity", name), amount

    def flaws(self) -> Iterator[Flaw]:
        """Figures below zero, and a multiple that is none."""
        for path, amount in self.amounts():
            if isinstance(amount, Decimal) and amount < 0:
                yield Flaw(path, f"{amount} is no quantity: write a number from 0")
        if self.multiple is not None and self.multiple <= 0:
            yield Flaw(("quantity", "round", "to"), f"{self.multiple} is no step: write a number above 0")

    def terms(self, values: Values, *, charge: str) -> QuantityTerms:
        """The steps for `values`, nothing below zero. Raises what `figure` raises."""
        figures = {
            name: max(figure(amount, values, charge=charge), Decimal(0))
            for (_, name), amount in ((path, amount) for path, amount in self.amounts())
        }
        return QuantityTerms(
            **{str(k): v for k, v in figures.items()}, multiple=self.multiple, rule=self.rule
        )


METERED = QuantityRule()
"""A charge that is taken on the metered quantity as it is."""
