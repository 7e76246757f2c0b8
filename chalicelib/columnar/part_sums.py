"""A part of the usage, rated on two books of tariffs: sums that add up, and the accounts one by one.

What no sum holds (quantiles, fifths of usage, bands) is worked out when all accounts are together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.accounts import Accounts
from chalicelib.columnar.rate import rate_rows
from chalicelib.columnar.sums import Integers, counts_by, sum_of, sums_by
from chalicelib.columnar.usage_table import Coded, UsageTable
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.plan import CurrencyMix
from chalicelib.domain.tariffs.rating import TariffBook
from chalicelib.usecases.ports.simulation import Terms

NOW, PROPOSED = "now", "proposed"

# What is summed up, and the sums: all of one table have the same length, and are added one by one.
Sums: TypeAlias = Mapping[tuple[str, ...], tuple[int, ...]]


class RefusedRow(NamedTuple):
    """A row that one side refused; `row` numbers it among all that were read."""

    row: int
    file: str
    line: int
    side: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartSums:
    """The sums of a part; usage is in 10^-`places` units.

    `total` (without a key), `by_tariff`, `by_class` and `by_month` are rows, now and proposed in minor units;
    `by_charge` is now and proposed by tariff, charge and class; `water` is usage by tariff and unit.
    """

    currency: str
    places: int
    total: Sums
    by_charge: Sums
    by_tariff: Sums
    by_class: Sums
    by_month: Sums
    water: Sums
    refused: Sequence[RefusedRow]
    accounts: Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """All rows on one book. `tariff` is the one each row is on, there."""

    name: str
    tariff: Coded
    currency: str
    total: Integers
    by_charge: Mapping[str, Integers]
    refused: Mapping[int, str]


class PartRater:
    """Rates parts on two sides, compiled once; `by` are the columns to group accounts by."""

    def __init__(self, *, now: Terms, proposed: Terms, by: Sequence[str]) -> None:
        self._sides = ((NOW, now.book(), now.moved), (PROPOSED, proposed.book(), proposed.moved))
        self._by = by

    def sums(self, table: UsageTable) -> PartSums:
        """The sums of the rows that neither side refuses."""
        sides = [_rated(table, book, moved, name) for name, book, moved in self._sides]
        rated = np.ones(len(table.row), dtype=np.bool_)
        for side in sides:
            rated[np.fromiter(side.refused, dtype=np.int64, count=len(side.refused))] = False
        rows = np.flatnonzero(rated)
        totals = [side.total[rows] for side in sides]
        months, month = np.unique(table.end[rows].astype("datetime64[M]"), return_inverse=True)
        return PartSums(
            currency=one_currency(side.currency for side in sides),
            places=table.places,
            total={(): (len(rows), *map(sum_of, totals))} if len(rows) else {},
            by_charge=_by_charge(table, sides, rows),
            by_tariff=dict(_counted(table.tariff.taken(rows), totals)),
            by_class=dict(_counted(table.rate_class.taken(rows), totals)),
            by_month=dict(_counted(Coded(month, tuple(map(str, months))), totals)),
            water=dict(_water(table, rows)),
            refused=tuple(_refused(table, sides)),
            accounts=Accounts.of(table, rows, now=totals[0], proposed=totals[1], by=self._by),
        )


def one_currency(named: Iterable[str]) -> str:
    """The one currency among what is `named`, "" where none is. Raises CurrencyMix."""
    found = sorted({currency for currency in named if currency})
    if len(found) > 1:
        said = " and in ".join(found)
        raise CurrencyMix(f"rows are charged in {said}: simulate each currency by itself", currencies=found)
    return found[0] if found else ""


def _rated(table: UsageTable, book: TariffBook, moved: Mapping[str, str], name: str) -> _Side:
    tariff = table.tariff.renamed(moved)
    total = np.zeros(len(table.row), dtype=np.int64)
    by_charge: dict[str, Integers] = {}
    refused: dict[int, str] = {}
    currencies = []
    for unit in dict.fromkeys(table.units):
        rows = np.flatnonzero(_in_unit(table, unit))
        if not len(rows):
            continue
        part = rate_rows(book, table.rows_of(unit, rows, tariff))
        currencies.append(part.currency)
        total[rows] = part.total_minor
        for charge, amounts in part.by_charge.items():
            by_charge.setdefault(charge, np.zeros(len(table.row), dtype=np.int64))[rows] = amounts
        refused |= {int(rows[row]): reason for row, reason in part.refused.items()}
    return _Side(
        name=name,
        tariff=tariff,
        currency=one_currency(currencies),
        total=total,
        by_charge=by_charge,
        refused=refused,
    )


def _refused(table: UsageTable, sides: Sequence[_Side]) -> Iterator[RefusedRow]:
    """Each refused row once, with what the first side says of it."""
    reasons: dict[int, tuple[str, str]] = {}
    for side in sides:
        for row, reason in side.refused.items():
            reasons.setdefault(row, (side.name, reason))
    for row in sorted(reasons):
        file, line = table.file.names[int(table.file.codes[row])], int(table.line[row])
        yield RefusedRow(int(table.row[row]), file, line, *reasons[row])


def _by_charge(table: UsageTable, sides: Sequence[_Side], rows: Integers) -> Sums:
    """By tariff, charge and class; what comes to nothing is left out."""
    classes = table.rate_class
    width = len(classes.names)
    found: dict[tuple[str, ...], list[int]] = {}
    for place, side in enumerate(sides):
        keys = side.tariff.codes[rows] * width + classes.codes[rows]
        for charge, amounts in side.by_charge.items():
            sums = sums_by(keys, amounts[rows], len(side.tariff.names) * width)
            for key in np.flatnonzero(sums):
                names = (side.tariff.names[key // width], charge, classes.names[key % width])
                found.setdefault(names, [0, 0])[place] = int(sums[key])
    return {names: tuple(sums) for names, sums in found.items()}


def _water(table: UsageTable, rows: Integers) -> Iterator[tuple[tuple[str, str], tuple[int]]]:
    codes, usage = table.tariff.codes[rows], table.usage[rows]
    for unit in dict.fromkeys(table.units):
        alike = _in_unit(table, unit)[rows]
        sums = sums_by(codes[alike], usage[alike], len(table.tariff.names))
        for code in np.flatnonzero(sums).tolist():
            yield (table.tariff.names[code], unit.value), (int(sums[code]),)


def _counted(
    column: Coded, totals: Sequence[Integers]
) -> Iterator[tuple[tuple[str, ...], tuple[int, int, int]]]:
    """By name that some row has: how many have it, and what they are charged now and then."""
    counts = counts_by(column.codes, len(column.names))
    now, proposed = (sums_by(column.codes, total, len(column.names)) for total in totals)
    for code in np.flatnonzero(counts).tolist():
        yield (column.names[code],), (int(counts[code]), int(now[code]), int(proposed[code]))


def _in_unit(table: UsageTable, unit: Unit) -> NDArray[np.bool_]:
    """Which rows are in a unit, however it is spelled."""
    spelled = [code for code, one in enumerate(table.units) if one is unit]
    return np.isin(table.unit, spelled)
