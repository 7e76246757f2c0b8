"""The one-way door: from here on the run can only be completed."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.billing.run import RunState, Stage
from chalicelib.domain.kernel.ids import RunId
from chalicelib.usecases.open_bill_run import audit_of_run
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts


def pass_door(*, run_id: RunId, now: datetime, operations: OperationsStore, artefacts: RunArtefacts) -> str:
    """Let the run and its drafts through, list what is left to post, return the manifest's hash.

    Safe to repeat: the time of the first passing stays. Raises RunNotReady, DoorShut, RunChangedMeanwhile.
    """
    run = operations.run(run_id)
    run.require(RunState.APPROVED, RunState.POSTING)
    manifest = artefacts.manifest(run_id, sha256=run.manifest_hash)
    if run.state is RunState.APPROVED:
        told = {
            "manifest_hash": run.manifest_hash,
            "bills": run.tally.billed,
            "amount_minor": run.tally.amount_minor,
        }
        audit = audit_of_run(run, action="passed_door", actor=run.approved_by, at=now, after=told)
        run = operations.pass_door(run.into(RunState.POSTING, passed_at=now), audit=audit)
    elif run.failure:
        run = operations.change_run(run.into(RunState.POSTING))
    done = {report.shard for report in operations.chunk_reports(run_id, Stage.POST) if report.is_done}
    left = [
        {"shard": str(entry.shard), "draft": entry.key, "sha256": entry.sha256}
        for entry in manifest.chunks
        if entry.shard not in done
    ]
    artefacts.put_todo(run_id, Stage.POST, left)
    return run.manifest_hash
