"""A year of schedules is planned in one go; what is planned stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.domain.kernel.ids import CycleCode, Month
from chalicelib.domain.premises.bill_cycle import BillCycle, Schedule
from chalicelib.domain.premises.plan_schedules import SchedulePattern
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.plan_cycle_schedules import plan_cycle_schedules
from chalicelib.usecases.ports.registry import CycleUnknown, RegistryBatch

NORTH = CycleCode("NORTH")
YEAR = [Month(2027, month) for month in range(1, 13)]


def plan(registry: MemoryRegistryStore, *months: Month, read_day: int = 5) -> list[Schedule]:
    return plan_cycle_schedules(
        registry=registry,
        cycle=NORTH,
        months=months,
        pattern=SchedulePattern(read_day=read_day),
        actor="test",
        now=datetime(2026, 12, 1, tzinfo=UTC),
    )


@pytest.fixture
def registry() -> MemoryRegistryStore:
    registry = MemoryRegistryStore()
    registry.save(RegistryBatch(things=(BillCycle(code=NORTH, name="North"),)))
    return registry


def test_every_month_gets_a_schedule_with_its_audit_entry(registry: MemoryRegistryStore) -> None:
    assert plan(registry, *YEAR) == registry.schedules(NORTH)

    assert [schedule.period for schedule in registry.schedules(NORTH)] == YEAR
    [entry] = registry.audit.entries(entity="schedule", entity_id="NORTH/2027-03")
    assert entry.after["expected_read_on"] == "2027-03-05"


def test_a_schedule_that_is_there_stays(registry: MemoryRegistryStore) -> None:
    plan(registry, Month(2027, 3))
    before = registry.schedule(cycle=NORTH, period=Month(2027, 3))

    planned = plan(registry, Month(2027, 3), Month(2027, 4), read_day=20)

    assert [schedule.period for schedule in planned] == [Month(2027, 4)]
    assert registry.schedule(cycle=NORTH, period=Month(2027, 3)) == before


def test_a_cycle_that_does_not_exist_is_refused() -> None:
    with pytest.raises(CycleUnknown):
        plan(MemoryRegistryStore(), Month(2027, 3))
