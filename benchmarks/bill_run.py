"""Bill runs on the local stack, from start to closed, at several sizes.

Towns of households (water and sewer behind one meter, on the sample tariffs, and trash) are stored through
the real adapters and billed by the real state machine, on an emulator of this benchmark's own. Workers are
warm: a small run goes before. BENCH_ACCOUNTS names the sizes, BENCH_REPEAT how often each is billed (the
median counts; above 10,000 accounts once).
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from pathlib import Path

from benchmarks._cloud import cpu_s, local_cloud
from benchmarks.row import Row
from chalicelib import bootstrap
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunState
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import CycleCode, RunId
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.ports.registered import Registered
from chalicelib.usecases.ports.registry import save_all
from chalicelib.usecases.start_bill_run import BillRunStarter, execution_name
from cli.desk import rates_desk
from tests.rates_office import put_in_force
from tests.towns import MOVED_IN, OCTOBER, SEPTEMBER, TARIFFS, a_read, entry, household, schedule

_PER_SHARD = 125  # eight chunks of 1,000 accounts: two full rounds of four workers
_TARGET = 500
_EVENNESS = 85  # per cent: the slowest size against the fastest
_SAMPLES = Path(__file__).parents[1] / "samples" / "tariffs"
_TARIFF_OF = {"WATER": "R-1", "SEWER": "S-1"}
_cycles = count(1)


@dataclass(frozen=True, slots=True)
class _Measured:
    """One run: seconds by the wall, processor seconds of the emulator and its workers, seconds by stage."""

    accounts: int
    wall_s: float
    cpu_s: float
    stages_s: dict[str, float]

    @property
    def bills_per_s(self) -> float:
        return self.accounts / self.wall_s


def run() -> list[Row]:
    """Measure every size; the target is set for 10,000 accounts."""
    sizes = [int(size) for size in os.environ.get("BENCH_ACCOUNTS", "1000,10000,100000").split(",")]
    repeat = int(os.environ.get("BENCH_REPEAT", "3"))
    rows: list[Row] = []
    speeds: dict[int, float] = {}
    with local_cloud() as emulator:
        _publish()
        _measure(1200, emulator)  # as many chunks at once as there are workers: warms them all
        for size in sizes:
            found = [_measure(size, emulator) for _ in range(repeat if size <= 10_000 else 1)]
            middle = sorted(found, key=lambda one: one.wall_s)[len(found) // 2]
            speeds[size] = statistics.median(one.bills_per_s for one in found)
            rows += _rows(middle, speeds[size])
    if len(speeds) > 1:
        even = 100 * min(speeds.values()) / max(speeds.values())
        rows.append(
            Row(
                name="slowest size against the fastest",
                figure=even,
                unit="%",
                target=f"≥ {_EVENNESS}",
                met=even >= _EVENNESS,
            )
        )
    return rows


def _rows(found: _Measured, speed: float) -> Iterator[Row]:
    name = f"bill run, {found.accounts:,} accounts"
    judged = found.accounts == 10_000
    yield Row(
        name=f"{name}, start to closed",
        figure=speed,
        unit="bills/s",
        target=f"≥ {_TARGET}",
        met=speed >= _TARGET if judged else None,
    )
    for stage, seconds in found.stages_s.items():
        yield Row(name=f"{name}: {stage}", figure=seconds, unit="s")
    yield Row(name=f"{name}: processor", figure=1000 * found.cpu_s / found.accounts, unit="ms/bill")


def _measure(accounts: int, emulator: int) -> _Measured:
    cycle = CycleCode(f"B{next(_cycles):02d}")
    _load(cycle, accounts)
    run_id = RunId(f"{cycle}-{OCTOBER}")
    cpu, started = cpu_s(emulator), time.monotonic()
    _starter().start(
        run_id=run_id,
        cycle=cycle,
        period=OCTOBER,
        today=date(2026, 10, 12),
        actor="benchmark",
        now=datetime.now(UTC),
        policy=ApprovalPolicy(most_excepted_per_mille=1000),
    )
    run = _finished(run_id)
    wall = time.monotonic() - started
    if run.state is not RunState.CLOSED or run.tally.billed != accounts:
        raise RuntimeError(f"run {run_id} is {run.state}: {run.failure or run.tally}")
    return _Measured(accounts, wall, cpu_s(emulator) - cpu, _stages(run_id))


def _finished(run_id: RunId) -> BillRun:
    executions, name = bootstrap.run_executions(), execution_name(run_id, 1)
    while executions.status(name) is ExecutionStatus.RUNNING:
        time.sleep(0.1)  # asking is work for the emulator too
    return bootstrap.operations_store().run(run_id)


def _stages(run_id: RunId) -> dict[str, float]:
    """Seconds between the state machine's entering one state and the next, by state."""
    arn = bootstrap.settings().bill_run_arn.replace(":stateMachine:", ":execution:")
    history = bootstrap.aws_client("stepfunctions").get_execution_history(
        executionArn=f"{arn}:{run_id}", maxResults=1000
    )["events"]
    entered = [
        (event["stateEnteredEventDetails"]["name"], event["timestamp"])
        for event in history
        if "stateEnteredEventDetails" in event
    ]
    ends = [at for _, at in entered[1:]] + [history[-1]["timestamp"]]
    shown = {"Open", "Freeze", "Rate", "Check", "PassDoor", "Post", "Close"}
    return {
        name.lower(): (end - start).total_seconds()
        for (name, start), end in zip(entered, ends, strict=True)
        if name in shown
    }


