"""Hold what was billed against the raw file: `python check_against_raw.py METER-MONTHS.csv DAIAD.csv.gz`.

Reads both files with a parser of its own and the standard library alone; nothing of Headgate is imported. For
each meter it compares the water billed with what the register moved between its first and its last row, and
splits the difference into items. Exit code 1 when a liter is left unexplained, or when a bill stands on
anything but the raw file:

- a real read must be the believable row nearest to midnight of its day, an estimate must have no such row;
- a bill must open where the one before it closed, and bill the whole cubic meters between its two reads;
- a month without a bill must lack a read, at its end or where billing had to begin.

Items, in liters: `cut` what bills of whole cubic meters leave over; `before` the first read and `after` the
last one that a bill stands on; `estimated` beyond that last read; `unbilled` of a meter without any bill.
`falls` counts rows lower than the row before them, and by how much: none may have moved a bill.

METER-MONTHS.csv has the columns meter, month, status, reason, start_on, start_liters, start_quality, end_on,
end_liters, end_quality, usage_m3, amount_minor, currency; those after reason are empty without a bill.
"""

from __future__ import annotations

import csv
import gzip
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

NEAR = timedelta(hours=24)  # a row further from a boundary than this stands for none
MONTHS = 12
ITEMS = ("cut", "before", "after", "estimated", "unbilled")

Row = tuple[datetime, int]  # local time, liters on the dials
Bill = dict[str, str]


@dataclass
class Finding:
    """A meter's comparison, in liters. `items` add up to billed minus raw, or `problems` says why not."""

    rows: int
    raw: int
    billed: int
    items: dict[str, int]
    falls: list[int]
    problems: list[str] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        """Liters by which billed and raw differ beyond all items."""
        return self.billed - self.raw - sum(self.items.values())


def raw_rows(path: Path) -> dict[str, list[Row]]:
    """Every row of the raw file by meter, in order of local time."""
    found: dict[str, list[Row]] = defaultdict(list)
    with (
        gzip.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz"
        else path.open(encoding="utf-8") as text
    ):
        next(text)
        for line in text:
            meter, taken_at, reading, _ = line.split(";")
            liters = Decimal(reading)
            if liters != int(liters):
                raise SystemExit(f"{reading} is not a whole number of liters")
            found[meter].append((datetime.strptime(taken_at, "%d/%m/%Y %H:%M:%S"), int(liters)))  # noqa: DTZ007
    return {meter: sorted(rows, key=lambda row: row[0]) for meter, rows in found.items()}


def believable(rows: list[Row]) -> list[Row]:
    """The rows without those that contradict another of the same second, or are lower than the one before."""
    values: dict[datetime, set[int]] = defaultdict(set)
    for at, liters in rows:
        values[at].add(liters)
    single = [(at, min(of_second)) for at, of_second in sorted(values.items()) if len(of_second) == 1]
    return single[:1] + [row for before, row in pairwise(single) if row[1] >= before[1]]


def nearest(rows: list[Row], day: date) -> int | None:
    """The liters of the row nearest to the midnight that begins `day`, None when none is near."""
    midnight = datetime.combine(day, datetime.min.time())
    near = [row for row in rows if abs(row[0] - midnight) <= NEAR]
    return min(near, key=lambda row: (abs(row[0] - midnight), row[0]))[1] if near else None


def compare(rows: list[Row], months: list[Bill]) -> Finding:
    """One meter: its raw rows against its months, itemised."""
    bills = sorted(
        (month for month in months if month["status"] != "excepted"), key=lambda one: one["start_on"]
    )
    raw = rows[-1][1] - rows[0][1]
    billed = sum(int(Decimal(bill["usage_m3"]) * 1000) for bill in bills)
    falls = [row[1] - before[1] for before, row in pairwise(rows) if row[1] < before[1]]
    problems = [*_wrong_months(months), *_wrong_bills(believable(rows), bills)]
    problems += _wrong_exceptions(believable(rows), months)
    items = _items(rows, bills, raw, billed)
    return Finding(rows=len(rows), raw=raw, billed=billed, items=items, falls=falls, problems=problems)


def _items(rows: list[Row], bills: list[Bill], raw: int, billed: int) -> dict[str, int]:
    """What makes billed differ from raw, in liters, signed as its effect on billed minus raw."""
    items = dict.fromkeys(ITEMS, 0)
    if not bills:
        items["unbilled"] = -raw
        return items
    opened, closed = _liters(bills[0], "start"), _liters(bills[-1], "end")
    real = [_liters(bill, "end") for bill in bills if bill["end_quality"] != "estimated"]
    last_real = real[-1] if real else opened
    items["cut"] = billed - (closed - opened)
    items["before"] = rows[0][1] - opened
    items["after"] = last_real - rows[-1][1]
    items["estimated"] = closed - last_real
    return items


