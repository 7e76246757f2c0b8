"""Delimited text (CSV and its relatives) read into rows that know their file and line."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row

_LONGEST_CELL = 4096
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class FileNotText(Refusal):
    """A file is not text in the expected encoding."""


def read_delimited(
    path: Path,
    *,
    columns: Columns,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    header: Sequence[str] | None = None,
) -> Iterator[Row | RejectedRow]:
    """Yield every row of a file, in order; rows that cannot be cut into cells come as RejectedRow.

    A file named `.gz` is uncompressed on the way. Names in the first line are stripped; empty lines are
    skipped. `header` names the columns of a file that has no header line. Lines count from 1 as an editor
    shows them: a row with line breaks inside quotes is named by its first line. Raises HeaderRefused and
    FileNotText, the latter also halfway through the file.
    """
    try:
        with _opened(path, encoding) as text:
            yield from _rows(text, path.name, columns, delimiter, header)
    except UnicodeDecodeError as error:
        raise FileNotText(
            f"{path.name} is not {encoding.removesuffix('-sig')} text (byte {error.start}): "
            "save it as UTF-8, or name its encoding",
            file=path.name,
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise FileNotText(
            f"{path.name} cannot be uncompressed: it is cut off or damaged; fetch it anew, or send it plain",
            file=path.name,
        ) from None


def _opened(path: Path, encoding: str) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding=encoding, newline="")
    return path.open(encoding=encoding, newline="")


def _rows(
    text: Iterator[str], file: str, columns: Columns, delimiter: str, header: Sequence[str] | None
) -> Iterator[Row | RejectedRow]:
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    names = list(header) if header is not None else None
    if names is not None:
        columns.check(names, file=file)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            yield RejectedRow(file=file, line=line, column="", reason=str(error), mend="check the quotes")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = [cell.strip() for cell in cells]
            columns.check(names, file=file)
            continue
        yield _row(file, line, names, cells)
    if names is None:
        columns.check([], file=file)


def _row(file: str, line: int, names: Sequence[str], cells: Sequence[str]) -> Row | RejectedRow:
    if len(cells) != len(names):
        return RejectedRow(
            file=file,
            line=line,
            column="",
            reason=f"has {len(cells)} cells, the header has {len(names)}",
            mend="put cells with a separator inside in quotes",
            cells=tuple(cell.strip() for cell in cells),
        )
    for name, cell in zip(names, cells, strict=True):
        if len(cell) > _LONGEST_CELL or _CONTROL.search(cell):
            return RejectedRow(
                file=file,
                line=line,
                column=name,
                reason="holds control characters or is overlong",
                mend="clean the cell",
            )
    return Row(
        file=file, line=line, cells={name: cell.strip() for name, cell in zip(names, cells, strict=True)}
    )
