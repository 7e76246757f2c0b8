"""Who pays more and who pays less: accounts as columns, their groups, and bands of change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.sums import Integers, main_value, quantiles, raised, rounded, sums_by
from chalicelib.columnar.usage_table import Coded, UsageTable
from chalicelib.domain.simulation.figures import (
    CLASS,
    QUANTILES,
    QUINTILE,
    AccountChange,
    Band,
    Change,
    Effect,
    GroupEffect,
    Measure,
)

_MONTHS_A_YEAR, _DAYS_A_YEAR = 12, 365
_MOST_BANDS = 6  # on either side of no change, before the open one
_FIFTHS = 5
_SIZE = re.compile(r"(?:(\d{1,9}(?:\.\d{1,9})?)(?![\d/.]))?[- ]?(?:(\d{1,9})/(\d{1,9}))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The accounts of rated rows. An account's `days` are those of the agreement billed for most days."""

    names: tuple[str, ...]
    now: Integers
    proposed: Integers
    days: Integers
    dimensions: Mapping[str, Coded]

    @property
    def change(self) -> Integers:
        """By how much each one's charges rise over all its days."""
        return self.proposed - self.now

    @property
    def monthly(self) -> Integers:
        """The same on its average month, rounded to the minor unit."""
        return rounded(self.change * _DAYS_A_YEAR, _MONTHS_A_YEAR * self.days)

    @classmethod
    def of(
        cls, table: UsageTable, rows: Integers, *, now: Integers, proposed: Integers, by: Sequence[str]
    ) -> Accounts:
        """The accounts of `rows`, which are charged `now` and `proposed`.

        An account is in the class, and has the meter size and so on, under which it is charged most now.
        """
        known, account = np.unique(table.account.codes[rows], return_inverse=True)
        count = len(known)
        days = (table.end[rows] - table.start[rows]).astype(np.int64)
        rate_class = main_value(account, table.rate_class.codes[rows], now, count, nothing=-1)
        agreements, of_agreement = np.unique(
            account * len(table.agreement.names) + table.agreement.codes[rows], return_inverse=True
        )
        owner = agreements // len(table.agreement.names)
        days_of = sums_by(of_agreement, days, len(agreements))
        most_days = np.zeros(count, dtype=np.int64)
        np.maximum.at(most_days, owner, days_of)
        dimensions = {CLASS: Coded(rate_class, table.rate_class.names)}
        for name in by:
            codes, names = table.determinants[name].codes[rows], table.determinants[name].names
            nothing = names.index("") if "" in names else -1
            dimensions[name] = Coded(main_value(account, codes, now, count, nothing=nothing), names)
        dimensions[QUINTILE] = _quintiles(
            table, rows, rate_class=rate_class, owner=owner, of_agreement=of_agreement, days_of=days_of
        )
        return cls(
            names=tuple(table.account.names[code] for code in known),
            now=sums_by(account, now, count),
            proposed=sums_by(account, proposed, count),
            days=most_days,
            dimensions=dimensions,
        )

    def changes(self) -> tuple[AccountChange, ...]:
        """Every account, in order of its id."""
        rate_class, quintile = self.dimensions[CLASS], self.dimensions[QUINTILE]
        columns = zip(
            self.names,
            self.now.tolist(),
            self.proposed.tolist(),
            self.days.tolist(),
            self.monthly.tolist(),
            rate_class.codes.tolist(),
            quintile.codes.tolist(),
            strict=True,
        )
        return tuple(
            AccountChange(
                account=name,
                rate_class=rate_class.names[of_class],
                quintile=quintile.names[fifth],
                days=days,
                revenue=Change(now, proposed),
                monthly_minor=monthly,
            )
            for name, now, proposed, days, monthly, of_class, fifth in columns
        )


