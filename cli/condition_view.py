"""Conditions on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib.domain.kernel.rows import RowOutcome
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.lifecycle import CONDITION, TariffLife
from chalicelib.tariff_documents.conditions import LoadedCondition
from chalicelib.usecases.add_readings import Readings
from cli.output import err, out
from cli.rejected_rows import print_rejected


def declaration_document(life: TariffLife) -> dict[str, Any]:
    """What became of a revision, for programs."""
    return {
        "condition": life.reference,
        "in_force": life.is_published,
        "fingerprint": life.fingerprint,
        "makers": sorted(life.makers),
    }


def print_declaration(life: TariffLife, *, has_readers: bool = True) -> None:
    """Say whether a revision is in force, or who has to approve it how.

    A name that no published tariff looks up may be misspelled.
    """
    name = life.code.removeprefix(CONDITION)
    if life.is_published:
        out.print(f"{name} revision {life.version}  [green]in force[/]")
        return
    out.print(
        f"{name} revision {life.version}  [yellow]declared[/] by {', '.join(sorted(life.makers))}  "
        f"[dim]{life.fingerprint[:12]}[/]\nTo have somebody else put it in force: {life.review_command} "
        f"--approve {life.fingerprint[:12]}",
        soft_wrap=True,
    )
    if not has_readers:
        err.print(
            f"[yellow]No published tariff looks {name} up: publish one that does, or correct the name.[/]"
        )


def plain_condition(loaded: LoadedCondition) -> dict[str, Any]:
    """A condition's document, for programs."""
    plain: dict[str, Any] = loaded.document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return plain


def print_conditions(loaded: Sequence[LoadedCondition], *, today: date) -> None:
    """One line a condition, with what holds today."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Condition", no_wrap=True)
    for title in ("Revision", "Differs by", f"On {today}"):
        table.add_column(title)
    for one in loaded:
        condition = one.condition
        table.add_row(
            condition.name,
            str(condition.revision),
            condition.by or "",
            _today(condition, today),
        )
    out.print(table if loaded else "No condition is in force.")


def _today(condition: Condition, today: date) -> str:
    if condition.readings:
        return f"measured to before {max(one[-1].period.end for one in condition.readings.values())}"
    held = {key: condition.on(today, key=key) for key in sorted(condition.histories)}
    return ", ".join(f"{key}: {value}" if key else str(value) for key, value in held.items() if value)


def print_condition(loaded: LoadedCondition) -> None:
    """Everything a condition declares, in order of days."""
    document = loaded.document
    title = f"[bold]{document.label or document.condition}[/]"
    by = f", by {document.by}" if document.by else ""
    out.print(f"\n{title}  {document.condition} revision {document.revision}{by}")
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("From")
    if document.readings:
        table.add_column("To before")
    table.add_column(document.unit or "Value", justify="right")
    table.add_column("Authority", style="dim")
    for entry in document.values:
        said = entry.value or ", ".join(f"{key}: {value}" for key, value in entry.each.items())
        table.add_row(str(entry.start), said, entry.authority)
    for reading in document.readings:
        said = ", ".join(f"{key}: {n:f}" if key else f"{n:f}" for key, n in reading.amounts().items())
        table.add_row(str(reading.start), str(reading.end), said, "")
    out.print(table)


def print_readings(name: str, readings: Readings, *, report_file: Path | None) -> None:
    """What became of a file of readings."""
    out.print(f"[bold]{name}[/]" + ("" if readings.has_changed else ": nothing has changed"))
    for outcome in RowOutcome:
        out.print(f"  {outcome.value:<10} {readings.report.count(outcome):>8,}")
    out.print(f"  {'refused':<10} {len(readings.report.rejected):>8,}")
    print_rejected(readings.report.rejected, report_file=report_file)
