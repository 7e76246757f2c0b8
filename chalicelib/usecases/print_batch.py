"""Print all bills of a closed run as one batch: start it, print a shard of it, see how far it is.

A batch is printed shard by shard. The first whole part of a shard stays the only one, so a worker that died,
or two at once, change nothing (docs/adr/0050). assemble_print_batch.py makes the file of the parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.chunk import DraftEntry, DraftManifest
from chalicelib.domain.billing.run import BillRun, RunState
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.envelopes import MOST_SHEETS, PrintedDocument, plan_envelopes
from chalicelib.domain.documents.print_batch import (
    BatchId,
    LeftOut,
    Part,
    PartReport,
    PrintBatch,
    PrintFailure,
    PrintForm,
    Reason,
    batch_id_of,
    control_totals,
    left_out,
    printed_document,
    reconcile,
    require_mailable,
)
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.printing import BillDocuments, Press, PrintBatches, PrintFiles
from chalicelib.usecases.ports.run_artefacts import RunArtefacts

_LONGEST_REASON = 500  # characters; a shard's failures are one item


class NothingToPrint(Refusal):
    """A run has no bill."""


class BatchStartedOtherwise(Refusal):
    """A batch was started with another limit of sheets, and keeps it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchProgress:
    """How far a batch is: shards whose part is there, those that failed, those nobody has printed yet."""

    batch: PrintBatch
    run: BillRun
    done: tuple[PartReport, ...]
    failed: tuple[PartReport, ...]
    left: tuple[Shard, ...]

    @property
    def to_do(self) -> tuple[Shard, ...]:
        """The shards to print now: the failed ones again."""
        return tuple(sorted({*self.left, *(report.shard for report in self.failed)}))

    @property
    def bills_done(self) -> int:
        """Bills in parts that are there, with those left out."""
        return sum(report.printed + report.paperless for report in self.done)


def start_print_batch(
    *,
    run_id: RunId,
    form: PrintForm,
    most_sheets: int | None,
    actor: str,
    now: datetime,
    operations: OperationsStore,
    batches: PrintBatches,
) -> PrintBatch:
    """Start the batch of a closed run in a form, or take up the one that was started before.

    `most_sheets` None: what the batch has, or MOST_SHEETS. Safe to repeat. Raises RunUnknown, RunNotReady,
    NothingToPrint, BatchStartedOtherwise.
    """
    run = operations.run(run_id)
    run.require(RunState.CLOSED)
    if not run.tally.billed:
        raise NothingToPrint(f"run {run_id} posted no bill", run_id=run_id)
    wanted = PrintBatch(
        batch_id=batch_id_of(run_id, form),
        run_id=run_id,
        form=form,
        cycle=run.cycle,
        period=run.period,
        most_sheets=most_sheets or MOST_SHEETS,
        opened_at=now,
        opened_by=actor,
    )
    batch = batches.open(wanted, audit=audit_of_batch(wanted, action="started", actor=actor, at=now))
    if most_sheets and batch.most_sheets != most_sheets:
        raise BatchStartedOtherwise(
            f"batch {batch.batch_id} was started with {batch.most_sheets} sheets an envelope and keeps them: "
            "start it without --sheets",
            batch_id=batch.batch_id,
            most_sheets=batch.most_sheets,
        )
    return batch


def print_progress(
    batch_id: BatchId, *, operations: OperationsStore, artefacts: RunArtefacts, batches: PrintBatches
) -> BatchProgress:
    """How far a batch is, from its parts' own reports. Raises PrintBatchUnknown."""
    batch = batches.batch(batch_id)
    run = operations.run(batch.run_id)
    reports = {report.shard: report for report in batches.part_reports(batch_id)}
    shards = [entry.shard for entry in drafts_of(run, artefacts).chunks]
    known = [reports[shard] for shard in shards if shard in reports]
    return BatchProgress(
        batch=batch,
        run=run,
        done=tuple(report for report in known if report.is_done),
        failed=tuple(report for report in known if not report.is_done),
        left=tuple(shard for shard in shards if shard not in reports),
    )


