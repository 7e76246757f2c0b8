"""Rows that were not taken, shown on the screen and written to a file."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chalicelib.domain.kernel.rows import RejectedRow
from cli.output import err

_SHOWN = 20
COLUMNS = ("file", "line", "column", "reason", "mend")


def print_rejected(
    rows: Sequence[RejectedRow], *, report_file: Path | None, option: str = "--report FILE"
) -> None:
    """Show the first rows, and say where the rest are, or which `option` lists them."""
    print_rows(f"Refused: {len(rows):,} rows", rows, report_file=report_file, option=option)


def print_rows(
    title: str, rows: Sequence[RejectedRow], *, report_file: Path | None, option: str = "--report FILE"
) -> None:
    """Show the first of some rows under a title, and say where the rest are, or which `option` lists them."""
    if not rows:
        return
    err.print(f"[bold]{title}[/]")
    for row in rows[:_SHOWN]:
        err.print(f"  {row}", markup=False, soft_wrap=True)
    if len(rows) > _SHOWN:
        where = f"see {report_file}" if report_file else f"{option} lists all"
        err.print(f"  … and {len(rows) - _SHOWN:,} more ({where})", markup=False)


def write_rejected(path: Path, rows: Sequence[RejectedRow]) -> None:
    """Write all rows as CSV, with the columns of COLUMNS."""
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        writer.writerows(tuple(document_of(row).values()) for row in rows)


def document_of(row: RejectedRow) -> dict[str, Any]:
    """A row as JSON shows it. Its cells are left out: they may be somebody's name."""
    return {name: getattr(row, name) for name in COLUMNS}
