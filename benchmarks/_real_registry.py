"""A registry for the meters of the DAIAD file, which names meters and nothing else.

Each meter gets an account, a premise and a service point of its own. What the file does not tell is set here:
eight dials in liters (the longest reading has seven digits), hung before the first read. What they showed on
that day is not known and never used: a former system is said to have billed up to the first day.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from chalicelib.domain.kernel.ids import Month

CYCLE = "DAIAD"
MONTHS = tuple(Month(2016, 3).plus(count) for count in range(12))

_METER_COLUMN = "user key"
_TAKEN_OVER = MONTHS[0].first_day
_HUNG = "2015-01-01"


def meters_in(file: Path) -> list[str]:
    """The numbers of the meters in a file, in order of appearance."""
    with gzip.open(file, "rt", encoding="utf-8-sig", newline="") as text:
        return list(dict.fromkeys(row[_METER_COLUMN] for row in csv.DictReader(text, delimiter=";")))


def account_number(position: int) -> str:
    """The account of the meter at a position in the file."""
    return f"DAIAD-{position + 1:02d}"


def read_day(month: Month) -> date:
    """The first day after a month: its reads end the month's bills."""
    return month.plus(1).first_day


def first_run_day(month: Month) -> date:
    """The day of a month's first run, while missing reads may still come."""
    return read_day(month) + timedelta(days=1)


def last_run_day(month: Month) -> date:
    """The day the window of a month closes: what has no read by then is estimated."""
    return read_day(month) + timedelta(days=7)


def write_registry(folder: Path, meters: Sequence[str]) -> None:
    """Write the CSV files that `headgate load` takes."""
    accounts = [account_number(position) for position in range(len(meters))]
    _write(folder, "cycles", [{"cycle": CYCLE, "name": "DAIAD, calendar months"}])
    _write(folder, "schedules", map(_schedule, (MONTHS[0].plus(-1), *MONTHS)))
    _write(folder, "persons", ({"person": one, "name": f"Household {one}"} for one in accounts))
    _write(
        folder,
        "premises",
        ({"premise": one, "street": one, "city": "Alicante", "country": "ES"} for one in accounts),
    )
    _write(folder, "service_points", ({"service_point": one, "premise": one} for one in accounts))
    _write(folder, "meters", map(_meter, meters, accounts))
    _write(
        folder,
        "accounts",
        (
            {"account": one, "person": one, "cycle": CYCLE, "opened": _HUNG, "currency": "AUD"}
            for one in accounts
        ),
    )
    _write(folder, "agreements", map(_agreement, accounts))


def _schedule(month: Month) -> dict[str, object]:
    """The dates of a month. The one before the first is never billed: it places the opening boundary."""
    ends = read_day(month)
    return {
        "cycle": CYCLE,
        "period": month,
        "window_open": ends - timedelta(days=2),
        "expected_read": ends,
        "estimate_from": ends + timedelta(days=3),
        "window_close": last_run_day(month),
        "bill_date": last_run_day(month),
        "due": last_run_day(month) + timedelta(days=21),
        "at_window_close": "estimate",
    }


def _meter(meter: str, account: str) -> dict[str, object]:
    return {
        "service_point": account,
        "meter": meter,
        "dials": 8,
        "decimals": 0,
        "unit": "L",
        "installed_on": _HUNG,
        "install_value": 0,
    }


def _agreement(account: str) -> dict[str, object]:
    return {
        "account": account,
        "agreement": "water",
        "service": "water",
        "start": _HUNG,
        "tariff": "SEW-RES",
        "service_point": account,
        "billed_until": _TAKEN_OVER,
    }


def _write(folder: Path, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    listed = list(rows)
    with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, fieldnames=list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
