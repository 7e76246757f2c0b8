"""Add readings from a file to a measured condition: every row is accepted, or reported with the reason."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row, RowOutcome, RowRefused, RowReport
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition, Reading
from chalicelib.domain.tariffs.determinants import table_key

_A_DAY = timedelta(days=1)


def columns_of_readings(by: str | None) -> Columns:
    """`from` (and `to`, one day later if it is empty), `amount`, and what the condition differs by."""
    return Columns(required=("from", *((by,) if by else ()), "amount"), optional=("to",))


@dataclass(slots=True)
class Readings:
    """Readings by key, in order of days; `report` tells what became of the rows."""

    by_key: dict[str, list[Reading]] = field(default_factory=dict)
    report: RowReport = field(default_factory=RowReport)

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to declare."""
        return self.report.count(RowOutcome.ADDED) + self.report.count(RowOutcome.UPDATED) > 0


def add_readings(
    rows: Iterable[Row | RejectedRow], *, to: Condition | None, by: str | None, correct: bool = False
) -> Readings:
    """The readings of `to` (None: a new condition) and of `rows`, which may come in any order.

    A reading that is there already with another amount is replaced where `correct` says so. Refused are
    readings that overlap, and those behind days nobody measured: what a period with such days amounts to
    is unknown.
    """
    report = RowReport()
    by_key = {key: [*measured] for key, measured in (to.readings if to else {}).items()}
    for key, found in _rows_by_key(rows, by, report).items():
        at_key = _Place(by_key.get(key, []))
        for row, reading in found:
            try:
                at_key.take(row, reading, correct=correct)
            except RowRefused as refused:
                report.reject(refused.rejected)
        for parted in at_key.drop_behind_gaps():
            report.reject(parted.rejected)
        for row, outcome in at_key.taken.values():
            report.accept(row.file, outcome)
        by_key[key] = at_key.readings
    report.rejected.sort(key=lambda row: row.line)
    return Readings({key: measured for key, measured in by_key.items() if measured}, report)


def _rows_by_key(
    rows: Iterable[Row | RejectedRow], by: str | None, report: RowReport
) -> dict[str, list[tuple[Row, Reading]]]:
    found: dict[str, list[tuple[Row, Reading]]] = {}
    for row in rows:
        if isinstance(row, RejectedRow):
            report.reject(row)
            continue
        try:
            key = table_key(row.text(by)) if by else EVERYWHERE
            found.setdefault(key, []).append((row, _reading(row)))
        except RowRefused as refused:
            report.reject(refused.rejected)
    return found


def _reading(row: Row) -> Reading:
    start = row.date("from")
    end = row.optional("to", row.date) or start + _A_DAY
    if end <= start:
        raise row.refused("to", f"{end} is not after from", "write the day after the last one measured")
    return Reading(Period(start, end), row.decimal("amount"))


class _Place:
    """What is measured at one place: readings in order of days, and the rows taken among them."""

    def __init__(self, readings: list[Reading]) -> None:
        self.readings = readings
        self.taken: dict[Period, tuple[Row, RowOutcome]] = {}
        self._stored = readings[0].period if readings else None

    def take(self, row: Row, reading: Reading, *, correct: bool) -> None:
        """Put a row's reading in its place. Raises RowRefused."""
        days = reading.period
        if days in self.taken:
            raise row.refused("from", f"{days} is in line {self.taken[days][0].line}", "keep one of the two")
        place = bisect_left(self.readings, days.start, key=lambda one: one.period.start)
        beside = self.readings[max(place - 1, 0) : place + 1]
        met = next((one for one in beside if one.period.overlap(days)), None)
        if met is None:
            self.readings.insert(place, reading)
            self.taken[days] = row, RowOutcome.ADDED
        elif met.period != days:
            raise row.refused("from", f"{days} is measured within {met.period}", "leave one of the two out")
        elif met.amount == reading.amount:
            self.taken[days] = row, RowOutcome.UNCHANGED
        elif correct:
            self.readings[place] = reading
            self.taken[days] = row, RowOutcome.UPDATED
        else:
            mend = "correct it with --retroactive"
            raise row.refused("amount", f"{days} is {met.amount} already", mend)

    def drop_behind_gaps(self) -> Iterator[RowRefused]:
        """Leave out the rows that unmeasured days part from what is stored, or from the first row."""
        runs: list[list[Reading]] = [self.readings[:1]]
        gaps: list[Period] = []
        for before, after in pairwise(self.readings):
            if before.period.end == after.period.start:
                runs[-1].append(after)
            else:
                gaps.append(Period(before.period.end, after.period.start))
                runs.append([after])
        periods = [[reading.period for reading in run] for run in runs]
        kept = next((place for place, run in enumerate(periods) if self._stored in run), 0)
        for place, run in enumerate(periods):
            if place != kept:
                gap = gaps[place - 1 if place > kept else place]
                for days in run:
                    row, _ = self.taken.pop(days)
                    reason = f"nothing is measured from {gap.start} to before {gap.end}"
                    yield row.refused("from", reason, "add those days")
        self.readings = runs[kept]
