"""What every AuditStore promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import count

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.usecases.ports.audit import AuditEntryAltered, AuditStore

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
_serial = count(int(datetime.now(UTC).timestamp() * 1000))


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def audit(request: pytest.FixtureRequest) -> AuditStore:
    if request.param == "memory":
        return MemoryAuditStore()
    from chalicelib.bootstrap import aws_client
    from chalicelib.storage.audit import DynamoAuditStore

    names = request.getfixturevalue("local_cloud").settings
    return DynamoAuditStore(aws_client("dynamodb"), table=names.audit_table)


@pytest.fixture
def entry() -> AuditEntry:
    return AuditEntry(
        entity="account",
        entity_id=f"C01.001-{next(_serial)}",
        action="updated",
        actor="cli:mary",
        at=NOON,
        unique="load-7",
        correlation_id="cafe",
        before={"tariff": "R-1"},
        after={"tariff": "R-2", "changed": ["tariff"]},
    )


def entries_of(audit: AuditStore, entry: AuditEntry, **narrowed: object) -> list[AuditEntry]:
    return audit.entries(entity=entry.entity, entity_id=entry.entity_id, **narrowed)  # type: ignore[arg-type]


def test_an_entry_is_read_back_as_it_was_added(audit: AuditStore, entry: AuditEntry) -> None:
    audit.add(entry)

    assert entries_of(audit, entry) == [entry]


def test_a_retry_leaves_one_entry(audit: AuditStore, entry: AuditEntry) -> None:
    audit.add(entry)
    audit.add(entry)

    assert entries_of(audit, entry) == [entry]


def test_an_entry_is_never_altered(audit: AuditStore, entry: AuditEntry) -> None:
    audit.add(entry)

    with pytest.raises(AuditEntryAltered):
        audit.add(replace(entry, actor="cli:somebody-else"))

    assert entries_of(audit, entry) == [entry]


def test_entries_come_in_order_of_time_whatever_zone_they_were_written_in(
    audit: AuditStore, entry: AuditEntry
) -> None:
    pacific = timezone(timedelta(hours=-8))
    later = replace(entry, at=NOON + timedelta(microseconds=1), unique="b")
    earlier = replace(entry, at=datetime(2026, 11, 1, 3, 59, tzinfo=pacific), unique="c")  # 11:59 UTC
    for one in (later, entry, earlier):
        audit.add(one)

    assert [one.unique for one in entries_of(audit, entry)] == ["c", "load-7", "b"]
    assert [one.unique for one in entries_of(audit, entry, since=NOON)] == ["load-7", "b"]
    assert [one.unique for one in entries_of(audit, entry, limit=1)] == ["c"]


def test_amounts_come_back_as_text(audit: AuditStore, entry: AuditEntry) -> None:
    audit.add(replace(entry, after={"amount": Decimal("12.50"), "count": 3}))

    assert entries_of(audit, entry)[0].after == {"amount": "12.50", "count": 3}


def test_an_entry_without_a_time_zone_is_a_mistake_of_the_caller(
    audit: AuditStore, entry: AuditEntry
) -> None:
    with pytest.raises(ValueError, match="aware"):
        audit.add(replace(entry, at=datetime(2026, 11, 1)))  # noqa: DTZ001 - the mistake itself
