"""From register usage to billed quantities, spread over the slices of a period."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import apportion, divide
from chalicelib.domain.tariffs.arithmetic import scaled
from chalicelib.domain.tariffs.slices import Slice
from chalicelib.domain.tariffs.version import UsageTerms


class UsageMissing(Refusal):
    """A metered tariff is to be rated without usage."""


class NegativeUsage(Refusal):
    """Net usage is below zero."""


class UsageTermsDiffer(Refusal):
    """The versions in force in one period measure usage differently."""


class Gauge:
    """Converts usage into billing steps, rounding once, and spreads it over slices.

    `weights` are the days of each slice, zero where its version has no meter; `places` scales the counts, and
    `step_scaled` is a billing step so scaled.
    """

    __slots__ = ("_ratios", "spread", "step_scaled", "terms", "weights")

    def __init__(self, *, terms: UsageTerms, weights: Sequence[int], places: int) -> None:
        self.terms = terms
        self.weights = tuple(weights)
        self.step_scaled = scaled(terms.step, places=places)
        self._ratios: dict[Unit, tuple[int, int]] = {}
        spreads: dict[int, Callable[[int], list[int]]] = {1: self._whole, 2: self._halves}
        self.spread = spreads.get(len(self.weights), self._parts)

    def steps(self, usage: Quantity) -> int:
        """`usage` in whole billing steps, rounded once. Raises NegativeUsage."""
        ratio = self._ratios.get(usage.unit)
        if ratio is None:
            ratio = self._ratios[usage.unit] = self.terms.steps_per(usage.unit).as_integer_ratio()
        numerator, denominator = usage.value.as_integer_ratio()
        if numerator < 0:
            raise NegativeUsage(
                f"usage is {usage.value} {usage.unit}: correct the reads, or bill "
                "the period together with the one before it",
                usage=str(usage.value),
                unit=usage.unit.value,
            )
        return divide(numerator * ratio[0], denominator * ratio[1], rule=self.terms.rounding)

    def quantity(self, steps: int) -> Decimal:
        """`steps` in billing units."""
        return steps * self.terms.step

    def _whole(self, steps: int) -> list[int]:
        return [steps * self.step_scaled]

    def _halves(self, steps: int) -> list[int]:
        """What `_parts` gives for two slices, by far the usual number: the larger remainder rounds up."""
        days, all_days = self.weights[0], self.weights[0] + self.weights[1]
        first = (2 * steps * days + all_days) // (2 * all_days)
        return [first * self.step_scaled, (steps - first) * self.step_scaled]

    def _parts(self, steps: int) -> list[int]:
        """Largest remainder on the billing step: the parts add up to the whole."""
        return [part * self.step_scaled for part in apportion(steps, weights=self.weights)]


def usage_terms_of(slices: Sequence[Slice]) -> UsageTerms | None:
    """How the versions of all slices measure usage; None without a meter. Raises UsageTermsDiffer."""
    metered = [piece.version for piece in slices if piece.version.usage is not None]
    for version in metered[1:]:
        if version.usage != metered[0].usage:
            raise UsageTermsDiffer(
                f"{metered[0].reference} and {version.reference} measure usage in different units or steps: "
                f"read the meter on {version.effective_from} and bill up to that day",
                tariffs=[metered[0].reference, version.reference],
            )
    return metered[0].usage if metered else None
