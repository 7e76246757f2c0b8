"""`headgate print`: all bills of a closed run as one file for the print vendor."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.domain.documents.print_batch import BatchId, PrintBatch, PrintForm
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId
from chalicelib.usecases.assemble_print_batch import assemble_print_batch, fetch_print_batch
from chalicelib.usecases.print_batch import BatchProgress, print_progress, start_print_batch
from cli.cloud.session import use_stack
from cli.desk import actor
from cli.output import JsonOption, err, out, print_json, progress_bar, steps
from cli.print_view import batch_document, print_batch_page, print_batches
from cli.print_workers import print_shards

app = typer.Typer(help="The print vendor's file: all bills of a run.", no_args_is_help=True)

BatchArgument = Annotated[
    str, typer.Argument(metavar="BATCH", help="The batch's id (`headgate print list`).")
]


class FolderMissing(Refusal):
    """A folder to write to is not there."""


@app.command()
def start(
    run: Annotated[str, typer.Argument(metavar="RUN", help="A closed run (`headgate billrun list`).")],
    form: Annotated[
        PrintForm, typer.Option("--as", help="Finished pages, or the bill documents themselves.")
    ] = PrintForm.PDF,
    sheets: Annotated[
        int | None, typer.Option(min=1, help="Sheets one envelope takes. Default: 8.", show_default=False)
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes that print at the same time.")] = 2,
    as_json: JsonOption = False,
) -> None:
    """Print a run's bills into one batch, or go on with one that was interrupted. Ctrl-C is safe."""
    use_stack()
    batch = start_print_batch(
        run_id=RunId(run),
        form=form,
        most_sheets=sheets,
        actor=actor(),
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        batches=bootstrap.print_batches(),
    )
    if batch.finished is None:
        try:
            _print_what_is_left(_progress(batch.batch_id), workers=workers)
            with steps("Making the file"):
                batch = _assembled(batch)
        except KeyboardInterrupt:
            err.print("Interrupted; what is printed is kept. The same command again goes on from here.")
            raise typer.Exit(130) from None
    _show(_progress(batch.batch_id), as_json=as_json)


@app.command()
def show(batch: BatchArgument, as_json: JsonOption = False) -> None:
    """Show a batch: control totals and the file, or how far it is and what failed."""
    use_stack()
    _show(_progress(BatchId(batch)), as_json=as_json)


@app.command("list")
def list_batches(as_json: JsonOption = False) -> None:
    """List all batches, newest period first."""
    use_stack()
    found = bootstrap.print_batches().batches()
    if as_json:
        print_json([batch_document(batch) for batch in found])
    else:
        print_batches(found)


@app.command()
def fetch(
    batch: BatchArgument,
    to: Annotated[Path, typer.Option("--to", help="The folder that the file is written to.")],
    as_json: JsonOption = False,
) -> None:
    """Write a finished batch's file to a folder, as BATCH.zip, and check it."""
    use_stack()
    if not to.is_dir():
        raise FolderMissing(f"{to} is not a folder: make it first", folder=str(to))
    file = to / f"{batch}.zip"
    with steps(f"Fetching {batch}"):
        finished = fetch_print_batch(
            batch_id=BatchId(batch),
            to=file,
            batches=bootstrap.print_batches(),
            files=bootstrap.print_files(),
        )
    if as_json:
        print_json({"file": str(file), "sha256": finished.sha256, "size_bytes": finished.size_bytes})
    else:
        out.print(f"[bold]{file}[/]  {finished.size_bytes:,} bytes\n[dim]SHA-256 {finished.sha256}[/]")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A batch's file, as sent.")],
    as_json: JsonOption = False,
) -> None:
    """Hold a file against its own manifest: every hash, count and sum. Needs no cloud."""
    from chalicelib.rendering.print_file import check_print_file

    manifest = check_print_file(file)
    totals = manifest.totals
    if as_json:
        print_json({"batch_id": manifest.batch_id, "sound": True, "totals": totals})
    else:
        out.print(
            f"[bold]{manifest.batch_id}[/] is sound: {totals.printed:,} documents in {totals.envelopes:,} "
            f"envelopes, {totals.paperless:,} bills left out."
        )


@app.command()
def schema() -> None:
    """Print the JSON Schema of the manifest inside a batch's file."""
    from chalicelib.rendering.print_file import json_schema

    print_json(json_schema())


def _progress(batch_id: BatchId) -> BatchProgress:
    return print_progress(
        batch_id,
        operations=bootstrap.operations_store(),
        artefacts=bootstrap.run_artefacts(),
        batches=bootstrap.print_batches(),
    )


def _print_what_is_left(progress: BatchProgress, *, workers: int) -> None:
    with progress_bar("Printing", progress.run.tally.billed, unit="bills") as bar:
        done = progress.bills_done

        def draw(in_hand: int) -> None:
            bar.update(done=done + in_hand)

        draw(0)
        for report in print_shards(progress.batch, progress.to_do, workers=workers, in_hand=draw):
            done += report.printed + report.paperless
            draw(0)


def _assembled(batch: PrintBatch) -> PrintBatch:
    with tempfile.TemporaryDirectory(prefix="headgate-print-") as folder:
        return assemble_print_batch(
            batch_id=batch.batch_id,
            actor=actor(),
            now=datetime.now(UTC),
            folder=Path(folder),
            operations=bootstrap.operations_store(),
            artefacts=bootstrap.run_artefacts(),
            batches=bootstrap.print_batches(),
            files=bootstrap.print_files(),
            bindery=bootstrap.bindery(),
        )


def _show(progress: BatchProgress, *, as_json: bool) -> None:
    if as_json:
        print_json(batch_document(progress.batch, progress=progress))
    else:
        print_batch_page(progress)
