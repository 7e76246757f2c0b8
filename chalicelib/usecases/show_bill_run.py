"""What there is to see of a bill run: progress, failures, and who is left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from chalicelib.domain.billing.bill_account import Excepted
from chalicelib.domain.billing.run import BillRun, ChunkReport, RunState, Stage
from chalicelib.domain.kernel.ids import RunId
from chalicelib.usecases.ports.executions import ExecutionStatus, RunExecutions
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.start_bill_run import execution_name


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """How far a stage is, in chunks and in accounts."""

    done: int
    failed: tuple[ChunkReport, ...]
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """A run, its stages, and whether an execution is carrying it on."""

    run: BillRun
    stages: Mapping[Stage, StageProgress]
    execution: ExecutionStatus

    @property
    def is_moving(self) -> bool:
        """Whether there is anything to wait for without a person's doing."""
        waiting = self.run.state is RunState.AWAITING_APPROVAL
        return self.execution is ExecutionStatus.RUNNING and not waiting and not self.run.state.is_over


def run_progress(run_id: RunId, *, operations: OperationsStore, executions: RunExecutions) -> RunProgress:
    """How far a run is, from its chunks' own reports. Raises RunUnknown."""
    status = _status(operations.run(run_id), executions)
    run = operations.run(run_id)  # read after the execution, whose last act is to write it
    stages = {}
    for stage in Stage:
        reports = operations.chunk_reports(run_id, stage)
        stages[stage] = StageProgress(
            done=sum(report.is_done for report in reports),
            failed=tuple(report for report in reports if not report.is_done),
            accounts=sum(report.tally.accounts for report in reports),
        )
    return RunProgress(run=run, stages=stages, execution=status)


def excepted_accounts(
    run_id: RunId, *, operations: OperationsStore, artefacts: RunArtefacts
) -> Iterator[Excepted]:
    """The accounts a run left out, in order. Reads only the drafts that have any."""
    for report in operations.chunk_reports(run_id, Stage.RATE):
        if report.is_done and report.tally.excepted:
            yield from artefacts.draft(report.artefact, sha256=report.sha256).excepted


def _status(run: BillRun, executions: RunExecutions) -> ExecutionStatus:
    """The status of the run's newest execution; a later one than the recorded may just have begun."""
    later = executions.status(execution_name(run.run_id, run.attempt + 1))
    if later is not ExecutionStatus.UNKNOWN:
        return later
    return executions.status(execution_name(run.run_id, run.attempt))
