"""A person's decision on a run's drafts: approve or reject."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.billing.run import BillRun, RunState
from chalicelib.domain.kernel.ids import RunId
from chalicelib.usecases.open_bill_run import audit_of_run
from chalicelib.usecases.ports.accounting_periods import AccountingPeriods
from chalicelib.usecases.ports.executions import RunExecutions
from chalicelib.usecases.ports.operations import OperationsStore


def await_approval(
    *, run_id: RunId, token: str, operations: OperationsStore, executions: RunExecutions
) -> None:
    """Keep the token under which the state machine waits; answer at once if somebody decided meanwhile."""
    operations.keep_task_token(run_id, token)
    run = operations.run(run_id)
    if run.state is not RunState.AWAITING_APPROVAL:
        executions.decide(token, approved=run.state in {RunState.APPROVED, RunState.POSTING})


def approve_bill_run(
    *, run_id: RunId, actor: str, now: datetime, operations: OperationsStore, executions: RunExecutions
) -> bool:
    """Approve the drafts as they are now; False when no execution waits for it (yet, or any more).

    One that is about to wait finds the approval; if none is running, the run must be retried. Raises
    RunUnknown, RunNotReady, RunChangedMeanwhile.
    """
    run = operations.run(run_id)
    if run.state is not RunState.APPROVED:
        run.require(RunState.AWAITING_APPROVAL)
        approved = {"manifest_hash": run.manifest_hash}
        audit = audit_of_run(run, action="approved", actor=actor, at=now, after=approved)
        operations.change_run(run.into(RunState.APPROVED, approved_by=actor), audit=audit)
    return _tell(run_id, operations, executions, approved=True)


def reject_bill_run(
    *,
    run_id: RunId,
    actor: str,
    reason: str,
    now: datetime,
    operations: OperationsStore,
    periods: AccountingPeriods,
    executions: RunExecutions,
) -> BillRun:
    """Give a run up before its door: the cycle is free again, nothing was posted. Safe to repeat.

    Raises RunUnknown, RunNotReady, RunChangedMeanwhile, DoorShut.
    """
    run = operations.run(run_id)
    if run.state is not RunState.REJECTED:
        run.require(*(state for state in RunState if state.is_before_door))
        audit = audit_of_run(run, action="rejected", actor=actor, at=now, after={"reason": reason})
        run = operations.release_run(run.into(RunState.REJECTED, failure=reason), audit=audit)
    periods.leave(run.dates.accounting_period, run_id)
    _tell(run_id, operations, executions, approved=False)
    return run


def _tell(run_id: RunId, operations: OperationsStore, executions: RunExecutions, *, approved: bool) -> bool:
    token = operations.task_token(run_id)
    return token is not None and executions.decide(token, approved=approved)