def _starter() -> BillRunStarter:
    return BillRunStarter(
        registry=bootstrap.registry_store(),
        operations=bootstrap.operations_store(),
        executions=bootstrap.run_executions(),
    )


def _load(cycle: CycleCode, accounts: int) -> None:
    """Store a cycle of `accounts` households with the reads of two months."""
    sys.stderr.write(f"storing {accounts:,} accounts\n")
    registry, reads = bootstrap.registry_store(), bootstrap.read_store()
    save_all(registry, _town(cycle, accounts))
    numbers = [(shard, number) for shard, number in _places(accounts)]
    for month in (SEPTEMBER, OCTOBER):
        for start in range(0, len(numbers), 500):
            batch = numbers[start : start + 500]
            taken = [a_read(number, month, shard=shard, cycle=cycle) for shard, number in batch]
            reads.record(taken, entry=entry(f"{cycle}.{month}.{start}"))


def _town(cycle: CycleCode, accounts: int) -> Iterator[Registered]:
    yield BillCycle(code=cycle, name="Benchmark", shard_count=-(-accounts // _PER_SHARD))
    yield schedule(OCTOBER, cycle=cycle)
    for shard, number in _places(accounts):
        point, account = household(number, shard=shard, cycle=cycle)
        yield point
        yield _on_sample_tariffs(account)


def _places(accounts: int) -> Iterator[tuple[int, int]]:
    """Shard and number of every account; numbers are small, so that usage is a household's."""
    return ((index // _PER_SHARD + 1, index % _PER_SHARD) for index in range(accounts))


def _on_sample_tariffs(found: AccountWithAgreements) -> AccountWithAgreements:
    size: dict[str, Dated[Decimal | str]] = {"meter_size": Dated.since(MOVED_IN, "5/8")}
    agreements = []
    for agreement in found.agreements:
        code = agreement.tariff.on(MOVED_IN)
        sample = _TARIFF_OF.get(code)
        if sample is not None:
            agreement = replace(agreement, tariff=Dated.since(MOVED_IN, sample), determinants=size)
        agreements.append(agreement)
    return replace(found, agreements=tuple(agreements))


def _publish() -> None:
    texts = [*TARIFFS, *(path.read_text(encoding="utf-8") for path in sorted(_SAMPLES.glob("*.yaml")))]
    put_in_force(rates_desk(), *texts)
