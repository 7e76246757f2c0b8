"""Close a bill run with the proof that what went in equals what came out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.billing.approval import ControlTotalsOff
from chalicelib.domain.billing.chunk import total
from chalicelib.domain.billing.run import BillRun, RunState, Stage
from chalicelib.domain.kernel.ids import RunId
from chalicelib.usecases.open_bill_run import audit_of_run
from chalicelib.usecases.ports.accounting_periods import AccountingPeriods
from chalicelib.usecases.ports.events import EventPublisher
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts


def close_bill_run(
    *,
    run_id: RunId,
    now: datetime,
    operations: OperationsStore,
    periods: AccountingPeriods,
    artefacts: RunArtefacts,
    events: EventPublisher,
) -> bool:
    """Close the run when every chunk is posted and the sums agree; False while chunks are missing.

    Safe to repeat. The event is told before the run is closed: nobody takes a closed run up again, so a
    worker that died in between would leave it untold. Raises RunNotReady, ControlTotalsOff.
    """
    run = operations.run(run_id)
    if run.state is not RunState.CLOSED:
        run.require(RunState.POSTING)
        manifest = artefacts.manifest(run_id, sha256=run.manifest_hash)
        reports = {one.shard: one for one in operations.chunk_reports(run_id, Stage.POST) if one.is_done}
        missing = [entry.shard for entry in manifest.chunks if entry.shard not in reports]
        if missing:
            why = f"{len(missing)} of {len(manifest.chunks)} chunks are not posted: retry the run"
            operations.change_run(replace(run, failure=why))
            return False
        posted = total(reports[entry.shard].tally for entry in manifest.chunks)
        if posted != manifest.tally or not posted.balances:
            raise ControlTotalsOff(
                f"run {run_id}: drafts add up to {manifest.tally.amount_minor}, postings to "
                f"{posted.amount_minor} minor units",
                run_id=run_id,
            )
        told = {
            "billed": posted.billed,
            "excepted": posted.excepted,
            "skipped": posted.skipped,
            "amount_minor": posted.amount_minor,
        }
        audit = audit_of_run(run, action="closed", actor=run.approved_by, at=now, after=told)
        events.publish("BillRunClosed", unique=run_id, facts=_facts(run))
        run = operations.close_run(run.into(RunState.CLOSED, closed_at=now), audit=audit)
    periods.leave(run.dates.accounting_period, run_id)
    return True


def record_failure(*, run_id: RunId, reason: str, operations: OperationsStore) -> None:
    """Write down why a run's execution ended early. A run that is over stays as it is."""
    run = operations.run(run_id)
    if not run.state.is_over and not run.failure:
        operations.change_run(replace(run, failure=reason))


def _facts(run: BillRun) -> dict[str, object]:
    tally = run.tally
    return {
        "run_id": run.run_id,
        "cycle": run.cycle,
        "period": str(run.period),
        "wave": run.wave,
        "accounting_period": str(run.dates.accounting_period),
        "accounts": tally.accounts,
        "billed": tally.billed,
        "excepted": tally.excepted,
        "skipped": tally.skipped,
        "amount_minor": tally.amount_minor,
    }
