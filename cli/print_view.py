"""Print batches on the screen, and as JSON documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from chalicelib.domain.documents.print_batch import FinishedFile, PrintBatch
from chalicelib.usecases.print_batch import BatchProgress
from cli.desk import money
from cli.output import out

_FAILURES_SHOWN = 20


def print_batch_page(progress: BatchProgress) -> None:
    """A batch's page."""
    batch = progress.batch
    state = "[green]finished[/]" if batch.finished else "[yellow]not finished[/]"
    out.print(
        f"\n[bold]{batch.batch_id}[/]  {batch.cycle} {batch.period}, {batch.form.value}  {state}",
        soft_wrap=True,
    )
    if batch.finished is not None:
        _print_totals(batch.finished)
        out.print(f"Fetch it: [bold]headgate print fetch {batch.batch_id} --to FOLDER[/]", soft_wrap=True)
        return
    out.print(f"{progress.bills_done:,} of {progress.run.tally.billed:,} bills are printed")
    failures = [(report.shard, failure) for report in progress.failed for failure in report.failures]
    for shard, failure in failures[:_FAILURES_SHOWN]:
        what = failure.bill_number or f"shard {shard}"
        out.print(f"[red]{escape(what)}[/]  {escape(failure.reason)}", soft_wrap=True)
    if len(failures) > _FAILURES_SHOWN:
        out.print(f"[dim]and {len(failures) - _FAILURES_SHOWN:,} more (--json lists all)[/]")
    command = f"headgate print start {batch.run_id} --as {batch.form.value}"
    out.print(f"Go on with it: [bold]{command}[/]", soft_wrap=True)


def _print_totals(finished: FinishedFile) -> None:
    totals = finished.totals
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column(justify="right")
    for name, count in (
        ("bills of the run", totals.bills),
        ("  printed", totals.printed),
        ("  paperless, not printed", totals.paperless),
        ("envelopes", totals.envelopes),
        ("pages", totals.pages),
        ("sheets", totals.sheets),
        *((f"insert {code}", count) for code, count in totals.inserts.items()),
    ):
        facts.add_row(name, "made by the vendor" if count is None else f"{count:,}")
    for currency, sums in totals.sums.items():
        facts.add_row("new charges, printed", money(sums.new_charges_minor, currency))
        facts.add_row("new charges, paperless", money(sums.paperless_new_charges_minor, currency))
        facts.add_row("amount due, printed", money(sums.amount_due_minor, currency))
    out.print(facts)
    out.print(
        f"[dim]{finished.size_bytes:,} bytes, finished {finished.finished_at:%Y-%m-%d %H:%M} UTC "
        f"by {finished.finished_by}\nSHA-256 {finished.sha256}[/]",
        soft_wrap=True,
    )


def print_batches(batches: Sequence[PrintBatch]) -> None:
    """The list of batches."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    # ids are copied: they are never cut short
    table.add_column("Batch", no_wrap=True, min_width=max((len(one.batch_id) for one in batches), default=0))
    table.add_column("Period")
    table.add_column("State")
    for title in ("Printed", "Paperless", "Envelopes"):
        table.add_column(title, justify="right")
    for batch in batches:
        if batch.finished is None:
            table.add_row(batch.batch_id, str(batch.period), "[yellow]not finished[/]", "", "", "")
            continue
        totals = batch.finished.totals
        counts = (f"{count:,}" for count in (totals.printed, totals.paperless, totals.envelopes))
        table.add_row(batch.batch_id, str(batch.period), "[green]finished[/]", *counts)
    out.print(table)


def batch_document(batch: PrintBatch, *, progress: BatchProgress | None = None) -> dict[str, Any]:
    """A batch as one JSON document; with how far it is where that was looked up."""
    document: dict[str, Any] = {
        "batch_id": batch.batch_id,
        "run_id": batch.run_id,
        "form": batch.form.value,
        "cycle": batch.cycle,
        "period": str(batch.period),
        "most_sheets": batch.most_sheets,
        "opened_at": batch.opened_at,
        "opened_by": batch.opened_by,
        "finished": batch.finished,
    }
    if progress is not None:
        document["bills"] = progress.run.tally.billed
        document["bills_done"] = progress.bills_done
        document["shards_left"] = list(progress.left)
        document["failed"] = [
            {"shard": report.shard, "bill_number": failure.bill_number, "reason": failure.reason}
            for report in progress.failed
            for failure in report.failures
        ]
    return document
