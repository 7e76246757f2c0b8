"""Cells of usage files that hold more than one value: what changes, or happens, within their row's period.

An attribute that changes is written `5/8; 2026-10-15=1`: 5/8, and 1 from that day on. What happened is
written `2026-10-20=1; 2026-10-25=2`: on that day, so many times or for so much money.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period

_ENTRY = re.compile(r"\s*(\d{4}-\d{2}-\d{2})=(.*)", re.DOTALL)
Value = Decimal | str


def changes_within(cell: str) -> bool:
    """Whether a cell holds a day with a value, beside or instead of a plain value."""
    return "=" in cell and any(map(_ENTRY.match, cell.split(";")))


def read_cell(cell: str, *, since: date) -> Dated[Value]:
    """The values of a cell by day; one without a day holds since `since`. Raises EntriesOutOfOrder."""
    if not changes_within(cell):
        return Dated.since(since, cell)
    entries: list[tuple[date, Value]] = []
    for part in cell.split(";"):
        found = _ENTRY.match(part)
        day, value = (date.fromisoformat(found[1]), found[2]) if found else (since, part)
        entries.append((day, value.strip()))
    return Dated(tuple(entries))


def last_value(cell: str) -> str:
    """The value of a cell that holds in the end."""
    return str(read_cell(cell, since=date.min).entries[-1][1])


def attribute_cell(dated: Dated[Value], *, period: Period) -> str:
    """How an attribute is written for `period`, the day of its closing read included; "" for none."""
    last = dated.find(period.start)
    parts = [] if last is None else [str(last)]
    for day, value in dated.entries:
        if period.start < day <= period.end and value != last:
            parts.append(f"{day}={value}")
            last = value
    return "; ".join(parts)


def event_cell(dated: Dated[Value], *, period: Period) -> str:
    """How the events of `period` are written; "" for none."""
    return "; ".join(f"{day}={value}" for day, value in dated.entries if day in period)
