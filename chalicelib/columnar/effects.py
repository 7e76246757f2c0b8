"""Who pays more and who pays less: groups of accounts, and bands of change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.accounts import Accounts
from chalicelib.columnar.exact import Array, Column, multiply
from chalicelib.columnar.sums import Integers, quantiles, raised, rounded, sum_of
from chalicelib.domain.simulation.figures import (
    CLASS,
    DAYS_A_YEAR,
    MONTHS_A_YEAR,
    MUCH_MORE_PERCENT,
    QUANTILES,
    QUINTILE,
    Band,
    Change,
    Effect,
    FifthEffect,
    GroupEffect,
    Measure,
)

_MOST_BANDS = 6  # on either side of no change, before the open one
_SIZE = re.compile(r"(?:(\d{1,9}(?:\.\d{1,9})?)(?![\d/.]))?[- ]?(?:(\d{1,9})/(\d{1,9}))?")


def effects_of(accounts: Accounts) -> tuple[Effect, tuple[GroupEffect, ...]]:
    """What the change does to all accounts, and to the groups of every dimension."""
    measures = _Measures.of(accounts)
    return measures.effect(np.arange(len(accounts.names))), tuple(_groups(accounts, measures))


def fifths_of(accounts: Accounts) -> tuple[FifthEffect, ...]:
    """What the change does to the fifths of every class; accounts without a meter are in none."""
    measures = _Measures.of(accounts)
    classes, fifths = accounts.dimensions[CLASS], accounts.dimensions[QUINTILE]
    keys = classes.codes * len(fifths.names) + fifths.codes
    order = np.argsort(keys, kind="stable")
    found, starts = np.unique(keys[order], return_index=True)
    parts = zip(found.tolist(), np.split(order, starts[1:]), strict=True)
    return tuple(
        FifthEffect(
            rate_class=classes.names[key // len(fifths.names)],
            quintile=fifths.names[key % len(fifths.names)],
            effect=measures.effect(members),
        )
        for key, members in parts
        if fifths.names[key % len(fifths.names)]
    )


def _groups(accounts: Accounts, measures: _Measures) -> Iterator[GroupEffect]:
    for dimension, column in accounts.dimensions.items():
        order = np.argsort(column.codes, kind="stable")
        codes, starts = np.unique(column.codes[order], return_index=True)
        values = [column.names[code] if code >= 0 else "" for code in codes]
        found = zip(values, np.split(order, starts[1:]), strict=True)
        for value, members in sorted(found, key=lambda one: _by_size(one[0])):
            yield GroupEffect(dimension=dimension, value=value, effect=measures.effect(members))


def _by_size(value: str) -> tuple[Fraction, str]:
    """Sorts meter sizes as a plumber does: 5/8 before 1, 1-1/2 after it; names by letter, after nothing."""
    size = _SIZE.match(value)
    if size is None:
        return Fraction(0), value
    whole, numerator, denominator = (Fraction(part or "0") for part in size.groups())
    return whole + numerator / (denominator or 1), value


@dataclass(frozen=True, slots=True)
class _Measures:
    """What is told of accounts. `percent` is in hundredths of a percent, where `charged` now."""

    now: Integers
    proposed: Integers
    change: Array
    monthly: Array
    days: Integers
    charged: NDArray[np.bool_]
    percent: Array

    @classmethod
    def of(cls, accounts: Accounts) -> _Measures:
        charged = accounts.now > 0
        percent = rounded(multiply(accounts.change, 10_000), np.where(charged, accounts.now, 1))
        sides = accounts.now, accounts.proposed, accounts.change, accounts.monthly, accounts.days
        return cls(*sides, charged, percent)

    def effect(self, members: Integers) -> Effect:
        change = self.change[members]
        much = multiply(np.maximum(self.now[members], 0), MUCH_MORE_PERCENT)
        much_more = np.asarray(multiply(change, 100) > much)
        percents = quantiles(self.percent[members][self.charged[members]], QUANTILES)
        return Effect(
            accounts=len(members),
            less=int((change < 0).sum()),
            same=int((change == 0).sum()),
            more=int((change > 0).sum()),
            much_more=int(much_more.sum()),
            days=int(self.days[members].sum()),
            revenue=Change(sum_of(self.now[members]), sum_of(self.proposed[members])),
            quantiles_minor=quantiles(self.monthly[members], QUANTILES),
            quantiles_percent=tuple(Decimal(value).scaleb(-2) for value in percents),
        )


def bands_of(accounts: Accounts) -> tuple[dict[Measure, Sequence[Band]], int]:
    """Accounts by bands of change a month and of percent, and how many have no percentage.

    Bands are equally wide, in round figures, and an account is put by its exact change, not a rounded one.
    """
    measures = _Measures.of(accounts)
    charged = measures.charged
    money = _bands(measures.monthly, multiply(measures.change, DAYS_A_YEAR), MONTHS_A_YEAR * accounts.days)
    exactly = multiply(measures.change[charged], 10_000)
    percent = _bands(measures.percent[charged], exactly, measures.now[charged])
    return {Measure.MONEY: money, Measure.PERCENT: percent}, int((~charged).sum())


def _bands(values: Array, numerators: Column, denominators: Integers) -> tuple[Band, ...]:
    """Bands that hold nine accounts of ten; the exact value of each is `numerators / denominators`."""
    if not len(values):
        return ()
    low, *_, high = quantiles(values, QUANTILES)
    width = _round_width(max(abs(low), abs(high)))
    place = np.clip(raised(numerators, multiply(denominators, width)), -_MOST_BANDS - 1, _MOST_BANDS + 1)
    first, last = min(int(place.min()), 0), max(int(place.max()), 0)
    found = []
    for number in range(first, last + 1):
        outer, inner = abs(number) * width, (abs(number) - 1) * width
        bounds: tuple[int | None, int | None] = (inner, outer if abs(number) <= _MOST_BANDS else None)
        if number < 0:
            bounds = (None if bounds[1] is None else -outer, -inner)
        found.append(
            Band(
                low=bounds[0] if number else 0,
                high=bounds[1] if number else 0,
                accounts=int((place == number).sum()),
            )
        )
    return tuple(found)


def _round_width(most: int) -> int:
    """The least of 1, 2, 5, 10, 20, … whose _MOST_BANDS bands reach `most`."""
    width = 1
    while True:
        for factor in (1, 2, 5):
            if width * factor * _MOST_BANDS >= most:
                return width * factor
        width *= 10
