"""A month of billing on the deployed stack, whose workers are killed and whose calls go wrong.

Runs go through Step Functions and Lambda, with the functions' calls passing a proxy. The clerk does what a
clerk does. Afterwards the ledger is that of the fakes, undisturbed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from threading import Event, Thread

import pytest

from chalicelib import bootstrap
from chalicelib.domain.billing.door import DoorState
from chalicelib.usecases.ports.executions import ExecutionStatus
from cli.cloud import emulator
from cli.cloud.home import Home
from cli.cloud.up import bring_up
from tests.conftest import LocalCloudForTests
from tests.faults import workers
from tests.faults.clerk import Clerk
from tests.faults.cloud import (
    CloudMachine,
    OnTheCloud,
    fresh_cycle,
    functions_pointed_to,
    on_the_state_machine,
    open_all_books,
)
from tests.faults.microburst import LOST_ANSWERS, THROTTLES, Rules, fired, microburst
from tests.faults.month import prepared, work_a_month
from tests.faults.plan import Plan
from tests.faults.proxy import FaultProxy
from tests.faults.utility import FaultyUtility, Ledger, ledger_of, violations_in
from tests.faults.writes import Fault, Kind
from tests.integration.crash_safety.conftest import EVERYTHING
from tests.towns import NOVEMBER, on_day

pytestmark = pytest.mark.emulator
Figures = Callable[[str, object], None]

SEED = 2
KILLS = 20 if EVERYTHING else 6
SAMPLE = 61  # of the boundaries, strike one of so many (each time another kind of fault)
RESTARTS = 5 if EVERYTHING else 1
DEADLY = (Kind.DIES_BEFORE, Kind.DIES_WITHIN, Kind.DIES_AFTER)


def pid_of(cloud: LocalCloudForTests) -> int:
    running = emulator.find(Home(cloud.home))
    assert running is not None
    return running.pid


@pytest.fixture(scope="module")
def proxy(local_cloud: LocalCloudForTests) -> Iterator[FaultProxy]:
    listening = FaultProxy(local_cloud.endpoint, emulator_pid=lambda: pid_of(local_cloud))
    with listening, functions_pointed_to(listening.url):
        yield listening


def half_a_batch(boundaries: list[Fault]) -> Fault:
    return next(fault for fault in boundaries if fault.kind is Kind.DIES_WITHIN)


class Month:
    """A month on the deployed stack, and the ledger that it should come to."""

    def __init__(self, seed: int = SEED) -> None:
        open_all_books()
        self.plan = Plan.of(seed, cycle=fresh_cycle())
        self.inside = prepared(self.plan, OnTheCloud())
        self.utility: FaultyUtility = on_the_state_machine(self.inside, chance=Random(seed))
        self.clerk = Clerk(plan=self.plan, utility=self.utility, chance=Random(seed))

    def calm(self) -> Ledger:
        return work_a_month(self.plan, run_clock=lambda: datetime.now(UTC)).ledger

    def prove(self, what: str = "") -> None:
        assert ledger_of(self.inside, self.plan.shard_names) == self.calm(), what
        assert violations_in(self.inside, self.plan.shard_names) == [], what
        doors = self.inside.operations.doors(self.plan.cycle, NOVEMBER)
        assert [door.state for door in doors] == [DoorState.CLOSED] * 2, what
        assert self.inside.operations.holder(self.plan.cycle) is None, what


def test_a_fault_at_a_write_of_a_function_leaves_the_same_ledger(
    proxy: FaultProxy, record_property: Figures
) -> None:
    """The worker is killed before or after its write, or its request or answer is lost."""
    proxy.reset()
    month = Month()
    month.clerk.work()
    month.prove("undisturbed")
    boundaries = [
        Fault(number, kind)
        for number, operation in enumerate(proxy.writes)
        for kind in Kind
        if kind is not Kind.DIES_WITHIN or operation == "BatchWriteItem"
    ]
    struck = boundaries if EVERYTHING else [*boundaries[::SAMPLE], half_a_batch(boundaries)]
    for fault in struck:
        proxy.reset()
        month = Month()
        proxy.reset(fault)
        month.clerk.work()
        assert proxy.struck == [fault]
        assert len(proxy.killed) == (fault.kind in DEADLY)
        month.prove(f"{fault.kind} write {fault.write}")
    record_property("figures", f"{len(struck)} of {len(boundaries)} boundaries struck")


def test_workers_killed_at_random_times_leave_the_same_ledger(
    local_cloud: LocalCloudForTests, record_property: Figures
) -> None:
    chance = Random("kills")
    done = Event()
    killed: list[int] = []
    pid = pid_of(local_cloud)

    def kill() -> None:
        while not done.wait(chance.uniform(0.05, 0.6)):
            alive = workers.workers_of(pid)
            if alive and len(killed) < KILLS:
                victim = chance.choice(alive)
                killed.extend([victim] * workers.kill(victim))

    seeds = iter(range(1, 100))
    months = 0
    killer = Thread(target=kill, daemon=True)
    killer.start()
    try:
        while len(killed) < KILLS:
            month = Month(next(seeds))
            month.clerk.work()
            month.prove(f"{len(killed)} workers killed")
            months += 1
    finally:
        done.set()
        killer.join()
    record_property("figures", f"{len(killed)} workers killed in {months} months")


@pytest.mark.parametrize(("what", "rules"), [("throttles", THROTTLES), ("lost answers", LOST_ANSWERS)])
def test_throttles_and_lost_answers_leave_the_same_ledger_for_twice_the_calls(
    what: str, rules: Rules, local_cloud: LocalCloudForTests, proxy: FaultProxy, record_property: Figures
) -> None:
    proxy.reset()
    month = Month()
    month.clerk.work()
    undisturbed = proxy.calls
    with microburst(local_cloud.endpoint, rules) as address, proxy.forwarding_to(address):
        month = Month()
        proxy.reset()
        proxy.refuse_parts = Random(what) if rules is THROTTLES else None
        month.clerk.work()
        faults = fired(address)
    month.prove(what)
    assert month.clerk.runs_named == 2  # the first run, and the second wave: nobody had to try again
    assert faults > 0
    assert proxy.calls <= 2 * undisturbed
    record_property("figures", f"{what}: {faults} faults, {proxy.calls} calls instead of {undisturbed}")


def test_a_cloud_stopped_in_the_middle_of_a_run_goes_on_when_it_is_up_again(
    local_cloud: LocalCloudForTests, record_property: Figures
) -> None:
    """SIGTERM, as `headgate down` sends it; then what `headgate up` does."""
    chance = Random("restarts")
    home = Home(local_cloud.home)
    found = []
    for seed in range(1, RESTARTS + 1):
        month = Month(seed)
        month.clerk.take_payments(on_day(NOVEMBER, 2))
        month.utility.day = on_day(NOVEMBER, 12)
        machine: CloudMachine = month.utility.machine  # type: ignore[assignment]
        machine.waits_for_end = False
        month.clerk.start()
        Event().wait(chance.uniform(0.1, 2.0))
        emulator.stop(home)
        bring_up(home, say=lambda _: None)
        run = month.utility.operations.run(month.clerk.run_of_wave(1).run_id)
        status = bootstrap.run_executions().status(run.run_id)
        assert status is not ExecutionStatus.RUNNING
        found.append(f"{run.state.value}, execution {status.value}")
        machine.waits_for_end = True
        month.clerk.work()
        month.prove(f"restart {seed}")
    record_property("figures", "; ".join(found))
