"""Check a run's drafts: are they all there, do they add up, may they go on by themselves?"""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.billing.approval import Verdict, judge
from chalicelib.domain.billing.chunk import DraftEntry, DraftManifest
from chalicelib.domain.billing.run import BillRun, RunState, Stage
from chalicelib.domain.kernel.ids import RunId
from chalicelib.usecases.open_bill_run import audit_of_run
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts

POLICY = "policy"  # who approves a run that stays under its thresholds


def check_bill_run(
    *, run_id: RunId, now: datetime, operations: OperationsStore, artefacts: RunArtefacts
) -> Verdict:
    """Write the manifest of drafts and decide how the run goes on. Safe to repeat.

    A run with failed or missing chunks is STOPPED. Raises RunNotReady, ControlTotalsOff.
    """
    run = operations.run(run_id)
    if run.state is RunState.APPROVED:
        return Verdict.GO
    if run.state is RunState.AWAITING_APPROVAL:
        return Verdict.ASK
    run.require(RunState.OPEN, RunState.STOPPED)
    reports = {report.shard: report for report in operations.chunk_reports(run_id, Stage.RATE)}
    failed = [
        shard for shard in artefacts.shards(run_id) if shard not in reports or not reports[shard].is_done
    ]
    if failed:
        why = f"{len(failed)} of {run.chunks} chunks failed: retry the run, or reject it"
        operations.change_run(run.into(RunState.STOPPED, failure=why))
        return Verdict.STOP
    manifest = DraftManifest(
        run_id=run_id,
        cycle=run.cycle,
        period=run.period,
        wave=run.wave,
        chunks=tuple(
            DraftEntry(shard=shard, key=report.artefact, sha256=report.sha256, tally=report.tally)
            for shard, report in sorted(reports.items())
        ),
    )
    tally = manifest.tally
    verdict = judge(tally, run.policy)
    checked = run.into(
        RunState.AWAITING_APPROVAL,
        manifest_hash=artefacts.put_manifest(manifest).sha256,
        tally=tally,
    )
    if verdict is Verdict.ASK:
        operations.change_run(checked)
    else:
        approve_as_policy(checked, now=now, operations=operations)
    return verdict


def approve_as_policy(run: BillRun, *, now: datetime, operations: OperationsStore) -> BillRun:
    """Approve drafts that stay under the run's thresholds."""
    audit = audit_of_run(
        run, action="approved", actor=POLICY, at=now, after={"manifest_hash": run.manifest_hash}
    )
    return operations.change_run(run.into(RunState.APPROVED, approved_by=POLICY), audit=audit)