def _quintiles(
    table: UsageTable,
    rows: Integers,
    *,
    rate_class: Integers,
    owner: Integers,
    of_agreement: Integers,
    days_of: Integers,
) -> Coded:
    """Fifths of each class by usage a day of the agreement that uses most, "1" the least; "" without a meter.

    Equal usage is kept together in the lower fifth, and what is metered in another unit is ranked by itself.
    """
    count = len(rate_class)
    used = sums_by(of_agreement, table.usage[rows], len(days_of))
    metered = np.zeros(len(days_of), dtype=np.bool_)
    metered[of_agreement[table.metered[rows]]] = True
    unit = np.zeros(len(days_of), dtype=np.int64)
    kinds = list(dict.fromkeys(table.units))
    unit[of_agreement] = np.array([kinds.index(one) for one in table.units], dtype=np.int64)[table.unit[rows]]
    a_year = used * _DAYS_A_YEAR // days_of
    order = np.lexsort((a_year, metered, owner))  # of each account the metered one that uses most comes last
    most, kind, has_meter = (np.zeros(count, dtype=np.int64) for _ in range(3))
    most[owner[order]] = a_year[order]
    kind[owner[order]] = unit[order]
    has_meter[owner[order]] = metered[order]
    fifth = np.zeros(count, dtype=np.int64)
    groups = rate_class * len(kinds) + kind
    for group in np.unique(groups[has_meter > 0]):
        members = np.flatnonzero((groups == group) & (has_meter > 0))
        ordered = np.sort(most[members])
        rank = np.searchsorted(ordered, most[members], side="left")
        fifth[members] = rank * _FIFTHS // len(members) + 1
    return Coded(fifth, ("", *map(str, range(1, _FIFTHS + 1))))


def effects_of(accounts: Accounts) -> tuple[Effect, tuple[GroupEffect, ...]]:
    """What the change does to all accounts, and to the groups of every dimension."""
    measures = _Measures.of(accounts)
    return measures.effect(np.arange(len(accounts.names))), tuple(_groups(accounts, measures))


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
    change: Integers
    monthly: Integers
    charged: NDArray[np.bool_]
    percent: Integers

    @classmethod
    def of(cls, accounts: Accounts) -> _Measures:
        charged = accounts.now > 0
        percent = rounded(accounts.change * 10_000, np.where(charged, accounts.now, 1))
        return cls(accounts.now, accounts.proposed, accounts.change, accounts.monthly, charged, percent)

    def effect(self, members: Integers) -> Effect:
        change = self.change[members]
        percents = quantiles(self.percent[members][self.charged[members]], QUANTILES)
        return Effect(
            accounts=len(members),
            less=int((change < 0).sum()),
            same=int((change == 0).sum()),
            more=int((change > 0).sum()),
            revenue=Change(int(self.now[members].sum()), int(self.proposed[members].sum())),
            quantiles_minor=quantiles(self.monthly[members], QUANTILES),
            quantiles_percent=tuple(Decimal(value).scaleb(-2) for value in percents),
        )


def bands_of(accounts: Accounts) -> tuple[dict[Measure, Sequence[Band]], int]:
    """Accounts by bands of change a month and of percent, and how many have no percentage.

    Bands are equally wide, in round figures, and an account is put by its exact change, not a rounded one.
    """
    measures = _Measures.of(accounts)
    charged = measures.charged
    money = _bands(measures.monthly, measures.change * _DAYS_A_YEAR, _MONTHS_A_YEAR * accounts.days)
    percent = _bands(measures.percent[charged], measures.change[charged] * 10_000, measures.now[charged])
    return {Measure.MONEY: money, Measure.PERCENT: percent}, int((~charged).sum())


def _bands(values: Integers, numerators: Integers, denominators: Integers) -> tuple[Band, ...]:
    """Bands that hold nine accounts of ten; the exact value of each is `numerators / denominators`."""
    if not len(values):
        return ()
    low, *_, high = quantiles(values, QUANTILES)
    width = _round_width(max(abs(low), abs(high)))
    place = np.clip(raised(numerators, denominators * width), -_MOST_BANDS - 1, _MOST_BANDS + 1)
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