def print_part(
    *,
    batch_id: BatchId,
    shard: Shard,
    operations: OperationsStore,
    artefacts: RunArtefacts,
    batches: PrintBatches,
    files: PrintFiles,
    bills: BillDocuments,
    press: Press,
    transient: tuple[type[Exception], ...] = (),
) -> PartReport:
    """Print the bills of one shard and report it. A shard that is done is left alone.

    A bill that fails, or a shard that does not reconcile, is counted and reported; the batch cannot be
    finished before it is printed. `transient` errors (throttles, lost connections) are raised on.
    Safe to repeat and to run twice at once. Raises PrintBatchUnknown.
    """
    standing = batches.part_report(batch_id, shard)
    if standing is not None and standing.is_done:
        return standing
    batch = batches.batch(batch_id)
    try:
        posted = drafts_of(operations.run(batch.run_id), artefacts)
        made = _print_all(bills.documents_of_run(batch.run_id, shard), press, transient)
        if made.failures:
            report = PartReport(batch_id=batch_id, shard=shard, failures=tuple(made.failures))
        else:
            made.reconcile(next(entry for entry in posted.chunks if entry.shard == shard))
            report = _keep(made.part(batch_id, shard), made.bodies, files)
    except transient:
        raise
    except Exception as error:
        report = _shard_failed(batch_id, shard, _reason_of(error))
    return batches.report_part(report)


def drafts_of(run: BillRun, artefacts: RunArtefacts) -> DraftManifest:
    """What the run posted, shard by shard. Raises ArtefactMissing, ArtefactAltered."""
    return artefacts.manifest(run.run_id, sha256=run.manifest_hash)


def audit_of_batch(
    batch: PrintBatch, *, action: str, actor: str, at: datetime, after: dict[str, object] | None = None
) -> AuditEntry:
    """The entry about a step of a batch."""
    facts = {"form": batch.form.value, "most_sheets": batch.most_sheets}
    return AuditEntry(
        entity="print_batch",
        entity_id=batch.batch_id,
        action=action,
        actor=actor,
        at=at,
        unique=action,
        correlation_id=batch.run_id,
        after={"run_id": batch.run_id, **facts, **(after or {})},
    )


@dataclass
class _Made:
    """What was made of one shard's bills."""

    utility: str = ""
    bodies: list[bytes] = field(default_factory=list)
    printed: list[PrintedDocument] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    failures: list[PrintFailure] = field(default_factory=list)

    def reconcile(self, posted: DraftEntry) -> None:
        """Raises BatchDoesNotReconcile, BillPrintedTwice."""
        reconcile(
            f"shard {posted.shard}",
            bills=posted.tally.billed,
            amount_minor=posted.tally.amount_minor,
            totals=control_totals(plan_envelopes(self.printed), self.left_out),
        )

    def part(self, batch_id: BatchId, shard: Shard) -> Part:
        return Part(
            batch_id=batch_id,
            shard=shard,
            utility=self.utility,
            printed=tuple(self.printed),
            left_out=tuple(self.left_out),
        )


def _print_all(
    documents: Iterable[BillDocument], press: Press, transient: tuple[type[Exception], ...]
) -> _Made:
    made = _Made()
    for document in documents:
        made.utility = document.issuer.name
        if document.recipient.paperless:
            made.left_out.append(left_out(document, Reason.PAPERLESS))
            continue
        try:
            require_mailable(document)
            body, pages = press.printed(document)
        except transient:
            raise
        except Exception as error:
            made.failures.append(PrintFailure(bill_number=document.bill.number, reason=_reason_of(error)))
            continue
        sha256 = hashlib.sha256(body).hexdigest()
        made.bodies.append(body)
        made.printed.append(printed_document(document, pages=pages, sha256=sha256, size_bytes=len(body)))
    return made


def _keep(part: Part, bodies: Iterable[bytes], files: PrintFiles) -> PartReport:
    kept = files.put_part(part, bodies)
    return PartReport(
        batch_id=part.batch_id,
        shard=part.shard,
        key=kept.key,
        sha256=kept.sha256,
        printed=len(part.printed),
        paperless=len(part.left_out),
    )


def _shard_failed(batch_id: BatchId, shard: Shard, reason: str) -> PartReport:
    failure = PrintFailure(bill_number="", reason=reason)
    return PartReport(batch_id=batch_id, shard=shard, failures=(failure,))


def _reason_of(error: Exception) -> str:
    """Why something failed, without what a foreign error may quote of a bill."""
    if isinstance(error, Refusal):
        return f"{error.code}: {error.message}"[:_LONGEST_REASON]
    return f"fault of this program: {type(error).__name__}"
