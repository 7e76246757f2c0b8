"""A folder of CSV files on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row
from chalicelib.files.delimited import read_delimited


class FolderMissing(Refusal):
    """There is no such folder."""


class CsvFolder:
    """RowSource on a folder of UTF-8 CSV files with a header line."""

    def __init__(self, path: Path) -> None:
        if not path.is_dir():
            raise FolderMissing(
                f"{path} is not a folder: name the folder that holds the CSV files", path=str(path)
            )
        self._path = path

    def has(self, file: str) -> bool:
        """See RowSource."""
        return (self._path / file).is_file()

    def names(self) -> list[str]:
        """See RowSource."""
        return sorted(path.name for path in self._path.iterdir() if path.suffix == ".csv")

    def rows(self, file: str, columns: Columns) -> Iterator[Row | RejectedRow]:
        """See RowSource."""
        return read_delimited(self._path / file, columns=columns) if self.has(file) else iter(())

    def line_count(self, file: str) -> int:
        """How many lines a file has after its header, roughly: for progress bars."""
        if not self.has(file):
            return 0
        with (self._path / file).open("rb") as text:
            return max(0, sum(block.count(b"\n") for block in iter(lambda: text.read(1 << 20), b"")) - 1)
