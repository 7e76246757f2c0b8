"""Port: a folder of delimited files that somebody hands us."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row


class RowSource(Protocol):
    """Files by name, read row by row."""

    def has(self, file: str) -> bool:
        """Whether there is such a file."""

    def names(self) -> list[str]:
        """The names of all files, in order."""

    def rows(self, file: str, columns: Columns) -> Iterator[Row | RejectedRow]:
        """The rows of a file, in order; none if there is no such file.

        Raises HeaderRefused when its first line does not fit `columns`, FileNotText when it is not text.
        """
