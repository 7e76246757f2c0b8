"""Import the reads of a file: every row is recorded, there already, superseded by a rule, or rejected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, RegisterId, ServicePointId
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.metering.import_report import REMARKABLE, ImportReport, UnmetBoundary
from chalicelib.domain.metering.incoming_read import IncomingRead, to_meter_read
from chalicelib.domain.metering.interval_reduction import (
    Boundary,
    Dropped,
    IntervalRow,
    reduce_to_boundaries,
)
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.metering.record_read import ReadOutcome, ReadStatus, outcome_of
from chalicelib.domain.premises.service_point import MeterPlacement, ServicePoint
from chalicelib.usecases.ports.reads import ReadStore
from chalicelib.usecases.ports.registry import RegistryStore

T = TypeVar("T")

_ROWS_AT_ONCE = 5_000


class NoBoundaries(Refusal):
    """An interval file is to be reduced for a cycle that has no schedules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReduceToBoundaries:
    """Keep, of an interval series, the rows nearest to the expected read days of a cycle's schedules.

    A boundary begins at `at` local time in `time_zone`; rows further than `tolerance` away stand for none.
    """

    cycle: CycleCode
    at: time
    tolerance: timedelta
    time_zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadImport:
    """What is imported, by whom, and when. `file_id` identifies the file's content in the audit trail."""

    file: str
    file_id: str
    source: str
    actor: str
    now: datetime
    reduce: ReduceToBoundaries | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A row whose register is known, and the boundary it was chosen for (None: its own day)."""

    row: IncomingRead
    register_id: RegisterId
    stands_for: date | None = None


def import_reads(
    rows: Iterable[IncomingRead | RejectedRow],
    *,
    job: ReadImport,
    registry: RegistryStore,
    store: ReadStore,
    progress: Callable[[int], None] = lambda _: None,
) -> ImportReport:
    """Import `rows`; `progress` is told again and again how many more rows were read.

    Safe to interrupt and to repeat: what is stored already is counted as such. With `dry_run` nothing is
    stored and the report says what would have been. Raises NoBoundaries before anything is stored.
    """
    report = ImportReport()
    meters = _Meters(registry)
    candidates = _candidates(rows, meters, report, progress)
    if job.reduce is not None:
        candidates = _reduced(candidates, _boundaries(job.reduce, registry), job.reduce.tolerance, report)
    for number, chunk in enumerate(_chunks(candidates, _ROWS_AT_ONCE)):
        _record(chunk, number, job, meters, store, report)
    return report


@dataclass(slots=True)
class _Meters:
    """The meters met so far, looked up once each."""

    registry: RegistryStore
    placements: dict[str, MeterPlacement] = field(default_factory=dict)
    points: dict[ServicePointId, ServicePoint] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)

    def meet(self, numbers: Iterable[str]) -> None:
        new = {number for number in numbers if number not in self.placements and number not in self.unknown}
        if not new:
            return
        found = self.registry.find_meters(new)
        self.placements.update(found)
        self.unknown.update(new - found.keys())
        self.points.update(
            self.registry.service_points({p for one in found.values() for p in one.service_point_ids})
        )

    def points_of(self, number: str) -> Iterator[ServicePoint]:
        return (self.points[one] for one in self.placements[number].service_point_ids if one in self.points)


def _candidates(
    rows: Iterable[IncomingRead | RejectedRow],
    meters: _Meters,
    report: ImportReport,
    progress: Callable[[int], None],
) -> Iterator[_Candidate]:
    for chunk in _chunks(rows, _ROWS_AT_ONCE):
        meters.meet(row.meter_number for row in chunk if isinstance(row, IncomingRead))
        for row in chunk:
            candidate = row if isinstance(row, RejectedRow) else _candidate(row, meters)
            if isinstance(candidate, RejectedRow):
                report.rejected.append(candidate)
            else:
                yield candidate
        progress(len(chunk))


def _candidate(row: IncomingRead, meters: _Meters) -> _Candidate | RejectedRow:
    placement = meters.placements.get(row.meter_number)
    if placement is None:
        return _rejected(
            row, f"meter {row.meter_number} is not known", mend="correct the number, or load the meter"
        )
    register_id = placement.registers.get(row.position)
    if register_id is None:
        known = ", ".join(sorted(placement.registers))
        return _rejected(
            row, f"meter {row.meter_number} has no register {row.position!r}", mend=f"it has {known}"
        )
    return _Candidate(row, register_id)


def _boundaries(reduce: ReduceToBoundaries, registry: RegistryStore) -> list[Boundary]:
    days = sorted(schedule.expected_read_on for schedule in registry.schedules(reduce.cycle))
    if not days:
        raise NoBoundaries(
            f"cycle {reduce.cycle} has no schedules to reduce an interval file to: load them first, or "
            "correct `reduce.cycle` in the mapping",
            cycle=reduce.cycle,
        )
    return [
        Boundary(day=day, instant=datetime.combine(day, reduce.at, reduce.time_zone).astimezone(UTC))
        for day in days
    ]


def _reduced(
    candidates: Iterable[_Candidate],
    boundaries: Sequence[Boundary],
    tolerance: timedelta,
    report: ImportReport,
) -> Iterator[_Candidate]:
    """The candidates that stand for boundaries. Holds the file's rows in memory: a series has to be whole."""
    series: dict[RegisterId, list[IncomingRead]] = defaultdict(list)
    for candidate in candidates:
        series[candidate.register_id].append(candidate.row)
    for register_id, rows in series.items():
        by_line = {row.line: row for row in rows}
        intervals = [IntervalRow(line=row.line, taken_at=row.taken_at, value=row.value) for row in rows]
        reduction = reduce_to_boundaries(intervals, boundaries=boundaries, tolerance=tolerance)
        for interval, reason in reduction.dropped:
            if reason is Dropped.REPEATED:
                report.duplicate += 1
                continue
            report.superseded[reason] += 1
            if reason in REMARKABLE:
                report.remarkable.append(_rejected(by_line[interval.line], _REASONS[reason]))
        meter = rows[0]
        report.unmet += [
            UnmetBoundary(meter_number=meter.meter_number, position=meter.position, day=boundary.day)
            for boundary in reduction.unmet
        ]
        yield from (_Candidate(by_line[row.line], register_id, bound.day) for row, bound in reduction.kept)


