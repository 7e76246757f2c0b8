"""Accounts as columns: what each is charged on both sides, and the groups it stands in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from chalicelib.columnar.exact import MOST, Array, add, divide, multiply, size_of
from chalicelib.columnar.sums import Integers, main_value, rounded, sums_by
from chalicelib.columnar.usage_table import Coded, UsageTable, joined
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.simulation.dated_cells import last_value
from chalicelib.domain.simulation.figures import (
    CLASS,
    DAYS_A_YEAR,
    MONTHS_A_YEAR,
    QUINTILE,
    AccountChange,
    Change,
)

_FIFTHS = 5


class AccountTwice(Refusal):
    """Parts of usage that were to hold whole accounts have one in common."""


class AccountBeyondMeasure(Refusal):
    """An account comes to more than any does, over all its rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The accounts of rated rows, in order of their names.

    An account's `days` are those of the agreement billed for most days. `used` is the water a year of the
    metered agreement that uses most, in the places of the usage, and `meter` its unit; "" without a meter.
    """

    names: tuple[str, ...]
    now: Integers
    proposed: Integers
    days: Integers
    dimensions: Mapping[str, Coded]
    used: Integers
    meter: Coded

    @property
    def change(self) -> Array:
        """By how much each one's charges rise over all its days."""
        return np.asarray(add(self.proposed, -self.now))

    @property
    def monthly(self) -> Array:
        """The same on its average month, rounded to the minor unit."""
        return rounded(multiply(self.change, DAYS_A_YEAR), MONTHS_A_YEAR * self.days)

    @classmethod
    def of(
        cls, table: UsageTable, rows: Integers, *, now: Integers, proposed: Integers, by: Sequence[str]
    ) -> Accounts:
        """The accounts of `rows`, which are charged `now` and `proposed`. Raises AccountBeyondMeasure.

        An account is in the class, and has the meter size and so on, under which it is charged most now.
        """
        known, account = np.unique(table.account.codes[rows], return_inverse=True)
        count = len(known)
        days = (table.end[rows] - table.start[rows]).astype(np.int64)
        agreements, of_agreement = np.unique(
            account * len(table.agreement.names) + table.agreement.codes[rows], return_inverse=True
        )
        owner = agreements // max(len(table.agreement.names), 1)
        days_of = sums_by(of_agreement, days, len(agreements))
        most_days = np.zeros(count, dtype=np.int64)
        np.maximum.at(most_days, owner, days_of)
        rate_class = main_value(account, table.rate_class.codes[rows], now, count, nothing=-1)
        dimensions = {CLASS: Coded(rate_class, table.rate_class.names)}
        for name in by:
            column = table.determinants[name]
            column = column.renamed({cell: last_value(cell) for cell in column.names})
            codes, names = column.codes[rows], column.names
            nothing = names.index("") if "" in names else -1
            dimensions[name] = Coded(main_value(account, codes, now, count, nothing=nothing), names)
        used, meter = _most_used(table, rows, owner=owner, of_agreement=of_agreement, days_of=days_of)
        names = tuple(table.account.names[code] for code in known)
        return cls(
            names=names,
            now=_held(sums_by(account, now, count), names),
            proposed=_held(sums_by(account, proposed, count), names),
            days=most_days,
            dimensions=dimensions,
            used=_held(used, names),
            meter=meter,
        )

    @classmethod
    def joined(cls, parts: Sequence[Accounts]) -> Accounts:
        """The accounts of several parts. Raises AccountTwice."""
        names = np.array([name for part in parts for name in part.names], dtype=object)
        order = np.argsort(names, kind="stable")
        together = cls(
            names=tuple(names[order]),
            now=np.concatenate([part.now for part in parts])[order],
            proposed=np.concatenate([part.proposed for part in parts])[order],
            days=np.concatenate([part.days for part in parts])[order],
            dimensions={
                name: joined(part.dimensions[name] for part in parts).taken(order)
                for name in parts[0].dimensions
            },
            used=np.concatenate([part.used for part in parts])[order],
            meter=joined(part.meter for part in parts).taken(order),
        )
        for one, other in zip(together.names, together.names[1:], strict=False):
            if one == other:
                raise AccountTwice(f"account {one} is in two parts: give each account whole", account=one)
        return together

    def ranked(self) -> Accounts:
        """With the dimension of fifths of each class by usage: "1" the least, "" without a meter.

        Equal usage is kept together in the lower fifth, and what is metered in another unit is ranked by
        itself.
        """
        fifth = np.zeros(len(self.names), dtype=np.int64)
        metered = np.array([bool(name) for name in self.meter.names] or [False])[self.meter.codes]
        groups = self.dimensions[CLASS].codes * len(self.meter.names) + self.meter.codes
        for group in np.unique(groups[metered]):
            members = np.flatnonzero((groups == group) & metered)
            ordered = np.sort(self.used[members])
            rank = np.searchsorted(ordered, self.used[members], side="left")
            fifth[members] = rank * _FIFTHS // len(members) + 1
        fifths = Coded(fifth, ("", *map(str, range(1, _FIFTHS + 1))))
        return replace(self, dimensions={**self.dimensions, QUINTILE: fifths})

    def changes(self) -> tuple[AccountChange, ...]:
        """Every account, ranked, in order of its id."""
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


def _held(sums: Array, accounts: Sequence[str]) -> Integers:
    """`sums` of `accounts`, if 64 bits hold them."""
    if size_of(sums) > MOST:
        account = accounts[int(np.argmax(abs(sums)))]
        raise AccountBeyondMeasure(
            f"account {account} comes to more than 64 bits hold: correct its usage, or the tariff's figures",
            account=account,
        )
    return sums.astype(np.int64, copy=False)


def _most_used(
    table: UsageTable, rows: Integers, *, owner: Integers, of_agreement: Integers, days_of: Integers
) -> tuple[Array, Coded]:
    """For each account the water a year of the metered agreement that uses most, and its unit or ""."""
    count = int(owner.max(initial=-1)) + 1
    water = sums_by(of_agreement, table.usage[rows], len(days_of))
    metered = np.zeros(len(days_of), dtype=np.bool_)
    metered[of_agreement[table.metered[rows]]] = True
    names = ("", *sorted({unit.value for unit in table.units}))
    unit = np.zeros(len(days_of), dtype=np.int64)
    places = [names.index(one.value) for one in table.units]
    unit[of_agreement] = np.array(places or [0], dtype=np.int64)[table.unit[rows]]
    a_year = np.asarray(divide(multiply(water, DAYS_A_YEAR), days_of, rule=RoundingRule.DOWN))
    order = np.lexsort((a_year, metered, owner))  # of each account the metered one that uses most comes last
    used, meter = np.zeros(count, dtype=a_year.dtype), np.zeros(count, dtype=np.int64)
    used[owner[order]] = a_year[order]
    meter[owner[order]] = np.where(metered, unit, 0)[order]
    return used, Coded(meter, names)
