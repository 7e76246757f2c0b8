"""Exact rating over columns on one core: a million rows at once, as a simulation does it."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rating import sample_book
from benchmarks.row import Row
from chalicelib.columnar.rate import rate_rows
from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.rating import TariffBook, compile_book
from chalicelib.tariff_documents.load import load_tariff

ROWS = 1_000_000
_TARGET_BILLS_A_SECOND = 2_000_000
_TARGET_OF_OWN_NUMBERS = 300_000
_ROUNDS = 5
_CYCLES = 20

_HEAD = """
tariff: {code}
version: 1
name: Benchmark
service_type: water
currency: USD
effective_from: 2020-01-01
effectivity: service_day
usage: {{unit: ccf, step: 0.01, rounding: half_up}}
"""
_BUDGETS = """
determinants:
  household: {kind: count, default: 4}
  area: {kind: number}
  et: {kind: number}
  days: {kind: number, source: period}
formulas:
  indoor: {formula: "household * 55 * days / 748", round: {to: 0.01, rule: half_up}}
  budget: {formula: "indoor + et * area * 0.7 * 0.62 / 748", round: {to: 0.01, rule: half_up}}
charges:
- {type: service_charge, code: SVC, label: Service charge, gl_account: "4010", fund: WATER,
   charge_group: water, amount: 12.35}
- {type: commodity_tiered, code: WATER, label: Water, gl_account: "4020", fund: WATER, charge_group: water,
   start_is: boundary, tiers: [{from: 0, rate: 2.10}, {from: {formula: indoor}, rate: 2.90},
     {from: {formula: budget}, rate: 5.48}, {from: {formula: "1.5 * budget"}, rate: 9.815}]}
- {type: tax, code: CITY, label: City tax, gl_account: "2210", fund: GENERAL, charge_group: tax,
   base: [SVC, WATER], percent: 6}
"""
_WINTER = """
determinants:
  winter: {kind: number, source: history, default: 9}
charges:
- {type: service_charge, code: SVC, label: Service charge, gl_account: "4010", fund: SEWER,
   charge_group: sewer, amount: 21.10}
- {type: commodity_flat, code: SEWER, label: Sewer, gl_account: "4020", fund: SEWER, charge_group: sewer,
   rate: 4.415, quantity: {at_most: {formula: winter}}}
- {type: tax, code: CITY, label: City tax, gl_account: "2210", fund: GENERAL, charge_group: tax,
   base: [SVC, SEWER], percent: 6}
"""

Columns = Mapping[str, NDArray[Any]]


def run() -> list[Row]:
    """CPU time of the best round; agreements differ in usage and attributes."""
    random = np.random.default_rng(1)
    month, year = month_rows(random), _year_rows(random)
    own = _numbers(random, household=(1, 9, 0), area=(300, 9000, 0), et=(300, 800, 2))
    budgets = _rows("BUDGETS", random, own)
    winters = _rows("WINTER", random, _numbers(random, winter=(200, 2500, 2)))
    return [
        _row("a rate change within the month", sample_book(), month, _TARGET_BILLS_A_SECOND),
        _row(f"a year of {_CYCLES} cycles", sample_book(), year, _TARGET_BILLS_A_SECOND),
        _row("a water budget for every account", _book("BUDGETS", _BUDGETS), budgets, _TARGET_OF_OWN_NUMBERS),
        _row("a winter average for every account", _book("WINTER", _WINTER), winters, _TARGET_OF_OWN_NUMBERS),
        Row(name="memory at most, beside the rows", figure=_peak_megabytes(month), unit="MB"),
    ]


def month_rows(random: np.random.Generator) -> UsageRows:
    """All in one period, on the tariffs of `sample_book`: 3 tiers, a fixed charge, 2 taxes."""
    sizes = np.array(["5/8", "1", "2"])[random.integers(0, 3, ROWS)]
    return _rows("BENCH", random, {"meter_size": sizes})


def best_seconds(book: TariffBook, rows: UsageRows) -> float:
    """CPU time of the best of some rounds of rating all `rows`."""
    seconds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        rated = rate_rows(book, rows)
        seconds.append(time.process_time() - start)
        assert not rated.refused, next(iter(rated.refused.values()))
    return min(seconds)


def _row(name: str, book: TariffBook, rows: UsageRows, target: int) -> Row:
    figure = len(rows) / best_seconds(book, rows)
    return Row(
        name=f"columnar rating, {name}",
        figure=figure,
        unit="bills/s/core",
        target=f"≥ {target:,}",
        met=figure >= target,
    )


def _rows(tariff: str, random: np.random.Generator, determinants: Columns) -> UsageRows:
    return UsageRows(
        agreement=np.arange(ROWS).astype(str),
        tariff=np.full(ROWS, tariff),
        start=np.full(ROWS, "2026-06-16", dtype="datetime64[D]"),
        end=np.full(ROWS, "2026-07-16", dtype="datetime64[D]"),
        usage=random.integers(11_000, 40_000, ROWS),
        places=0,
        unit=Unit.US_GALLON,
        determinants=determinants,
    )


def _year_rows(random: np.random.Generator) -> UsageRows:
    """Twelve months of every account, read by cycle on other days and 28 to 33 days apart."""
    month, cycle = random.integers(0, 12, ROWS), random.integers(0, _CYCLES, ROWS)
    lengths = random.integers(28, 34, (12, _CYCLES))
    starts = np.datetime64("2026-01-02", "D") + np.cumsum(lengths, axis=0) - lengths + np.arange(_CYCLES)
    rows = month_rows(random)
    return UsageRows(
        agreement=rows.agreement,
        tariff=rows.tariff,
        start=starts[month, cycle],
        end=(starts + lengths)[month, cycle],
        usage=rows.usage,
        places=rows.places,
        unit=rows.unit,
        determinants=rows.determinants,
    )


def _numbers(random: np.random.Generator, **bounds: tuple[int, int, int]) -> Columns:
    """Texts of random numbers: from a first count to before a last one, of so many decimals."""
    return {
        name: np.array([f"{count / 10**decimals:.{decimals}f}" for count in random.integers(low, high, ROWS)])
        for name, (low, high, decimals) in bounds.items()
    }


def _book(code: str, charges: str) -> TariffBook:
    return compile_book([load_tariff(_HEAD.format(code=code) + charges, file="benchmark").version])


def _peak_megabytes(rows: UsageRows) -> float:
    book = sample_book()
    tracemalloc.start()
    rate_rows(book, rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1_000_000
