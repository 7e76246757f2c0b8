"""Bill runs on the local cloud, as a clerk starts them, with a town stored through the real adapters."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime

from chalicelib import bootstrap
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunState
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.ports.registered import Registered
from chalicelib.usecases.ports.registry import save_all
from chalicelib.usecases.publish_utility_profile import publish_utility_profile
from chalicelib.usecases.start_bill_run import BillRunStarter, execution_name
from cli.desk import rates_desk
from tests.rates_office import put_in_force
from tests.towns import TARIFFS, entry

_PATIENCE_S = 120


def register(things: Iterable[Registered]) -> None:
    """Publish the towns' tariffs and store what is registered; one profile takes another's place."""
    put_in_force(rates_desk(), *TARIFFS)
    registry, new = bootstrap.registry_store(), list(things)
    for profile in [thing for thing in new if isinstance(thing, UtilityProfile)]:
        publish_utility_profile(profile, actor="test", now=datetime.now(UTC), registry=registry)
        new.remove(profile)
    save_all(registry, new)


def read(reads: Iterable[MeterRead]) -> None:
    """Record reads."""
    bootstrap.read_store().record(list(reads), entry=entry())


def starter() -> BillRunStarter:
    """Starts runs on the real state machine."""
    return BillRunStarter(
        registry=bootstrap.registry_store(),
        operations=bootstrap.operations_store(),
        executions=bootstrap.run_executions(),
    )


def start(
    month: Month, *, run: str, cycle: CycleCode, on: date | None = None, policy: ApprovalPolicy | None = None
) -> RunId:
    """Start a run on the 12th of the month, or `on` another day."""
    return starter().start(
        run_id=RunId(run),
        cycle=cycle,
        period=month,
        today=on or date(month.year, month.month, 12),
        actor="test",
        now=datetime.now(UTC),
        policy=policy or ApprovalPolicy(most_excepted_per_mille=1000),
    )


def finished(run_id: RunId) -> BillRun:
    """The run once its last execution is over or waits for a decision."""
    deadline = time.monotonic() + _PATIENCE_S
    operations, executions = bootstrap.operations_store(), bootstrap.run_executions()
    while time.monotonic() < deadline:
        run = operations.run(run_id)
        if run.state is RunState.AWAITING_APPROVAL and operations.task_token(run_id):
            return run
        if executions.status(execution_name(run_id, run.attempt)) is not ExecutionStatus.RUNNING:
            return operations.run(run_id)
        time.sleep(0.2)
    raise AssertionError(f"run {run_id} is not over after {_PATIENCE_S} s: {operations.run(run_id)}")
