"""Billed usage as Parquet: the same columns as the CSV, with days as days and usage as exact decimals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from chalicelib.columnar.usage_cells import MOST_PLACES
from chalicelib.usecases.ports.simulation import BilledUsage, UsageWriter


class ParquetUsageWriter:
    """UsageWriter on a Parquet file, by way of the text that `text` writes: memory stays small."""

    def __init__(self, path: Path, *, text: Callable[[Path], UsageWriter]) -> None:
        self._path = path
        self._text = text

    def write(self, rows: Iterable[BilledUsage], *, determinants: Sequence[str]) -> int:
        """See UsageWriter."""
        with TemporaryDirectory(dir=self._path.parent) as scratch, duckdb.connect() as store:
            plain, whole = Path(scratch) / "usage.csv", Path(scratch) / "usage.parquet"
            count = self._text(plain).write(rows, determinants=determinants)
            store.execute(
                f"""
                COPY (
                    SELECT * REPLACE (
                        "from"::DATE AS "from", "to"::DATE AS "to", usage::DECIMAL(18, {MOST_PLACES}) AS usage
                    ) FROM read_csv(?, header=true, all_varchar=true, delim=',', quote='"', escape='"')
                ) TO '{_literal(whole)}' (FORMAT parquet)
                """,
                [str(plain)],
            )
            whole.replace(self._path)
        return count


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")
