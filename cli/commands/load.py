"""`headgate load`: bring the registry in from a folder of CSV files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib.domain.kernel.rows import RowOutcome, RowReport
from chalicelib.usecases.load_registry import FILES
from chalicelib.usecases.registry_load.intake import LoadJob
from cli.desk import day_of
from cli.loading import load_folder
from cli.output import JsonOption, out, print_json
from cli.rejected_rows import document_of, print_rejected, write_rejected


def command(
    folder: Annotated[Path, typer.Argument(help="The folder with the CSV files (docs/loading.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and report; store nothing.")] = False,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write refused rows to this CSV file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Load the registry and opening balances. Safe to repeat; exit code 1 when rows were refused."""
    job, report = load_folder(folder, today=day_of(None), dry_run=dry_run)
    if report_file is not None:
        write_rejected(report_file, report.rejected)
    if as_json:
        print_json(_document(report, job))
    else:
        _print(report, dry_run=dry_run)
        print_rejected(report.rejected, report_file=report_file)
    if report.rejected:
        raise typer.Exit(1)


def _document(report: RowReport, job: LoadJob) -> dict[str, Any]:
    files = {
        name: {outcome.value: report.count(outcome, file=name) for outcome in RowOutcome}
        | {"refused": sum(row.file == name for row in report.rejected)}
        for name in _files(report)
    }
    return {
        "load_id": job.load_id,
        "dry_run": job.dry_run,
        "rows": report.row_count,
        **{outcome.value: report.count(outcome) for outcome in RowOutcome},
        "refused": len(report.rejected),
        "files": files,
        "refused_rows": [document_of(row) for row in report.rejected],
    }


def _print(report: RowReport, *, dry_run: bool) -> None:
    if dry_run:
        out.print("[bold]Dry run: nothing was stored[/]")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("File")
    for name in (*(outcome.value for outcome in RowOutcome), "refused"):
        table.add_column(name.capitalize(), justify="right")
    for name in _files(report):
        refused = sum(row.file == name for row in report.rejected)
        counts = [report.count(outcome, file=name) for outcome in RowOutcome]
        table.add_row(name, *(f"{count:,}" if count else "" for count in (*counts, refused)))
    out.print(table)


def _files(report: RowReport) -> list[str]:
    seen = {file for file, _ in report.accepted} | {row.file for row in report.rejected}
    return [name for name in FILES if name in seen]
