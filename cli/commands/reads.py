"""`headgate reads`: bring register reads in, and look at them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.metering.import_report import ImportReport
from cli.cloud.session import use_stack
from cli.loading import import_read_file
from cli.output import JsonOption, err, out, print_json
from cli.rejected_rows import print_rows

app = typer.Typer(help="Import register reads, and look at them.", no_args_is_help=True)

_SHOWN = 20


class MeterUnknown(Refusal):
    """No meter has this number."""


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A delimited file, plain or .gz.")],
    mapping_file: Annotated[Path, typer.Option("--mapping", help="What its columns mean (docs/reads.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Look and report; store nothing.")] = False,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write rejected and odd rows to this CSV file.")
    ] = None,
    allow_rejected: Annotated[
        bool, typer.Option("--allow-rejected", help="Exit 0 also when rows were rejected.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Import a file of reads. Safe to interrupt and to repeat; exit code 1 when rows were rejected."""
    report = import_read_file(file, mapping_file=mapping_file, dry_run=dry_run)
    if report_file is not None:
        _write_rows(report_file, report)
    if as_json:
        print_json(_document(report, dry_run=dry_run))
    else:
        _print(report, dry_run=dry_run, report_file=report_file)
    if report.rejected and not allow_rejected:
        raise typer.Exit(1)


@app.command("list")
def list_reads(
    meter_number: Annotated[str, typer.Argument(metavar="METER", help="The number on the meter.")],
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD")
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Not included."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the stored reads of a meter's registers, by default those of the last thirteen months."""
    use_stack()
    placement = bootstrap.registry_store().find_meters([meter_number]).get(meter_number)
    if placement is None:
        raise MeterUnknown(
            f"no meter has the number {meter_number}: check the number", meter_number=meter_number
        )
    end = until.date() if until else date.today() + timedelta(days=1)  # noqa: DTZ011 - the user's own today
    start = since.date() if since else end - timedelta(days=396)
    found = bootstrap.read_store().reads_of(placement.registers.values(), since=start, until=end)
    rows = [(position, read) for position, one in sorted(placement.registers.items()) for read in found[one]]
    if as_json:
        print_json([{"position": position, "read": read} for position, read in rows])
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("Register", "Day", "Taken at (UTC)"):
        table.add_column(title, no_wrap=True)
    table.add_column("Dials", justify="right", no_wrap=True)
    for title in ("Quality", "Source"):
        table.add_column(title)
    for position, read in rows:
        value = format(read.value, "f")
        table.add_row(
            position,
            str(read.read_on),
            f"{read.taken_at.astimezone(UTC):%Y-%m-%d %H:%M}",
            value,
            read.quality.value,
            read.source,
        )
    out.print(table if rows else f"No reads from {start} to before {end}.")


def _document(report: ImportReport, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "rows": report.rows,
        "recorded": report.recorded,
        "duplicate": report.duplicate,
        "superseded": {reason.value: count for reason, count in sorted(report.superseded.items())},
        "rejected": report.rejected,
        "remarkable": report.remarkable,
        "unmet_boundaries": report.unmet,
    }


def _print(report: ImportReport, *, dry_run: bool, report_file: Path | None) -> None:
    out.print("[bold]Dry run: nothing was stored[/]" if dry_run else "[bold]Imported[/]")
    counts = {"rows": report.rows, "recorded": report.recorded, "there already": report.duplicate}
    counts |= {reason.value.replace("_", " "): n for reason, n in sorted(report.superseded.items())}
    counts |= {"rejected": len(report.rejected)}
    for name, count in counts.items():
        out.print(f"  {name:<20} {count:>12,}")
    for title, rows in (("Rejected", report.rejected), ("Set aside", report.remarkable)):
        print_rows(title, rows, report_file=report_file)
    if report.unmet:
        err.print(f"{len(report.unmet)} boundaries have no usable row near enough:")
        for one in report.unmet[:_SHOWN]:
            err.print(f"  meter {one.meter_number} register {one.position}: {one.day}", soft_wrap=True)
        if len(report.unmet) > _SHOWN:
            err.print(f"  … and {len(report.unmet) - _SHOWN} more (--json lists all)")


def _write_rows(report_file: Path, report: ImportReport) -> None:
    with report_file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(("fate", "line", "column", "reason", "mend"))
        for fate, rows in (("rejected", report.rejected), ("set aside", report.remarkable)):
            writer.writerows((fate, row.line, row.column, row.reason, row.mend) for row in rows)