_REASONS: Mapping[Dropped, str] = {
    Dropped.FELL: "is lower than the row before it in time: not used for a boundary",
    Dropped.CONTRADICTED: "another row gives another value at the same instant: neither is used",
}


def _record(
    chunk: Sequence[_Candidate],
    number: int,
    job: ReadImport,
    meters: _Meters,
    store: ReadStore,
    report: ImportReport,
) -> None:
    rows: list[IncomingRead] = []
    reads: list[MeterRead] = []
    for candidate in chunk:
        try:
            read = to_meter_read(
                candidate.row,
                register_id=candidate.register_id,
                service_points=meters.points_of(candidate.row.meter_number),
                stands_for=candidate.stands_for,
                source=job.source,
            )
        except Refusal as refusal:
            report.rejected.append(_rejected(candidate.row, refusal.message))
        else:
            rows.append(candidate.row)
            reads.append(read)
    if not reads:
        return
    outcomes = _look(reads, store) if job.dry_run else store.record(reads, entry=_entry(job, number))
    for row, outcome in zip(rows, outcomes, strict=True):
        if outcome.status is ReadStatus.RECORDED:
            report.recorded += 1
        elif outcome.status is ReadStatus.DUPLICATE:
            report.duplicate += 1
        else:
            report.rejected.append(_rejected(row, outcome.reason))


def _look(reads: Sequence[MeterRead], store: ReadStore) -> list[ReadOutcome]:
    """What `record` would answer."""
    days = [read.read_on for read in reads]
    ids = {read.register_id for read in reads}
    stored = store.reads_of(ids, since=min(days), until=max(days) + timedelta(days=1))
    held = {(read.register_id, read.taken_at): read for of_one in stored.values() for read in of_one}
    outcomes = []
    for read in reads:
        outcomes.append(outcome_of(read=read, stored=held.get((read.register_id, read.taken_at))))
        held.setdefault((read.register_id, read.taken_at), read)
    return outcomes


def _entry(job: ReadImport, chunk: int) -> AuditEntry:
    return AuditEntry(
        entity="reads_import",
        entity_id=job.file_id,
        action="imported",
        actor=job.actor,
        at=job.now,
        unique=f"{chunk:06d}",
        after={"file": job.file, "source": job.source},
    )


def _rejected(row: IncomingRead, reason: str, *, mend: str = "") -> RejectedRow:
    return RejectedRow(file=row.file, line=row.line, column="", reason=reason, mend=mend)


def _chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
