"""The same usage on two books of tariffs: rated row by row, summed up by all that a council asks about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.effects import Accounts, bands_of, effects_of
from chalicelib.columnar.rate import rate_rows
from chalicelib.columnar.sums import Integers, counts_by, sums_by
from chalicelib.columnar.usage_table import Coded, UsageTable
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.simulation.figures import (
    Change,
    ChargeRevenue,
    Comparison,
    Reason,
    RowsRevenue,
    TariffRevenue,
)
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.ports.simulation import Compared, NothingToRate, Terms

NOW, PROPOSED = "now", "proposed"
_DAY = re.compile(r" on \d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """All rows on one book. `tariff` is the one each row is on, there."""

    name: str
    tariff: Coded
    versions: Mapping[str, TariffVersion]
    currency: str
    total: Integers
    by_charge: Mapping[str, Integers]
    refused: Mapping[int, str]


def compare(table: UsageTable, *, now: Terms, proposed: Terms, by: Sequence[str]) -> Compared:
    """See Usage.compare."""
    sides = (_rated(table, now, NOW), _rated(table, proposed, PROPOSED))
    rated = np.ones(len(table.row), dtype=np.bool_)
    for side in sides:
        rated[np.fromiter(side.refused, dtype=np.int64, count=len(side.refused))] = False
    rows = np.flatnonzero(rated)
    refused = list(_refused(table, sides))
    if not len(rows):
        example = f", such as {refused[0]}" if refused else ""
        raise NothingToRate(f"not one of the {table.row_count:,} rows can be rated{example}")
    totals = [side.total[rows] for side in sides]
    accounts = Accounts.of(table, rows, now=totals[0], proposed=totals[1], by=by)
    overall, groups = effects_of(accounts)
    bands, without = bands_of(accounts)
    return Compared(
        Comparison(
            currency=next(side.currency for side in sides),
            rows_rated=len(rows),
            rows_refused=len(table.row) - len(rows),
            refused=_reasons(refused),
            total=Change(*(int(total.sum()) for total in totals)),
            by_charge=tuple(_by_charge(table, sides, rows)),
            by_tariff=tuple(_by_tariff(table, rows, totals)),
            by_class=tuple(_by_class(table, rows, totals)),
            by_month=tuple(_by_month(table, rows, totals)),
            overall=overall,
            groups=groups,
            bands=bands,
            without_percentage=without,
            accounts=accounts.changes(),
        ),
        refused,
    )


def _rated(table: UsageTable, terms: Terms, name: str) -> _Side:
    tariff = table.tariff.renamed(terms.moved)
    found = (terms.book.version(reference) for reference in terms.book.fingerprints)
    versions = {version.code: version for version in found if version is not None}
    total = np.zeros(len(table.row), dtype=np.int64)
    by_charge: dict[str, Integers] = {}
    refused: dict[int, str] = {}
    currency = ""
    for unit in dict.fromkeys(table.units):
        rows = np.flatnonzero(_in_unit(table, unit))
        if not len(rows):
            continue
        part = rate_rows(terms.book, table.rows_of(unit, rows, tariff))
        currency = currency or part.currency
        total[rows] = part.total_minor
        for charge, amounts in part.by_charge.items():
            by_charge.setdefault(charge, np.zeros(len(table.row), dtype=np.int64))[rows] = amounts
        refused |= {int(rows[row]): reason for row, reason in part.refused.items()}
    return _Side(
        name=name,
        tariff=tariff,
        versions=versions,
        currency=currency,
        total=total,
        by_charge=by_charge,
        refused=refused,
    )


def _refused(table: UsageTable, sides: Sequence[_Side]) -> Iterator[RejectedRow]:
    """Each refused row once, with what the first side says of it."""
    reasons: dict[int, tuple[str, str]] = {}
    for side in sides:
        for row, reason in side.refused.items():
            reasons.setdefault(row, (side.name, reason))
    for row in sorted(reasons):
        file, line = table.place_of(int(table.row[row]))
        side_name, reason = reasons[row]
        yield RejectedRow(file=file, line=line, column=side_name, reason=reason)


def _reasons(refused: Sequence[RejectedRow]) -> tuple[Reason, ...]:
    """The reasons with their counts, most frequent first; days are left out, so that alike counts alike."""
    counts = Counter((row.column, _DAY.sub("", row.reason)) for row in refused)
    return tuple(
        Reason(side=side, reason=reason, rows=count)
        for (side, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _by_charge(table: UsageTable, sides: Sequence[_Side], rows: Integers) -> Iterator[ChargeRevenue]:
    """By tariff, charge and class, in the order of a tariff's charges; what comes to nothing is left out."""
    classes = table.rate_class
    width = len(classes.names)
    found: dict[tuple[str, str, str], list[int]] = {}
    labels: dict[tuple[str, str], tuple[int, str]] = {}
    for place, side in enumerate(sides):
        keys = side.tariff.codes[rows] * width + classes.codes[rows]
        for code, version in side.versions.items():
            for number, charge in enumerate(version.charges):
                labels[code, charge.head.code] = (number, charge.head.label)
        for charge_code, amounts in side.by_charge.items():
            sums = sums_by(keys, amounts[rows], len(side.tariff.names) * width)
            for key in np.flatnonzero(sums):
                tariff, rate_class = side.tariff.names[key // width], classes.names[key % width]
                found.setdefault((tariff, charge_code, rate_class), [0, 0])[place] = int(sums[key])
    order = sorted(found, key=lambda key: (key[0], labels.get(key[:2], (0, ""))[0], key[2]))
    for tariff, charge_code, rate_class in order:
        yield ChargeRevenue(
            tariff=tariff,
            charge=charge_code,
            label=labels.get((tariff, charge_code), (0, charge_code))[1],
            rate_class=rate_class,
            revenue=Change(*found[tariff, charge_code, rate_class]),
        )


def _by_tariff(table: UsageTable, rows: Integers, totals: Sequence[Integers]) -> Iterator[TariffRevenue]:
    codes = table.tariff.codes[rows]
    water: dict[Unit, Integers] = {}
    for unit in dict.fromkeys(table.units):
        alike = _in_unit(table, unit)[rows]
        water[unit] = sums_by(codes[alike], table.usage[rows][alike], len(table.tariff.names))
    for code, one in _sums(codes, table.tariff.names, totals):
        used = {unit: Decimal(int(sums[code])).scaleb(-table.places) for unit, sums in water.items()}
        yield TariffRevenue(
            tariff=one.name,
            rows=one.rows,
            usage={unit: quantity for unit, quantity in used.items() if quantity},
            revenue=one.revenue,
        )


def _by_class(table: UsageTable, rows: Integers, totals: Sequence[Integers]) -> Iterator[RowsRevenue]:
    return (one for _, one in _sums(table.rate_class.codes[rows], table.rate_class.names, totals))


def _by_month(table: UsageTable, rows: Integers, totals: Sequence[Integers]) -> Iterator[RowsRevenue]:
    months: NDArray[np.datetime64] = table.end[rows].astype("datetime64[M]")
    known, codes = np.unique(months, return_inverse=True)
    return (one for _, one in _sums(codes, [str(month) for month in known], totals))


def _sums(
    codes: Integers, names: Sequence[str], totals: Sequence[Integers]
) -> Iterator[tuple[int, RowsRevenue]]:
    """By code that some row has: the rows and what they are charged."""
    counts = counts_by(codes, len(names))
    now, proposed = (sums_by(codes, total, len(names)) for total in totals)
    for code in np.flatnonzero(counts).tolist():
        revenue = Change(int(now[code]), int(proposed[code]))
        yield code, RowsRevenue(name=names[code], rows=int(counts[code]), revenue=revenue)


def _in_unit(table: UsageTable, unit: Unit) -> NDArray[np.bool_]:
    """Which rows are in a unit, however it is spelled."""
    spelled = [code for code, one in enumerate(table.units) if one is unit]
    return np.isin(table.unit, spelled)
