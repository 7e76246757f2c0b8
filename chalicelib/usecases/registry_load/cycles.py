"""Cycles, routes, the business calendar, schedules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import CycleCode, Month
from chalicelib.domain.kernel.rows import RejectedRow, Row, RowRefused
from chalicelib.domain.premises.bill_cycle import Route, Schedule
from chalicelib.usecases.ports.registry import Change
from chalicelib.usecases.registry_load.intake import Candidate, Intake
from chalicelib.usecases.registry_load.known import Known
from chalicelib.usecases.registry_rows.cells import cycle_code
from chalicelib.usecases.registry_rows.cycle_rows import (
    CYCLES,
    HOLIDAYS,
    ROUTES,
    SCHEDULES,
    calendar_of,
    closure_of,
    cycle_of,
    route_of,
    schedule_of,
)

ACCOUNTS_PER_SHARD = 150  # a chunk of a bill run: one Query, one S3 object (docs/adr/0003)


def load_cycles(intake: Intake, known: Known, *, accounts_by_cycle: Mapping[str, int]) -> None:
    """cycles.csv. A new cycle gets a shard for every 150 of its accounts in the folder."""
    stored = {cycle.code: cycle for cycle in intake.registry.cycles()}
    known.cycles.update(stored)

    def candidates() -> Iterator[Candidate]:
        for row in intake.unique("cycles.csv", CYCLES, "cycle"):
            try:
                before = stored.get(cycle_code(row))
                accounts = accounts_by_cycle.get(cycle_code(row), 0)
                shards = before.shard_count if before else max(1, -(-accounts // ACCOUNTS_PER_SHARD))
                cycle = cycle_of(row, shards=shards)
            except RowRefused as refused:
                intake.refuse(refused)
                continue
            if before:
                cycle = replace(cycle, routes=before.routes)  # they are rows of another file
            known.cycles[cycle.code] = cycle
            yield Candidate(
                entity="bill_cycle",
                entity_id=cycle.code,
                before=before,
                after=cycle,
                change=Change(before, cycle),
                rows=[row],
            )

    intake.keep(candidates())


def load_routes(intake: Intake, known: Known) -> None:
    """routes.csv."""
    stored: dict[tuple[CycleCode, str], Route] = {}
    for code in known.cycles:
        stored.update({(code, route.code): route for route in intake.registry.routes(code)})
    known.routes |= {route for _, route in stored}

    def candidates() -> Iterator[Candidate]:
        for row in intake.unique("routes.csv", ROUTES, "cycle", "route"):
            try:
                route = route_of(row)
                known.require(row, "cycle", found=route.cycle in known.cycles, file="cycles.csv")
            except RowRefused as refused:
                intake.refuse(refused)
                continue
            known.routes.add(route.code)
            before = stored.get((route.cycle, route.code))
            yield Candidate(
                entity="route",
                entity_id=f"{route.cycle}/{route.code}",
                before=before,
                after=route,
                change=Change(before, route),
                rows=[row],
            )

    intake.keep(candidates())


def load_calendar(intake: Intake) -> BusinessCalendar:
    """holidays.csv, which replaces the calendar as a whole; returns the calendar now in force."""
    before = intake.registry.calendar()
    groups = intake.groups("holidays.csv", HOLIDAYS, "day")
    rows = [row for same_day in groups.rows.values() for row in same_day]
    if not rows:
        return before
    if groups.broken:
        intake.hold_back(rows, because=groups.broken[0])
        return before
    try:
        after = calendar_of([closure_of(row) for row in rows])
    except RowRefused as refused:
        intake.refuse(refused, together=rows)
        return before
    first_ever = before == BusinessCalendar() != after
    intake.keep(
        [
            Candidate(
                entity="calendar",
                entity_id="calendar",
                before=None if first_ever else before,
                after=after,
                change=Change(before, after),
                rows=rows,
            )
        ]
    )
    return after


def load_schedules(intake: Intake, known: Known, *, calendar: BusinessCalendar) -> None:
    """schedules.csv."""
    stored: dict[CycleCode, dict[Month, Schedule]] = {}

    def before(schedule: Schedule) -> Schedule | None:
        if schedule.cycle not in stored:
            found = intake.registry.schedules(schedule.cycle)
            stored[schedule.cycle] = {one.period: one for one in found}
        return stored[schedule.cycle].get(schedule.period)

    def candidates() -> Iterator[Candidate]:
        for row in intake.unique("schedules.csv", SCHEDULES, "cycle", "period"):
            try:
                schedule = schedule_of(row, calendar=calendar)
                known.require(row, "cycle", found=schedule.cycle in known.cycles, file="cycles.csv")
            except RowRefused as refused:
                intake.refuse(refused)
                continue
            yield Candidate(
                entity="schedule",
                entity_id=f"{schedule.cycle}/{schedule.period}",
                before=before(schedule),
                after=schedule,
                change=Change(before(schedule), schedule),
                rows=[row],
            )

    intake.keep(candidates())


def count_by_cycle(rows: Iterable[Row | RejectedRow]) -> Counter[str]:
    """How many rows of accounts.csv name each cycle."""
    return Counter(row.cells.get("cycle", "") for row in rows if isinstance(row, Row))
