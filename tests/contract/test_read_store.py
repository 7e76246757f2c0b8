"""What every ReadStore promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.record_read import ReadStatus
from chalicelib.storage.memory.reads import MemoryReadStore
from chalicelib.usecases.ports.reads import ReadStore

AT = datetime(2026, 11, 1, tzinfo=UTC)
ENTRY = AuditEntry(
    entity="reads_import", entity_id="f1", action="imported", actor="test", at=AT, unique="f1.1"
)
FOREVER = {"since": date(2000, 1, 1), "until": date(2030, 1, 1)}
_serial = count()


def a_register() -> RegisterId:
    """A register no other test writes to."""
    return RegisterId(f"contract-{AT:%H%M}-{next(_serial)}")


def a_read(register_id: RegisterId, day: date, value: str, *, hour: int = 8) -> MeterRead:
    taken_at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return MeterRead(register_id=register_id, taken_at=taken_at, read_on=day, value=Decimal(value))


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def store(request: pytest.FixtureRequest) -> ReadStore:
    if request.param == "memory":
        return MemoryReadStore()
    from chalicelib.bootstrap import aws_client
    from chalicelib.storage.reads import DynamoReadStore

    settings = request.getfixturevalue("local_cloud").settings
    return DynamoReadStore(
        aws_client("dynamodb"), metering_table=settings.metering_table, audit_table=settings.audit_table
    )


def statuses(store: ReadStore, *reads: MeterRead) -> list[ReadStatus]:
    return [outcome.status for outcome in store.record(reads, entry=ENTRY)]


def test_what_was_recorded_is_read_back_exactly_and_oldest_first(store: ReadStore) -> None:
    register = a_register()
    odd = MeterRead(
        register_id=register,
        taken_at=datetime(2016, 12, 31, 23, 44, 3, 250000, tzinfo=UTC),
        read_on=date(2017, 1, 1),
        value=Decimal("200000.125"),
        quality=ReadQuality.ESTIMATED,
        source="estimate.average_daily_use",
    )
    plain = a_read(register, date(2016, 3, 1), "349111")

    assert statuses(store, odd, plain) == [ReadStatus.RECORDED, ReadStatus.RECORDED]

    assert store.reads_of([register], **FOREVER) == {register: (plain, odd)}


def test_only_the_days_asked_for_come_and_every_register_is_named(store: ReadStore) -> None:
    register, silent = a_register(), a_register()
    days = [date(2016, 12, 31), date(2017, 1, 1), date(2017, 1, 31), date(2017, 2, 1)]
    reads = [a_read(register, day, str(number)) for number, day in enumerate(days)]
    store.record(reads, entry=ENTRY)

    found = store.reads_of([register, silent], since=date(2017, 1, 1), until=date(2017, 2, 1))

    assert found == {register: (reads[1], reads[2]), silent: ()}


def test_the_same_read_again_is_already_there(store: ReadStore) -> None:
    read = a_read(a_register(), date(2026, 1, 1), "5")

    assert statuses(store, read, read) == [ReadStatus.RECORDED, ReadStatus.DUPLICATE]
    assert statuses(store, read) == [ReadStatus.DUPLICATE]


def test_another_value_at_the_same_instant_is_refused_and_changes_nothing(store: ReadStore) -> None:
    register = a_register()
    first, other = a_read(register, date(2026, 1, 1), "5"), a_read(register, date(2026, 1, 1), "6")
    store.record([first], entry=ENTRY)

    (outcome,) = store.record([other], entry=ENTRY)

    assert outcome.status is ReadStatus.CONFLICT
    assert outcome.stored_value == Decimal(5)
    assert "already has 5" in outcome.reason
    assert store.reads_of([register], **FOREVER)[register] == (first,)


def test_equal_numbers_written_differently_are_the_same_read(store: ReadStore) -> None:
    register = a_register()
    store.record([a_read(register, date(2026, 1, 1), "600000")], entry=ENTRY)

    assert statuses(store, a_read(register, date(2026, 1, 1), "6E+5")) == [ReadStatus.DUPLICATE]


def test_importers_at_the_same_time_lose_no_read(store: ReadStore) -> None:
    register = a_register()
    days = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(24)]

    def import_days(chosen: list[date]) -> None:
        for day in chosen:
            store.record([a_read(register, day, str(day.toordinal()))], entry=ENTRY)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(import_days, [days[start::4] for start in range(4)]))

    assert [read.read_on for read in store.reads_of([register], **FOREVER)[register]] == days


def test_one_value_wins_where_importers_contradict_each_other(store: ReadStore) -> None:
    register = a_register()
    candidates = [a_read(register, date(2026, 1, 1), str(value)) for value in range(6)]

    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(lambda read: store.record([read], entry=ENTRY)[0], candidates))

    winners = [outcome.read for outcome in outcomes if outcome.status is ReadStatus.RECORDED]
    assert len(winners) == 1
    assert store.reads_of([register], **FOREVER)[register] == tuple(winners)


@pytest.mark.parametrize("per_register", [2, 100])
def test_many_reads_of_many_registers_go_in_one_call(store: ReadStore, per_register: int) -> None:
    registers = [a_register() for _ in range(240 // per_register)]
    first = date(2026, 1, 1)
    reads = [
        a_read(register, first + timedelta(days=offset), str(offset))
        for register in registers
        for offset in range(per_register)
    ]

    assert set(statuses(store, *reads)) == {ReadStatus.RECORDED}

    found = store.reads_of(registers, **FOREVER)
    assert {len(found[register]) for register in registers} == {per_register}


def entries_of(store: ReadStore, request: pytest.FixtureRequest) -> Callable[[str], int]:
    """How to count the audit entries of an import, by its id."""
    if isinstance(store, MemoryReadStore):
        entries = store.entries
        return lambda wanted: sum(entry.entity_id == wanted for entry in entries)
    from chalicelib.bootstrap import aws_client

    table = request.getfixturevalue("local_cloud").settings.audit_table

    def count_stored(wanted: str) -> int:
        return aws_client("dynamodb").query(
            TableName=table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"reads_import#{wanted}"}},
        )["Count"]

    return count_stored


def test_an_audit_entry_tells_of_what_was_recorded_and_of_nothing_else(
    store: ReadStore, request: pytest.FixtureRequest
) -> None:
    register = a_register()
    entry = AuditEntry(
        entity="reads_import", entity_id=register, action="imported", actor="test", at=AT, unique="c1"
    )
    count_entries = entries_of(store, request)

    store.record([a_read(register, date(2026, 1, 1), "1")], entry=entry)
    assert count_entries(register) == 1
    store.record([a_read(register, date(2026, 1, 1), "1")], entry=entry)
    assert count_entries(register) == 1, "a repetition that stores nothing leaves no entry"
