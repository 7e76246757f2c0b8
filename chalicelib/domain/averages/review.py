"""What a reviewer looks at first: how the values are spread, how they compare with last year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.averages.proposal import Flag, ProposedValue

_QUANTILES = (0, 10, 25, 50, 75, 90, 100)  # percent
# What is looked at first. A value of few bills, of an estimate or at the cap is usual, and comes last.
_WEIGHTIEST_FIRST = (
    Flag.NO_VALUE,
    Flag.SEVERAL_PREMISES,
    Flag.MIXED_PERIODS,
    Flag.SET_ALREADY,
    Flag.BILLED_BEYOND,
    Flag.CHANGED,
    Flag.ZERO_USAGE,
    Flag.UNEVEN_BILLS,
    Flag.ESTIMATED,
    Flag.FEW_BILLS,
    Flag.CAPPED,
)


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
    """The figures of a whole proposal. `spread` is None while no agreement has a value.

    `flagged` are the values to look at first, the weightiest in front.
    """

    spread: Spread | None
    against_last_year: AgainstLastYear
    flagged: tuple[ProposedValue, ...] = ()


def review_figures(values: Iterable[ProposedValue], *, most_flagged: int = 20) -> ReviewFigures:
    """The figures of all proposed values, and at most so many that are flagged."""
    counts: dict[Decimal, int] = {}
    compared = up = down = 0
    now, then = Decimal(0), Decimal(0)
    flagged: list[ProposedValue] = []
    for one in values:
        if one.flags:
            flagged.append(one)
        if len(flagged) > 4 * most_flagged:  # of a million, few are kept at hand
            flagged = sorted(flagged, key=_weight)[:most_flagged]
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
        flagged=tuple(sorted(flagged, key=_weight)[:most_flagged]),
    )


def _weight(value: ProposedValue) -> tuple[int, int, Decimal, str]:
    """Sorts what to look at first: the weightiest flag, then the most flags, then the largest change."""
    changed = Decimal(0)
    if value.value is not None and value.last_year is not None:
        changed = abs(value.value - value.last_year)
    return min(map(_WEIGHTIEST_FIRST.index, value.flags)), -len(value.flags), -changed, value.agreement_id


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
