"""Post a chunk's drafts to the ledger."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.chunk import DraftChunk
from chalicelib.domain.billing.door import DoorShut
from chalicelib.domain.billing.run import BillRun, ChunkReport, Stage
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.post_bill import transaction_of_bill
from chalicelib.usecases.ports.ledger import LedgerStore
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.reads import ReadStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts


def post_chunk(
    *,
    run_id: RunId,
    manifest_hash: str,
    shard: Shard,
    draft_key: str,
    draft_sha256: str,
    ledger: LedgerStore,
    reads: ReadStore,
    operations: OperationsStore,
    artefacts: RunArtefacts,
    chart: ChartOfAccounts,
) -> ChunkReport:
    """Post every bill of a draft chunk that the door let through, and report it.

    Safe to repeat and to run twice at once: the door lets one run's drafts through, so every worker writes
    the same bytes. The estimates bills stand on are recorded after them. Raises DoorShut, ArtefactAltered.
    """
    run = operations.run(run_id)
    passed_at = require_passed(run, manifest_hash, operations)
    draft = artefacts.draft(draft_key, sha256=draft_sha256)
    transactions = [
        transaction_of_bill(billed.bill, recorded_at=passed_at, chart=chart) for billed in draft.billed
    ]
    ledger.put_all(transactions, audit=[_entry(run, draft, draft_sha256, passed_at, action="posted")])
    estimates = [read for billed in draft.billed for read in billed.estimates]
    if estimates:
        reads.record(
            estimates, entry=_entry(run, draft, draft_sha256, passed_at, action="estimates_recorded")
        )
    report = ChunkReport(
        run_id=run_id,
        shard=shard,
        stage=Stage.POST,
        artefact=draft_key,
        sha256=draft_sha256,
        tally=draft.tally,
    )
    operations.report_chunk(report)
    return report


def require_passed(run: BillRun, manifest_hash: str, operations: OperationsStore) -> datetime:
    """When the run passed its door with these drafts. Raises DoorShut."""
    door = next((one for one in operations.doors(run.cycle, run.period) if one.wave == run.wave), None)
    if door is None or run.passed_at is None:
        raise DoorShut(f"run {run.run_id} has not passed its door", run_id=run.run_id)
    door.require_passed(run_id=run.run_id, manifest_hash=manifest_hash)
    return run.passed_at


def _entry(run: BillRun, draft: DraftChunk, sha256: str, at: datetime, *, action: str) -> AuditEntry:
    tally = draft.tally
    return AuditEntry(
        entity="bill_run",
        entity_id=run.run_id,
        action=action,
        actor=run.approved_by,
        at=at,
        unique=f"{action}.{draft.shard}",
        correlation_id=run.run_id,
        after={
            "shard": draft.shard,
            "sha256": sha256,
            "bills": tally.billed,
            "amount_minor": tally.amount_minor,
            "excepted": tally.excepted,
            "skipped": tally.skipped,
        },
    )
