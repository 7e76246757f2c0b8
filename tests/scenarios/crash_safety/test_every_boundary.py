"""A month of billing, broken at every write: whatever breaks, the same ledger to the cent and to the byte.

The undisturbed month is worked once per seed and its writes are listed. Then each write goes wrong in every
way there is (the process dies before, after, or with part of a batch written; the request or the answer is
lost), and the clerk carries on. `make crash SEEDS=50` strikes every boundary of fifty months; without it a
share of the boundaries of a few months is struck.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from chalicelib.domain.billing.door import DoorState
from chalicelib.domain.billing.run import BillRun, RunState
from chalicelib.domain.kernel.ids import Month
from chalicelib.usecases.ports.accounting_periods import PeriodState
from tests.faults.month import Worked, work_a_month
from tests.faults.plan import Plan
from tests.faults.utility import violations_of
from tests.faults.writes import Fault
from tests.towns import CYCLE, NOVEMBER

FIRST_SEED = int(os.environ.get("CRASH_FIRST_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED + int(os.environ.get("CRASH_SEEDS", "2")))
ONE_OF = int(os.environ.get("CRASH_ONE_OF", "5"))  # strike every n-th boundary, others with another seed
LONGEST_RECOVERY = 40  # writes between a fault and the one that follows it

Figures = Callable[[str, object], None]


@cache
def undisturbed(seed: int) -> Worked:
    return work_a_month(Plan.of(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_fault_at_any_write_leaves_the_same_ledger(seed: int, record_property: Figures) -> None:
    boundaries = undisturbed(seed).utility.writes.boundaries()
    struck = boundaries[seed % ONE_OF :: ONE_OF]
    for fault in struck:
        prove_the_same(seed, fault)
    record_property("figures", f"seed {seed}: {len(struck)} of {len(boundaries)} boundaries struck")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_second_fault_while_recovering_leaves_the_same_ledger(seed: int, record_property: Figures) -> None:
    chance = Random(f"second {seed}")
    boundaries = undisturbed(seed).utility.writes.boundaries()
    struck = boundaries[(seed + 1) % ONE_OF :: ONE_OF]
    for first in struck:
        second = Fault(first.write + chance.randint(1, LONGEST_RECOVERY), chance.choice(boundaries).kind)
        prove_the_same(seed, first, second)
    record_property("figures", f"seed {seed}: {len(struck)} of {len(boundaries)} boundaries struck twice")


def prove_the_same(seed: int, *faults: Fault) -> None:
    """Work the seed's month with these faults and compare it with the undisturbed one."""
    calm = undisturbed(seed)
    what = f"seed {seed}, " + " then ".join(f"{fault.kind} write {fault.write}" for fault in faults)
    try:
        disturbed = work_a_month(Plan.of(seed), faults)
    except Exception as error:
        raise AssertionError(f"{what}: {type(error).__name__}: {error}") from error
    assert disturbed.utility.writes.struck[:1] == list(faults[:1]), what
    assert disturbed.ledger == calm.ledger, what
    assert violations_of(disturbed.inside, Plan.of(seed).shard_names) == [], what
    prove_everything_is_over(disturbed, what)


def prove_everything_is_over(worked: Worked, what: str) -> None:
    """Nothing hangs: doors closed, books closed, no run under way, every bill in its run's own hour."""
    inside = worked.inside
    assert [door.state for door in inside.operations.doors(CYCLE, NOVEMBER)] == [DoorState.CLOSED] * 2, what
    assert inside.operations.holder(CYCLE) is None, what
    assert inside.periods.state(NOVEMBER) is PeriodState.CLOSED, what
    assert inside.periods.in_flight(Month(2099, 1)) == set(), what
    assert all(run.state.is_over for run in inside.operations.runs()), what
    closed = [run for run in inside.operations.runs() if run.state is RunState.CLOSED]
    assert {run.run_id for run in closed if run.period == NOVEMBER} == {
        unique for _, unique, facts in inside.events.published if facts["period"] == str(NOVEMBER)
    }, what
    prove_the_trail_is_whole(worked, closed, what)
    hours = {run.passed_at for run in closed}
    bills = [
        one
        for shard in inside.registry.shards_of_cycle(CYCLE)
        for one in inside.ledger.transactions_of_shard(shard)
        if one.transaction_id.startswith("BILL.")
    ]
    assert {bill.recorded_at for bill in bills} <= hours, what


def prove_the_trail_is_whole(worked: Worked, closed: list[BillRun], what: str) -> None:
    """Every chunk posted has its audit entry, also when its worker died between the bills and the entry."""
    told = {(entry.entity_id, entry.unique) for entry in worked.inside.ledger.audit}
    for run in closed:
        manifest = worked.utility.artefacts.manifest(run.run_id, sha256=run.manifest_hash)
        assert {(run.run_id, f"posted.{entry.shard}") for entry in manifest.chunks} <= told, what
