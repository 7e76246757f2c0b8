"""Billed usage as CSV: the form that simulations read."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from chalicelib.usecases.ports.simulation import BilledUsage

COLUMNS = (
    *("account", "agreement", "class", "tariff", "from", "to", "usage", "unit"),
    *("position", "scheduled_days"),
)


class CsvUsageWriter:
    """UsageWriter on a CSV file, which appears under its name when it is whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, rows: Iterable[BilledUsage], *, determinants: Sequence[str]) -> int:
        """See UsageWriter."""
        partial = self._path.with_name(f"{self._path.name}.part")
        try:
            count = self._write(partial, rows, determinants)
            partial.replace(self._path)
        finally:
            partial.unlink(missing_ok=True)
        return count

    def _write(self, partial: Path, rows: Iterable[BilledUsage], determinants: Sequence[str]) -> int:
        count = 0
        with partial.open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow((*COLUMNS, *determinants))
            for row in rows:
                count += 1
                writer.writerow(
                    (
                        row.account,
                        row.agreement,
                        row.rate_class,
                        row.tariff,
                        row.start.isoformat(),
                        row.end.isoformat(),
                        "" if row.usage is None else format(row.usage, "f"),
                        row.unit,
                        row.position.value,
                        "" if row.scheduled_days is None else row.scheduled_days,
                        *(row.determinants.get(name, "") for name in determinants),
                    )
                )
        return count
