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

    `weights` are the days of each slice, zero where its version has no meter; `places` scales the counts.
    """

    __slots__ = ("_factors", "_step_scaled", "_terms", "_weights", "spread")

    def __init__(self, *, terms: UsageTerms, weights: Sequence[int], places: int) -> None:
        self._terms = terms
        self._weights = tuple(weights)
        self._step_scaled = scaled(terms.step, places=places)
        self._factors: dict[Unit, tuple[int, int]] = {}
        self.spread: Callable[[int], list[int]] = self._only if len(self._weights) == 1 else self._by_days

    def steps(self, usage: Quantity) -> int:
        """`usage` in whole billing steps, rounded once. Raises NegativeUsage."""
        factor = self._factors.get(usage.unit)
        if factor is None:
            exact = self._terms.steps_per(usage.unit)
            factor = self._factors[usage.unit] = (exact.numerator, exact.denominator)
        value = usage.value
        if value < 0:
            raise NegativeUsage(
                f"usage is {value} {usage.unit}: correct the reads, or bill the period together with the one "
                "before it",
                usage=str(value),
                unit=usage.unit.value,
            )
        return divide(value.numerator * factor[0], value.denominator * factor[1], rule=self._terms.rounding)

    def quantity(self, steps: int) -> Decimal:
        """`steps` in billing units."""
        return steps * self._terms.step

    def _only(self, steps: int) -> list[int]:
        return [steps * self._step_scaled]

    def _by_days(self, steps: int) -> list[int]:
        """Largest remainder on the billing step: the parts add up to the whole."""
        step = self._step_scaled
        return [part * step for part in apportion(steps, weights=self._weights)]


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
