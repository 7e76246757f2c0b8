"""What a reviewer looks at first: how the values are spread, how they compare with last year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.averages.proposal import ProposedValue

_QUANTILES = (0, 10, 25, 50, 75, 90, 100)  # percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How many values there are, their mean, and `quantiles` by percent (nearest rank)."""

    count: int
    mean: Fraction
    quantiles: tuple[tuple[int, Decimal], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainstLastYear:
    """Agreements that have a value and had one: how many rise, fall, stay; both sums."""

    compared: int = 0
    up: int = 0
    down: int = 0
    same: int = 0
    sum_now: Decimal = Decimal(0)
    sum_then: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFigures:
    """The figures of a whole proposal. `spread` is None while no agreement has a value."""

    spread: Spread | None
    against_last_year: AgainstLastYear


def review_figures(values: Iterable[ProposedValue]) -> ReviewFigures:
    """The figures of all proposed values."""
    counts: dict[Decimal, int] = {}
    compared = up = down = 0
    now, then = Decimal(0), Decimal(0)
    for one in values:
        if one.value is None:
            continue
        counts[one.value] = counts.get(one.value, 0) + 1
        if one.last_year is not None:
            compared += 1
            up += one.value > one.last_year
            down += one.value < one.last_year
            now, then = now + one.value, then + one.last_year
    return ReviewFigures(
        spread=_spread(counts),
        against_last_year=AgainstLastYear(
            compared=compared,
            up=up,
            down=down,
            same=compared - up - down,
            sum_now=now,
            sum_then=then,
        ),
    )


def _spread(counts: dict[Decimal, int]) -> Spread | None:
    count = sum(counts.values())
    if not count:
        return None
    total = sum((Fraction(value) * times for value, times in counts.items()), Fraction(0))
    return Spread(
        count=count,
        mean=total / count,
        quantiles=tuple((percent, _quantile(counts, count, percent)) for percent in _QUANTILES),
    )


def _quantile(counts: dict[Decimal, int], count: int, percent: int) -> Decimal:
    """The value at the nearest rank: the smallest that at least `percent` of all do not exceed."""
    rank, seen = max(1, -(-count * percent // 100)), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank:
            return value
    return max(counts)
