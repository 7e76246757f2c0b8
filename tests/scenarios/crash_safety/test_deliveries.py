"""Stages are invoked again and again: at once, out of order, long after their time. The ledger is the same.

Lambda and Step Functions deliver at least once. Here every chunk's work is delivered one to five times by
several threads at once, what was delivered before is delivered again at any later stage, and all of it twice
more after the month's books are closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from chalicelib.domain.billing.run import RunState, Stage
from chalicelib.domain.kernel.ids import RunId
from tests.faults.clerk import Clerk
from tests.faults.machine import Machine
from tests.faults.month import prepared, work_a_month
from tests.faults.plan import Plan
from tests.faults.ports import EXECUTIONS, watched
from tests.faults.utility import FaultyUtility, ledger_of, violations_of
from tests.faults.writes import Writes

SEEDS = range(1, 9)
WORKERS = 4
Work = Callable[[RunId, Mapping[str, str]], Any]


class InsistentMachine(Machine):
    """Delivers every chunk's work several times, and earlier work again among it."""

    def __init__(self, utility: FaultyUtility, *, chance: Random) -> None:
        super().__init__(utility, tries=1, chance=chance)
        self.chance = chance
        self.delivered: list[Callable[[], Any]] = []
        self.count = 0

    def _each(self, run_id: RunId, stage: Stage, work: Work) -> None:
        items = list(self._utility.artefacts.todo(run_id, stage))
        due = [lambda item=item: work(run_id, item) for item in items]
        again = [one for one in due for _ in range(self.chance.randint(0, 4))]
        late = self.chance.sample(self.delivered, min(len(self.delivered), 5))
        self.deliver([*due, *again, *late])
        self.delivered += due

    def deliver(self, work: list[Callable[[], Any]]) -> None:
        self.count += len(work)
        self.chance.shuffle(work)
        with ThreadPoolExecutor(WORKERS) as pool:
            for delivery in [pool.submit(one) for one in work]:
                delivery.result()


@pytest.mark.parametrize("seed", SEEDS)
def test_repeated_and_late_deliveries_leave_the_same_ledger(
    seed: int, record_property: Callable[[str, object], None]
) -> None:
    plan = Plan.of(seed)
    calm = work_a_month(plan)
    inside = prepared(plan)
    utility = FaultyUtility(inside, Writes(), chance=Random(seed))
    machine = utility.machine = InsistentMachine(utility, chance=Random(f"deliveries {seed}"))
    utility.executions = watched(machine, "executions", EXECUTIONS, utility.writes)

    Clerk(plan=plan, utility=utility, chance=Random(seed)).work()
    assert ledger_of(inside, plan.shard_names) == calm.ledger

    machine.deliver(machine.delivered * 2)
    assert ledger_of(inside, plan.shard_names) == calm.ledger
    assert violations_of(inside, plan.shard_names) == []
    assert all(run.state.is_over for run in inside.operations.runs())
    failed = [
        report
        for run in inside.operations.runs()
        if run.state is RunState.CLOSED
        for stage in Stage
        for report in inside.operations.chunk_reports(run.run_id, stage)
        if not report.is_done
    ]
    assert failed == []
    record_property(
        "figures", f"seed {seed}: {len(machine.delivered)} pieces of work delivered {machine.count} times"
    )
