"""Importing reads: every row is accounted for, and nothing is stored twice or lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from chalicelib.domain.kernel.ids import CycleCode, MeterId, Month, RegisterId, ServicePointId
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.metering.import_report import ImportReport
from chalicelib.domain.metering.incoming_read import IncomingRead
from chalicelib.domain.metering.interval_reduction import Dropped
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.service_point import MeterPlacement
from chalicelib.storage.memory.reads import MemoryReadStore
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.import_reads import NoBoundaries, ReadImport, ReduceToBoundaries, import_reads
from chalicelib.usecases.ports.registry import RegistryBatch
from tests.unit.domain.metering.builders import LONG_AGO, a_face, a_point, a_register, hung

CYCLE = CycleCode("C01")
ZONE = ZoneInfo("America/Los_Angeles")
REMOVED = date(2026, 6, 1)
REDUCE = ReduceToBoundaries(cycle=CYCLE, at=time(0), tolerance=timedelta(hours=24), time_zone=ZONE)

JOB = ReadImport(
    file="f.csv", file_id="abc", source="import.test", actor="test", now=datetime(2026, 7, 1, tzinfo=UTC)
)


def a_schedule(month: int) -> Schedule:
    expected = Month(2026, month).plus(1).first_day
    return Schedule(
        cycle=CYCLE,
        period=Month(2026, month),
        window_open=expected - timedelta(days=3),
        expected_read_on=expected,
        estimate_from=expected,
        window_close=expected + timedelta(days=5),
        accounting_date=expected,
        bill_date=expected,
        due_on=expected + timedelta(days=21),
    )


@pytest.fixture
def registry() -> MemoryRegistryStore:
    """One meter `M1` in m³ with three decimals (register `r1`), taken down in June."""
    face = a_face(decimals=3)
    point = a_point(hung(a_register("r1", (LONG_AGO, face)), removed_on=REMOVED, removed_at="999"))
    placement = MeterPlacement(
        meter_id=MeterId("M1"), registers={"0": RegisterId("r1")}, service_point_ids=(ServicePointId("sp1"),)
    )
    store = MemoryRegistryStore()
    store.save(RegistryBatch(things=(point, placement, a_schedule(3), a_schedule(4))))
    return store


def a_row(
    line: int,
    day: date,
    value: str,
    *,
    meter: str = "M1",
    hour: int = 9,
    unit: Unit | None = None,
    position: str = "0",
) -> IncomingRead:
    return IncomingRead(
        file="f.csv",
        line=line,
        meter_number=meter,
        position=position,
        taken_at=datetime.combine(day, time(hour), ZONE).astimezone(UTC),
        read_on=day,
        value=Decimal(value),
        unit=unit,
    )


def run(
    registry: MemoryRegistryStore,
    store: MemoryReadStore,
    *rows: IncomingRead | RejectedRow,
    reduce: ReduceToBoundaries | None = None,
    dry_run: bool = False,
) -> ImportReport:
    job = replace(JOB, reduce=reduce, dry_run=dry_run)
    return import_reads(rows, job=job, registry=registry, store=store)


def stored(store: MemoryReadStore) -> tuple[MeterRead, ...]:
    return store.reads_of([RegisterId("r1")], since=LONG_AGO, until=date(2030, 1, 1))[RegisterId("r1")]


def reasons(report: ImportReport) -> list[str]:
    return [str(row) for row in report.rejected]


def test_reads_are_recorded_in_the_registers_own_dials(registry: MemoryRegistryStore) -> None:
    store = MemoryReadStore()
    report = run(registry, store, a_row(2, date(2026, 4, 1), "349111", unit=Unit.LITER))

    assert (report.rows, report.recorded, report.rejected) == (1, 1, [])
    (read,) = stored(store)
    assert (read.value, read.read_on, read.source) == (Decimal("349.111"), date(2026, 4, 1), "import.test")


def test_the_same_file_again_changes_nothing(registry: MemoryRegistryStore) -> None:
    store = MemoryReadStore()
    rows = a_row(2, date(2026, 4, 1), "10"), a_row(3, date(2026, 5, 1), "20")
    run(registry, store, *rows)
    before = stored(store), len(store.entries)

    again = run(registry, store, *rows)

    assert (again.recorded, again.duplicate) == (0, 2)
    assert (stored(store), len(store.entries)) == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            a_row(7, date(2026, 4, 1), "1", meter="M9"),
            "f.csv:7: meter M9 is not known; correct the number, or",
        ),
        (a_row(7, date(2026, 4, 1), "1", position="high"), "meter M1 has no register 'high'; it has 0"),
        (a_row(7, date(2026, 4, 1), "1000000"), "has 6 dials and cannot show 1000000"),
        (
            a_row(7, date(2026, 6, 2), "1"),
            "did not hang anywhere on 2026-06-02 (it did 2020-01-01 to 2026-06-01)",
        ),
        (a_row(7, date(2026, 4, 1), "1", unit=Unit.US_GALLON), "no exact value on dials in m3"),
    ],
)
def test_a_row_that_cannot_be_is_rejected_with_the_reason(
    registry: MemoryRegistryStore, row: IncomingRead, reason: str
) -> None:
    store = MemoryReadStore()
    report = run(registry, store, row)
    assert report.recorded == 0
    assert reason in reasons(report)[0]
    assert stored(store) == ()


def test_the_day_a_meter_is_taken_down_still_counts(registry: MemoryRegistryStore) -> None:
    assert run(registry, MemoryReadStore(), a_row(2, REMOVED, "12")).recorded == 1


def test_another_value_at_the_same_instant_is_rejected(registry: MemoryRegistryStore) -> None:
    store = MemoryReadStore()
    report = run(registry, store, a_row(2, date(2026, 4, 1), "10"), a_row(3, date(2026, 4, 1), "11"))
    assert (report.recorded, len(report.rejected)) == (1, 1)
    assert "f.csv:3: register r1 already has 10 at 2026-04-01T16:00:00+00:00, not 11" in reasons(report)[0]


def test_rows_rejected_by_the_file_reader_are_counted(registry: MemoryRegistryStore) -> None:
    broken = RejectedRow(file="f.csv", line=2, column="read", reason="is empty")
    report = run(registry, MemoryReadStore(), broken, a_row(3, date(2026, 4, 1), "1"))
    assert (report.rows, report.recorded, report.rejected) == (2, 1, [broken])


def test_a_dry_run_reports_the_same_and_stores_nothing(registry: MemoryRegistryStore) -> None:
    store = MemoryReadStore()
    run(registry, store, a_row(2, date(2026, 3, 1), "5"))
    rows = (
        a_row(2, date(2026, 3, 1), "5"),
        a_row(3, date(2026, 4, 1), "10"),
        a_row(4, date(2026, 4, 1), "10"),
        a_row(5, date(2026, 3, 1), "6"),
    )
    before = stored(store)

    dry = run(registry, store, *rows, dry_run=True)

    assert stored(store) == before
    assert dry == run(registry, store, *rows)
    assert (dry.recorded, dry.duplicate, len(dry.rejected)) == (1, 2, 1)


def test_an_interrupted_import_goes_on_where_it_stopped(registry: MemoryRegistryStore) -> None:
    rows = [a_row(n, date(2021, 1, 1) + timedelta(days=n % 1900), str(n), hour=n % 23) for n in range(12_000)]

    def torn() -> Iterator[IncomingRead]:
        yield from rows[:7_000]
        raise KeyboardInterrupt

    store, whole = MemoryReadStore(), MemoryReadStore()
    with pytest.raises(KeyboardInterrupt):
        import_reads(torn(), job=JOB, registry=registry, store=store)
    assert stored(store), "whole chunks before the interruption are kept"

    run(registry, store, *rows)
    run(registry, whole, *rows)
    assert stored(store) == stored(whole)


class TestIntervalFiles:
    def test_only_boundary_reads_are_stored_and_they_stand_for_the_boundary(
        self, registry: MemoryRegistryStore
    ) -> None:
        store = MemoryReadStore()
        rows = [
            a_row(2, date(2026, 3, 31), "10", hour=22),
            a_row(3, date(2026, 3, 31), "11", hour=23),  # one hour before 1 April 00:00
            a_row(4, date(2026, 4, 1), "12", hour=2),
            a_row(5, date(2026, 4, 15), "15"),
            a_row(6, date(2026, 4, 30), "19", hour=12),  # twelve hours before 1 May
        ]
        report = run(registry, store, *rows, reduce=REDUCE)

        assert [(read.read_on, read.value) for read in stored(store)] == [
            (date(2026, 4, 1), 11),
            (date(2026, 5, 1), 19),
        ]
        assert (report.recorded, report.rows) == (2, 5)
        assert report.superseded == {Dropped.BETWEEN_BOUNDARIES: 2, Dropped.OUTSIDE_TOLERANCE: 1}

    def test_odd_rows_are_named_and_unmet_boundaries_told(self, registry: MemoryRegistryStore) -> None:
        rows = [
            a_row(2, date(2026, 3, 31), "10", hour=22),
            a_row(3, date(2026, 3, 31), "10", hour=22),
            a_row(4, date(2026, 3, 31), "9", hour=23),
        ]
        report = run(registry, MemoryReadStore(), *rows, reduce=REDUCE)

        assert (report.recorded, report.duplicate, report.rows) == (1, 1, 3)
        assert [str(row) for row in report.remarkable] == [
            "f.csv:4: is lower than the row before it in time: not used for a boundary"
        ]
        assert [(one.meter_number, one.day) for one in report.unmet] == [("M1", date(2026, 5, 1))]

    def test_a_cycle_without_schedules_is_refused(self, registry: MemoryRegistryStore) -> None:
        nowhere = ReduceToBoundaries(
            cycle=CycleCode("C99"), at=time(0), tolerance=timedelta(hours=24), time_zone=ZONE
        )
        with pytest.raises(NoBoundaries, match="cycle C99 has no schedules"):
            run(registry, MemoryReadStore(), a_row(2, date(2026, 4, 1), "1"), reduce=nowhere)
