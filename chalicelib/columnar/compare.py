"""The sums of all parts put together: the figures of a what-if, the same however the usage was split."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from chalicelib.columnar.accounts import Accounts
from chalicelib.columnar.effects import bands_of, effects_of, fifths_of
from chalicelib.columnar.part_sums import PartSums, Sums, one_currency
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
from chalicelib.usecases.ports.simulation import Compared, NothingToRate, Terms

_DAY = re.compile(r" on \d{4}-\d{2}-\d{2}")


def combined(parts: Iterable[PartSums], *, now: Terms, proposed: Terms, row_count: int) -> Compared:
    """What the `parts`, in any order, come to. Raises NothingToRate, CurrencyMix, AccountTwice."""
    found = list(parts)
    refused = [
        RejectedRow(file=row.file, line=row.line, column=row.side, reason=row.reason)
        for row in sorted(row for part in found for row in part.refused)
    ]
    total = _added(part.total for part in found)
    if not total:
        example = f", such as {refused[0]}" if refused else ""
        raise NothingToRate(f"not one of the {row_count:,} rows can be rated{example}")
    rows, now_minor, proposed_minor = total[()]
    accounts = Accounts.joined([part.accounts for part in found]).ranked()
    overall, groups = effects_of(accounts)
    bands, without = bands_of(accounts)
    return Compared(
        Comparison(
            currency=one_currency(part.currency for part in found),
            rows_rated=rows,
            rows_refused=len(refused),
            refused=_reasons(refused),
            total=Change(now_minor, proposed_minor),
            by_charge=tuple(_by_charge(_added(part.by_charge for part in found), (now, proposed))),
            by_tariff=tuple(_by_tariff(found)),
            by_class=tuple(_revenues(part.by_class for part in found)),
            by_month=tuple(_revenues(part.by_month for part in found)),
            overall=overall,
            groups=groups,
            fifths=fifths_of(accounts),
            bands=bands,
            without_percentage=without,
            accounts=accounts.changes(),
        ),
        refused,
    )


def _added(tables: Iterable[Sums]) -> dict[tuple[str, ...], tuple[int, ...]]:
    """Sums by key over all tables, in order of the keys."""
    found: dict[tuple[str, ...], tuple[int, ...]] = {}
    for table in tables:
        for key, sums in table.items():
            before = found.get(key, (0,) * len(sums))
            found[key] = tuple(one + other for one, other in zip(before, sums, strict=True))
    return dict(sorted(found.items()))


def _reasons(refused: Sequence[RejectedRow]) -> tuple[Reason, ...]:
    """The reasons with their counts, most frequent first; days are left out, so that alike counts alike."""
    counts = Counter((row.column, _DAY.sub("", row.reason)) for row in refused)
    return tuple(
        Reason(side=side, reason=reason, rows=count)
        for (side, reason), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    )


def _by_charge(
    sums: Mapping[tuple[str, ...], tuple[int, ...]], sides: Sequence[Terms]
) -> Iterator[ChargeRevenue]:
    """By tariff, charge and class, in the order of a tariff's charges; what comes to nothing is left out."""
    labels: dict[tuple[str, ...], tuple[int, str]] = {
        (version.code, charge.head.code): (number, charge.head.label)
        for side in sides
        for version in side.versions
        for number, charge in enumerate(version.charges)
    }
    translated: dict[tuple[str, ...], dict[str, str]] = {}
    for version in (version for side in sides for version in side.versions):
        for language, texts in version.translations.items():
            for charge, text in texts.items():
                translated.setdefault((version.code, charge), {})[language] = text
    for key in sorted(sums, key=lambda one: (one[0], labels.get(one[:2], (0, ""))[0], one[2])):
        tariff, charge, rate_class = key
        if any(sums[key]):
            yield ChargeRevenue(
                tariff=tariff,
                charge=charge,
                label=labels.get(key[:2], (0, charge))[1],
                rate_class=rate_class,
                revenue=Change(*sums[key]),
                translations=translated.get(key[:2], {}),
            )


def _by_tariff(parts: Sequence[PartSums]) -> Iterator[TariffRevenue]:
    places = max(part.places for part in parts)
    water: dict[str, dict[Unit, int]] = {}
    for part in parts:
        for (tariff, unit), (count,) in part.water.items():
            of_tariff = water.setdefault(tariff, {})
            scaled = count * 10 ** (places - part.places)
            of_tariff[Unit(unit)] = of_tariff.get(Unit(unit), 0) + scaled
    for one in _revenues(part.by_tariff for part in parts):
        used = water.get(one.name, {})
        yield TariffRevenue(
            tariff=one.name,
            rows=one.rows,
            usage={unit: Decimal(used[unit]).scaleb(-places) for unit in sorted(used) if used[unit]},
            revenue=one.revenue,
        )


def _revenues(tables: Iterable[Sums]) -> Iterator[RowsRevenue]:
    for (name,), (rows, now, proposed) in _added(tables).items():
        yield RowsRevenue(name=name, rows=rows, revenue=Change(now, proposed))
