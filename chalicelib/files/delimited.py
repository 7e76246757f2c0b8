"""Delimited text (CSV and its relatives) read into rows that know their file and line."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rows import RejectedRow, Row

_LONGEST_CELL = 4096


class HeaderRefused(Refusal):
    """A file's first line lacks needed columns or has unknown ones. Nothing of the file is read."""


class FileNotText(Refusal):
    """A file is not text in the expected encoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The columns a file must and may have.

    Columns that start with one of `open_prefixes` are free ("determinant:…"). With `others_allowed` unknown
    columns are ignored: right for a vendor's export, wrong for our own formats, where it hides a typing slip.
    """

    required: Sequence[str]
    optional: Sequence[str] = ()
    open_prefixes: tuple[str, ...] = ()
    others_allowed: bool = False

    def check(self, header: Sequence[str], *, file: str) -> None:
        """Raise HeaderRefused unless `header` fits."""
        known = [*self.required, *self.optional]
        problems = [f"column {name!r} is missing" for name in self.required if name not in header]
        problems += [
            f"column {name!r} stands twice" for name in sorted(set(header)) if header.count(name) > 1
        ]
        if not self.others_allowed:
            for name in header:
                if name not in known and not (self.open_prefixes and name.startswith(self.open_prefixes)):
                    near = get_close_matches(name, known, n=1)
                    hint = f": did you mean {near[0]!r}?" if near else ""
                    problems.append(f"column {name!r} is unknown{hint}")
        if problems:
            raise HeaderRefused(
                f"{file}: {'; '.join(problems)} (columns: {', '.join(known)})", file=file, problems=problems
            )


def read_delimited(
    path: Path,
    *,
    columns: Columns,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    header: Sequence[str] | None = None,
) -> Iterator[Row | RejectedRow]:
    """Yield every row of a file, in order; rows that cannot be cut into cells come as RejectedRow.

    Names in the first line are stripped; empty lines are skipped. `header` names the columns of a file that
    has no header line. Lines count from 1 as an editor shows them: a row with line breaks inside quotes is
    named by its first line. Raises HeaderRefused and FileNotText, the latter also halfway through the file.
    """
    try:
        with path.open(encoding=encoding, newline="") as text:
            yield from _rows(text, path.name, columns, delimiter, header)
    except UnicodeDecodeError as error:
        raise FileNotText(
            f"{path.name} is not {encoding.removesuffix('-sig')} text (byte {error.start}): "
            "save it as UTF-8, or name its encoding",
            file=path.name,
        ) from None


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
        )
    for name, cell in zip(names, cells, strict=True):
        if len(cell) > _LONGEST_CELL or any(
            ord(character) < 32 and character not in "\t\r\n" for character in cell
        ):
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
