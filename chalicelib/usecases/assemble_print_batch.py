"""Make the one file of a print batch from its parts, with the proof that every bill is accounted for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from chalicelib.domain.documents.envelopes import plan_envelopes
from chalicelib.domain.documents.print_batch import (
    BatchId,
    FinishedFile,
    Part,
    PrintBatch,
    control_totals,
    reconcile,
)
from chalicelib.domain.documents.print_manifest import PrintManifest, manifest_of
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.printing import Bindery, PrintBatches, PrintFiles
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.print_batch import BatchProgress, audit_of_batch, print_progress

_SHOWN = 5  # failures named in a refusal


class BatchIncomplete(Refusal):
    """Bills of a batch are not printed, or failed: it is not finished, and nothing of it is to be sent."""


class BatchNotFinished(Refusal):
    """A batch has no file yet."""


def assemble_print_batch(
    *,
    batch_id: BatchId,
    actor: str,
    now: datetime,
    folder: Path,
    operations: OperationsStore,
    artefacts: RunArtefacts,
    batches: PrintBatches,
    files: PrintFiles,
    bindery: Bindery,
) -> PrintBatch:
    """Finish a batch whose parts are all there, and return it; one that is finished stays as it is.

    Documents pass through `folder`, not through memory. The file is stored before the batch names it: after a
    death in between, the same parts give the same file again. Of two that finish at once, one names the file.
    Raises PrintBatchUnknown, BatchIncomplete, BatchDoesNotReconcile, BillPrintedTwice, PartAltered.
    """
    batch = batches.batch(batch_id)
    if batch.finished is not None:
        return batch
    progress = print_progress(batch_id, operations=operations, artefacts=artefacts, batches=batches)
    require_complete(progress)
    parts = [files.part(report) for report in progress.done]
    manifest = planned_manifest(progress, parts)
    with files.bodies(parts, folder) as bodies:
        bound = folder / "batch.zip"
        bindery.bind(manifest, bodies, bound)
    kept = files.put_batch(batch_id, bound)
    finished = FinishedFile(
        key=kept.key,
        manifest_key=files.put_manifest(batch_id, bindery.manifest(manifest)).key,
        sha256=kept.sha256,
        size_bytes=kept.size_bytes,
        totals=manifest.totals,
        finished_at=now,
        finished_by=actor,
    )
    told: dict[str, object] = {
        "sha256": kept.sha256,
        "bills": manifest.totals.bills,
        "printed": manifest.totals.printed,
        "paperless": manifest.totals.paperless,
        "envelopes": manifest.totals.envelopes,
    }
    audit = audit_of_batch(batch, action="finished", actor=actor, at=now, after=told)
    return batches.finish(replace(batch, finished=finished), audit=audit)


def require_complete(progress: BatchProgress) -> None:
    """Raises BatchIncomplete when bills failed, or shards are not printed."""
    if not progress.failed and not progress.left:
        return
    failures = [(report.shard, failure) for report in progress.failed for failure in report.failures]
    shown = "; ".join(
        f"{failure.bill_number or f'shard {shard}'}: {failure.reason}" for shard, failure in failures[:_SHOWN]
    )
    batch = progress.batch
    raise BatchIncomplete(
        f"batch {batch.batch_id} is not complete: {len(failures)} failed, {len(progress.left)} shards are "
        f"not printed{f' ({shown})' if shown else ''}. Print them: "
        f"`headgate print start {batch.run_id} --as {batch.form.value}`",
        batch_id=batch.batch_id,
        failed=[
            {"shard": shard, "bill_number": failure.bill_number, "reason": failure.reason}
            for shard, failure in failures
        ],
        shards_left=list(progress.left),
    )


def planned_manifest(progress: BatchProgress, parts: list[Part]) -> PrintManifest:
    """What goes into which envelope, checked against what the run billed.

    Raises BatchDoesNotReconcile, BillPrintedTwice.
    """
    batch, run = progress.batch, progress.run
    envelopes = plan_envelopes(
        (document for part in parts for document in part.printed), most_sheets=batch.most_sheets
    )
    left_out = [one for part in parts for one in part.left_out]
    reconcile(
        f"run {run.run_id}",
        bills=run.tally.billed,
        amount_minor=run.tally.amount_minor,
        totals=control_totals(envelopes, left_out),
    )
    return manifest_of(
        batch,
        bill_date=run.dates.bill_date,
        utility=next((part.utility for part in parts if part.utility), ""),
        envelopes=envelopes,
        left_out=left_out,
    )


def fetch_print_batch(
    *, batch_id: BatchId, to: Path, batches: PrintBatches, files: PrintFiles
) -> FinishedFile:
    """Write the file of a finished batch to `to`, checked. Raises PrintBatchUnknown, BatchNotFinished."""
    batch = batches.batch(batch_id)
    if batch.finished is None:
        raise BatchNotFinished(
            f"batch {batch_id} is not finished: "
            f"`headgate print start {batch.run_id} --as {batch.form.value}` goes on with it",
            batch_id=batch_id,
        )
    files.fetch(batch.finished, to)
    return batch.finished
