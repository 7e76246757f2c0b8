"""Two runs of one cycle and month, made from different inputs: one of them posts, whole, the other nothing.

The first run is held up just before one of its writes, as a worker that is paused between its check and its
write. Meanwhile a read comes in and the water rate goes up, and a second clerk gives the first run up for one
of her own, which posts if it may. Then the first worker wakes up. So at each write of the first run in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.door import Door, DoorState, door_of
from chalicelib.domain.billing.run import BillRun, RunState
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from chalicelib.storage.memory.operations import MemoryOperations
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.start_bill_run import order_document
from tests.faults.clerk import LOOK_AGAIN, Clerk
from tests.faults.month import prepared, work_a_month
from tests.faults.plan import Plan
from tests.faults.ports import LedgerRewritten
from tests.faults.utility import FaultyUtility, Ledger, ledger_of
from tests.faults.writes import Writes
from tests.in_process import InProcess
from tests.towns import NOVEMBER, TARIFFS, on_day

BILLING_DAY = on_day(NOVEMBER, 12)
SEEDS = (1, 2, 3)


class WithoutDoor(MemoryOperations):
    """Lets everybody in: nobody claims the cycle, whoever wants to pass has passed."""

    def open_run(self, run: BillRun, *, replaces: RunId | None, audit: AuditEntry) -> BillRun:
        self._doors.pop((run.cycle, run.period, run.wave), None)
        self._holders.pop(run.cycle, None)
        return super().open_run(run, replaces=None, audit=audit)

    def pass_door(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        self._doors[run.cycle, run.period, run.wave] = door_of(run, DoorState.CLAIMED)
        return super().pass_door(run, audit=audit)

    def close_run(self, run: BillRun, *, audit: AuditEntry) -> BillRun:
        self._doors[run.cycle, run.period, run.wave] = door_of(run, DoorState.PASSED)
        self._holders[run.cycle] = run.run_id
        return super().close_run(run, audit=audit)

    def doors(self, cycle: CycleCode, period: Month) -> Sequence[Door]:
        return [_wide_open(door) for door in super().doors(cycle, period)]


class _WideOpen(Door):
    __slots__ = ()

    def require_passed(self, *, run_id: RunId, manifest_hash: str) -> None:
        return


def _wide_open(door: Door) -> Door:
    return _WideOpen(**{name: getattr(door, name) for name in Door.__slots__})


class TwoRuns:
    """The first clerk's run, held up before its write number `pause`, and the second clerk's."""

    def __init__(self, plan: Plan, *, pause: int | None, door: bool = True) -> None:
        self.plan = replace(plan, asks=False)
        self.door = door
        self.inside = prepared(plan)
        if not door:
            doorless = WithoutDoor(audit=self.inside.audit)
            vars(doorless).update(vars(self.inside.operations))
            self.inside.operations = doorless
        self.writes = Writes(meanwhile={} if pause is None else {pause: self.second})
        self.utility = FaultyUtility(self.inside, self.writes, chance=Random(f"order {plan.seed}"))
        self.utility.day = BILLING_DAY

    def clerk(self, name: str) -> Clerk:
        return Clerk(plan=self.plan, utility=self.utility, chance=Random(name), name=name, shares=True)

    def first(self) -> None:
        """Start the run, and let whoever is left bill the month if that came to nothing."""
        with suppress(*LOOK_AGAIN):
            self.clerk("first").start()
        self.clerk("third").bill(wave=1, today=BILLING_DAY)

    def second(self) -> None:
        """What changes while the first worker is paused, and the run that is made from it."""
        clerk = self.clerk("second")
        things_change(self.inside, clerk)
        if not self.door:
            self.utility.machine.start("second", order_document(clerk.order(), 1))
            return
        with suppress(*LOOK_AGAIN):
            clerk.start(supersede=True)

    def posted(self) -> Ledger:
        return ledger_of(self.inside, self.plan.shard_names)


def things_change(inside: InProcess, clerk: Clerk) -> None:
    """A read comes in, and water costs more: every bill of a run that begins now is another one."""
    clerk.record_late_read()
    dearer = TARIFFS[0].replace("version: 1", "version: 2").replace("2020-01-01", "2026-11-01")
    inside.publish(dearer.replace("rate: 2.00", "rate: 3.00"))


@cache
def either(plan: Plan) -> tuple[Ledger, Ledger]:
    """The ledger as it is when only the first run is made, and when only the second is."""
    before = TwoRuns(plan, pause=None)
    before.first()
    after = TwoRuns(plan, pause=None)
    things_change(after.inside, after.clerk("nobody"))
    after.first()
    assert before.posted().states != after.posted().states
    return before.posted(), after.posted()


def writes_of_first_run(plan: Plan) -> list[str]:
    run = TwoRuns(plan, pause=None)
    run.first()
    return run.writes.names


def prove_that_one_run_posted(runs: TwoRuns) -> None:
    """The check of this suite: no item was rewritten, and all that was posted is one run's."""
    runs.first()
    assert runs.posted() in either(runs.plan)


@pytest.mark.parametrize("seed", SEEDS)
def test_wherever_the_first_run_is_held_up_only_one_run_posts(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    plan = replace(Plan.of(seed), asks=False)
    names = writes_of_first_run(plan)
    for pause, name in enumerate(names):
        runs = TwoRuns(plan, pause=pause)
        try:
            prove_that_one_run_posted(runs)
        except (AssertionError, LedgerRewritten) as wrong:
            raise AssertionError(f"seed {seed}, paused at write {pause}, {name}") from wrong
        states = [run.state for run in runs.inside.operations.runs() if run.period == NOVEMBER]
        assert states.count(RunState.CLOSED) == 1
    record_property("figures", f"seed {seed}: paused at each of {len(names)} writes, one run posted")


@pytest.mark.parametrize("seed", SEEDS)
def test_without_the_door_this_suite_finds_a_wrong_ledger(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    plan = replace(Plan.of(seed), asks=False)
    names = writes_of_first_run(plan)
    found = set()
    for pause in range(len(names)):
        try:
            prove_that_one_run_posted(TwoRuns(plan, pause=pause, door=False))
        except (AssertionError, LedgerRewritten):
            found.add(pause)
    assert names.index("operations.pass_door") in found
    assert names.index("ledger.put_all") in found
    record_property("figures", f"seed {seed}: without the door {len(found)} of {len(names)} pauses go wrong")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_worker_that_wakes_after_the_month_is_closed_writes_identical_bytes(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    """Its execution was given up for dead; another has finished the run, the wave after it, and the books."""
    plan = replace(Plan.of(seed), asks=False)
    calm = work_a_month(plan)
    names = calm.utility.writes.names
    first_post, last_post = names.index("ledger.put_all"), names.index("operations.close_run")
    for pause in range(first_post, last_post):
        inside = prepared(plan)
        writes = Writes(meanwhile={pause: lambda: finish_the_month()})
        utility = FaultyUtility(inside, writes, chance=Random(f"order {plan.seed}"))
        sleeper = Clerk(plan=plan, utility=utility, chance=Random(1))

        def finish_the_month(utility: FaultyUtility = utility) -> None:
            for name in utility.machine.statuses:
                utility.machine.statuses[name] = ExecutionStatus.FAILED
            Clerk(plan=plan, utility=utility, chance=Random(2), name="other").work()

        sleeper.take_payments(on_day(NOVEMBER, 2))
        sleeper.bill(wave=1, today=BILLING_DAY)
        assert ledger_of(inside, plan.shard_names) == calm.ledger, f"seed {seed}, paused at write {pause}"
    record_property("figures", f"seed {seed}: woken late at each of {last_post - first_post} writes")
