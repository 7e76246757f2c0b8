"""Plan and store the schedules of a cycle for some months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import CycleCode, Month
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.plan_schedules import SchedulePattern, plan_schedules
from chalicelib.usecases.ports.registry import RegistryBatch, RegistryStore


def plan_cycle_schedules(
    *,
    registry: RegistryStore,
    cycle: CycleCode,
    months: Sequence[Month],
    pattern: SchedulePattern,
    actor: str,
    now: datetime,
) -> list[Schedule]:
    """Store a schedule for each month that has none yet; returns those that were stored.

    A schedule that is there already stays: bills may stand on it. Raises CycleUnknown, ScheduleOutOfOrder,
    ChangedMeanwhile.
    """
    registry.cycle(cycle)
    taken = {schedule.period for schedule in registry.schedules(cycle)}
    planned = plan_schedules(
        cycle=cycle,
        months=[month for month in months if month not in taken],
        pattern=pattern,
        calendar=registry.calendar(),
    )
    for schedule in planned:
        entry = AuditEntry(
            entity="schedule",
            entity_id=f"{cycle}/{schedule.period}",
            action="planned",
            actor=actor,
            at=now,
            unique="planned",
            after={"expected_read_on": str(schedule.expected_read_on), "due_on": str(schedule.due_on)},
        )
        registry.save(RegistryBatch(things=(schedule,), entries=(entry,)))
    return planned