def _wrong_months(months: list[Bill]) -> list[str]:
    names = Counter(month["month"] for month in months)
    found = [] if len(months) == MONTHS == len(names) else [f"{len(names)} months in {len(months)} rows"]
    known = {"billed", "estimated", "excepted"}
    return found + [
        f"{one['month']}: status {one['status']!r}" for one in months if one["status"] not in known
    ]


def _wrong_bills(rows: list[Row], bills: list[Bill]) -> list[str]:
    found: list[str] = []
    for before, bill in pairwise(bills):
        if (before["end_on"], before["end_liters"]) != (bill["start_on"], bill["start_liters"]):
            found.append(f"{bill['month']}: opens with other dials than {before['month']} closed with")
    for bill in bills:
        whole = _liters(bill, "end") // 1000 - _liters(bill, "start") // 1000
        if Decimal(bill["usage_m3"]) != whole:
            found.append(f"{bill['month']}: bills {bill['usage_m3']} m3, its reads give {whole}")
        if (bill["status"] == "estimated") != (bill["end_quality"] == "estimated"):
            found.append(f"{bill['month']}: is {bill['status']}, its closing read {bill['end_quality']}")
        found += [wrong for edge in ("start", "end") if (wrong := _wrong_read(rows, bill, edge))]
    return found


def _wrong_read(rows: list[Row], bill: Bill, edge: str) -> str:
    day = date.fromisoformat(bill[f"{edge}_on"])
    row = nearest(rows, day)
    if bill[f"{edge}_quality"] == "estimated":
        return f"{bill['month']}: {day} is estimated, the raw file has {row}" if row is not None else ""
    stands_on = _liters(bill, edge)
    return (
        "" if row == stands_on else f"{bill['month']}: {day} is billed at {stands_on}, the raw file has {row}"
    )


def _wrong_exceptions(rows: list[Row], months: list[Bill]) -> list[str]:
    """Months without a bill that have no reason, or that the raw file could have been billed from."""
    found: list[str] = []
    first = min(date.fromisoformat(f"{month['month']}-01") for month in months)
    for month in months:
        if month["status"] != "excepted":
            continue
        begun = date.fromisoformat(f"{month['month']}-01")
        ended = (begun + timedelta(days=31)).replace(day=1)
        has_reads = nearest(rows, first) is not None and nearest(rows, ended) is not None
        if not month["reason"]:
            found.append(f"{month['month']}: excepted without a reason")
        if has_reads:
            found.append(f"{month['month']}: excepted, though the raw file has the reads")
    return found


def _liters(bill: Bill, edge: str) -> int:
    return int(Decimal(bill[f"{edge}_liters"]))


def report(findings: dict[str, Finding]) -> str:
    """The comparison as text: liters, one meter a line, and the sum."""
    head = ("meter", "rows", "raw", "billed", "billed-raw", *ITEMS, "unexplained", "falls")
    lines = ["".join(f"{title:>12}" for title in head)]
    for meter, one in findings.items():
        falls = f"{len(one.falls)}:{sum(one.falls)}" if one.falls else ""
        figures = (one.rows, one.raw, one.billed, one.billed - one.raw, *one.items.values(), one.unexplained)
        lines.append(f"{meter[:8]:>12}" + "".join(f"{figure:>12}" for figure in figures) + f"{falls:>12}")
    every = findings.values()
    totals = [sum(one.rows for one in every), sum(one.raw for one in every), sum(one.billed for one in every)]
    totals += [totals[2] - totals[1], *(sum(one.items[item] for one in every) for item in ITEMS)]
    totals.append(sum(one.unexplained for one in every))
    lines.append(f"{'sum':>12}" + "".join(f"{total:>12}" for total in totals))
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Compare and print; 0 when everything is explained, 1 otherwise, 2 when called in another way."""
    if len(arguments) != 2:
        sys.stderr.write("usage: check_against_raw.py METER-MONTHS.csv DAIAD.csv.gz\n")
        return 2
    raw = raw_rows(Path(arguments[1]))
    months: dict[str, list[Bill]] = defaultdict(list)
    with Path(arguments[0]).open(encoding="utf-8", newline="") as text:
        for month in csv.DictReader(text):
            months[month["meter"]].append(month)
    findings = {meter: compare(rows, months[meter]) for meter, rows in raw.items() if meter in months}
    problems = [f"{meter} is in one file only" for meter in sorted(raw.keys() ^ months.keys())]
    problems += [f"{meter[:8]} {problem}" for meter, one in findings.items() for problem in one.problems]
    problems += [f"{meter[:8]}: {one.unexplained} L" for meter, one in findings.items() if one.unexplained]
    statuses = Counter(month["status"] for of_meter in months.values() for month in of_meter)
    told = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    sys.stdout.write(f"{report(findings)}\n\n{statuses.total()} meter-months: {told}\n")
    sys.stdout.write(
        "Unexplained:\n  " + "\n  ".join(problems) + "\n" if problems else "Every liter is explained.\n"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
