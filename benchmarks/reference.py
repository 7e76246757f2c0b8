"""`python -m benchmarks.reference`: rating over columns beside the reference interpreter, in the same run.

RateParser is the interpreter of the Open Water Rate Specification by the California Data Collaborative, an
R package. Nothing of it is here and nothing is fetched: HEADGATE_RATEPARSER names a checkout of its
repository. It needs Rscript with the packages dplyr and yaml (on Debian: r-base-core r-cran-dplyr
r-cran-yaml). Where one of these is missing, this says so and ends well.

Both rate a service charge by meter size, three tiers and two taxes. RateParser gives one total in binary
floats; ours are exact cents for every charge, and a rate change within the month besides.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.__main__ import print_rows
from benchmarks.columnar import ROWS, best_seconds, month_rows
from benchmarks.rating import sample_book
from benchmarks.row import Row

_SCRIPT = Path(__file__).with_name("reference.R")
_SIZES = (10_000, 100_000, ROWS)
_ROUNDS = 3
_RATES = """
metadata:
  effective_date: 2026-01-01
  utility_name: Benchmark
  bill_frequency: monthly
rate_structure:
  RESIDENTIAL_SINGLE:
    service_charge:
      depends_on: meter_size
      values: {small: 12.35, middle: 24.80, large: 74.60}
    tier_starts: [0, 7, 15]
    tier_prices: [2.94, 4.29, 6.885]
    commodity_charge: Tiered
    city_tax: 0.06*(service_charge+commodity_charge)
    state_fee: 0.0125*commodity_charge
    bill: service_charge+commodity_charge+city_tax+state_fee
"""


def main() -> int:
    """Print both and their ratio for each number of rows; 0 also where there is nothing to compare with."""
    missing = _missing()
    if missing:
        sys.stdout.write(f"skipped: {missing}\n")
        return 0
    print_rows(list(_compared(Path(os.environ["HEADGATE_RATEPARSER"]))))
    return 0


def _missing() -> str:
    """What it takes and there is not; empty where all is there."""
    folder = os.environ.get("HEADGATE_RATEPARSER", "")
    if not folder or not (Path(folder) / "R" / "rateParser.R").is_file():
        return "HEADGATE_RATEPARSER names no checkout of RateParser"
    if shutil.which("Rscript") is None:
        return "there is no Rscript; on Debian, install r-base-core r-cran-dplyr r-cran-yaml"
    loaded = subprocess.run(
        ["Rscript", "-e", "library(dplyr); library(yaml)"], capture_output=True, text=True, check=False
    )
    return "" if loaded.returncode == 0 else loaded.stderr.strip().splitlines()[-1]


def _compared(folder: Path) -> Iterator[Row]:
    book, rows = sample_book(), month_rows(np.random.default_rng(1))
    for size in _SIZES:
        theirs = size / min(_reference_seconds(folder, size))
        ours = size / best_seconds(book, rows.first(size))
        yield Row(name=f"RateParser, {size:,} rows in one frame", figure=theirs, unit="bills/s/core")
        yield Row(
            name=f"rating over columns, {size:,} rows",
            figure=ours,
            unit="bills/s/core",
            target="ahead of it",
            met=ours > theirs,
        )
        yield Row(name="ratio", figure=ours / theirs, unit="times")


def _reference_seconds(folder: Path, size: int) -> list[float]:
    with tempfile.TemporaryDirectory() as work:
        rates = Path(work) / "rates.owrs"
        rates.write_text(_RATES, encoding="utf-8")
        run = subprocess.run(
            ["Rscript", "--vanilla", str(_SCRIPT), str(folder), str(rates), str(size), str(_ROUNDS)],
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode:
        raise SystemExit(f"RateParser failed: {run.stderr.strip()}")
    return [float(line) for line in run.stdout.split()]


if __name__ == "__main__":
    sys.exit(main())
