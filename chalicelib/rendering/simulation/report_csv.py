"""A simulation's tables as CSV: plain decimals, one header line."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.simulation.figures import QUANTILES, Change, Effect, Measure
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.rendering.simulation.report_words import head
from chalicelib.rendering.words import Words

_CHANGE = ("now", "proposed", "change", "percent")
_LEFT_OUT = ("file", "line", "column", "reason", "mend")


_AVERAGE = ("average_month_now", "average_month_proposed")


def write_tables(
    folder: Path, simulation: Simulation, left_out: Sequence[RejectedRow], *, words: Words
) -> list[Path]:
    """Write revenue.csv, accounts.csv, bands.csv, groups.csv, fifths.csv and left_out.csv into `folder`.

    Headed in `words`; all else is for programs, too.
    """
    currency = simulation.comparison.currency
    counts = ("accounts", "less", "same", "more", "over_10_percent_more")
    quantiles = [f"{what}_{rank}" for what in ("change_a_month", "percent") for rank in QUANTILES]
    tables: dict[str, tuple[Sequence[str], Iterable[Sequence[object]]]] = {
        "revenue.csv": (("tariff", "charge", "label", "class", *_CHANGE), _revenue(simulation, currency)),
        "accounts.csv": (
            ("account", "class", "quintile", "days", *_CHANGE, "change_a_month"),
            _accounts(simulation, currency),
        ),
        "bands.csv": (("measure", "low", "high", "accounts"), _bands(simulation, currency)),
        "groups.csv": (
            ("dimension", "value", *counts, *_CHANGE, *_AVERAGE, *quantiles),
            _groups(simulation, currency),
        ),
        "fifths.csv": (
            ("class", "quintile", *counts, *_CHANGE, *_AVERAGE, *quantiles),
            _fifths(simulation, currency),
        ),
        "left_out.csv": (
            _LEFT_OUT,
            ([str(getattr(row, name)) for name in _LEFT_OUT] for row in left_out),
        ),
    }
    return [_write(folder / name, header, rows, words) for name, (header, rows) in tables.items()]


def _write(file: Path, header: Sequence[str], rows: Iterable[Sequence[object]], words: Words) -> Path:
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([head(name, words) for name in header])
        writer.writerows(rows)
    return file


def _revenue(simulation: Simulation, currency: str) -> Iterator[Sequence[object]]:
    for row in simulation.comparison.by_charge:
        yield (row.tariff, row.charge, row.label, row.rate_class, *_change(row.revenue, currency))


def _accounts(simulation: Simulation, currency: str) -> Iterator[Sequence[object]]:
    for one in simulation.comparison.accounts:
        cells = (one.account, one.rate_class, one.quintile, one.days)
        yield (*cells, *_change(one.revenue, currency), _amount(one.monthly_minor, currency))


def _bands(simulation: Simulation, currency: str) -> Iterator[Sequence[object]]:
    for measure, bands in simulation.comparison.bands.items():
        for band in bands:
            bounds = [
                "" if bound is None else _bound(bound, measure, currency) for bound in (band.low, band.high)
            ]
            yield (measure.value, *bounds, band.accounts)


def _bound(value: int, measure: Measure, currency: str) -> str:
    return _amount(value, currency) if measure is Measure.MONEY else _text(Decimal(value).scaleb(-2))


def _groups(simulation: Simulation, currency: str) -> Iterator[Sequence[object]]:
    for group in simulation.comparison.groups:
        yield (group.dimension, group.value, *_effect(group.effect, currency))


def _fifths(simulation: Simulation, currency: str) -> Iterator[Sequence[object]]:
    for one in simulation.comparison.fifths:
        yield (one.rate_class, one.quintile, *_effect(one.effect, currency))


def _effect(effect: Effect, currency: str) -> Iterator[object]:
    yield from (effect.accounts, effect.less, effect.same, effect.more, effect.much_more)
    yield from _change(effect.revenue, currency)
    yield from _change(effect.average_month, currency)[: len(_AVERAGE)]
    yield from [_amount(minor, currency) for minor in effect.quantiles_minor] or [""] * len(QUANTILES)
    yield from [_text(one) for one in effect.quantiles_percent] or [""] * len(QUANTILES)


def _change(change: Change, currency: str) -> tuple[str, str, str, str]:
    now, proposed, rise = (
        _amount(minor, currency) for minor in (change.now_minor, change.proposed_minor, change.minor)
    )
    return now, proposed, rise, "" if change.percent is None else _text(change.percent)


def _amount(minor: int, currency: str) -> str:
    return _text(Money.of_minor(minor, currency).amount)


def _text(value: Decimal) -> str:
    return format(value, "f")
