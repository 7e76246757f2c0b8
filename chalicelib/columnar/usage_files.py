"""Files of usage, CSV or Parquet, read into columns: every row taken, or rejected with line and reason.

Every cell is looked at as text, so that no number passes through a binary float: a DOUBLE of Parquet counts
as the shortest decimal that stands for it.
"""

from __future__ import annotations

import csv
import gzip
import zlib
from array import array
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from glob import glob
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

import duckdb

from chalicelib.columnar.part_rating import PartRating
from chalicelib.columnar.usage_cells import COLUMNS, OPTIONAL, REQUIRED, Places, checked, one
from chalicelib.columnar.usage_store import UsageStore
from chalicelib.columnar.watched import interruptible, watched
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import Columns, HeaderRefused, RejectedRow, Row
from chalicelib.usecases.ports.simulation import Progress

_PARQUET = (".parquet", ".pq")
_TEXT = (".csv", ".csv.gz")
_OTHER_MARKS = (";", "\t", "|")
_MEMORY = "1GB"  # what goes beyond it while files are read waits on disk


class UsageFileMissing(Refusal):
    """There is no file of usage where one was named."""


class UnreadableUsageFile(Refusal):
    """A file cannot be read as what its name says it is."""


# A text file's rows one by one, with their lines; slower, for files that have rows cut wrongly.
CarefulReader = Callable[[Path, Columns], Iterator[Row | RejectedRow]]


class _Taken(NamedTuple):
    """What was taken of one file: so many rows, on these lines."""

    name: str
    rows: int
    lines: Sequence[int]
    rejected: Sequence[RejectedRow]


class DuckUsageFiles:
    """UsageSource on a file, a folder or a pattern.

    `unit` is that of rows which name none. `ignored` are columns that may be there and mean nothing.
    """

    def __init__(
        self,
        path: str,
        *,
        careful: CarefulReader,
        rating: PartRating,
        unit: Unit | None = None,
        ignored: Collection[str] = (),
        progress: Progress,
        rows_a_part: int,
    ) -> None:
        self._path = path
        self._careful = careful
        self._rating = rating
        self._rows_a_part = rows_a_part
        self._unit = unit
        self._ignored = frozenset(ignored)
        self._progress = progress

    @contextmanager
    def open(self, *, determinants: Collection[str], events: Collection[str]) -> Iterator[UsageStore]:
        """See UsageSource. Raises UsageFileMissing, UnreadableUsageFile, HeaderRefused, FileNotText."""
        files = _files(self._path)
        headers = [_header(file) for file in files]
        known = tuple(name for name in (*determinants, *events) if name not in COLUMNS)
        columns = Columns(required=REQUIRED, optional=(*OPTIONAL, *known, *sorted(self._ignored)))
        for file, header in zip(files, headers, strict=True):
            columns.check(header, file=file.name)
            if "unit" not in header and self._unit is None:
                raise HeaderRefused(
                    f"{file.name}: no column says what unit usage is in: add 'unit', or say --unit",
                    file=file.name,
                )
        there = {name for header in headers for name in header}
        used = tuple(name for name in known if name in there)
        with (
            interruptible(),
            TemporaryDirectory() as scratch,
            duckdb.connect(Path(scratch) / "usage.duckdb") as store,
        ):
            store.execute(f"SET memory_limit = '{_MEMORY}'")
            names = ", ".join(f"{_quoted(name)} VARCHAR" for name in (*COLUMNS, *used))
            store.execute(f'CREATE TABLE raw ("#file" INTEGER, {names})')
            taking = _Taking(store, columns, self._careful, Path(scratch))
            taken = self._take(taking, files, headers)
            with watched(store, self._telling("Checking", 0, sum(one.rows for one in taken))):
                usage = self._checked(store, taken, used, events)
            yield usage

    def _take(self, taking: _Taking, files: Sequence[Path], headers: Sequence[Sequence[str]]) -> list[_Taken]:
        """Every file, telling how many of all their lines are read."""
        sizes = [_line_count(file) for file in files]
        taken = []
        for number, (file, header) in enumerate(zip(files, headers, strict=True)):
            before, name = sum(sizes[:number]), _name(file, self._path)
            with watched(taking.store, self._telling("Reading", before, sizes[number], sum(sizes))):
                taken.append(taking.take(file, number, header, lines=sizes[number], name=name))
        return taken

    def _telling(self, title: str, before: int, here: int, whole: int | None = None) -> Callable[[int], None]:
        """Tells of a part of a whole that is so many percent done."""
        return lambda percent: self._progress(title, before + here * percent // 100, whole or here)

    def _checked(
        self,
        store: duckdb.DuckDBPyConnection,
        taken: Sequence[_Taken],
        used: Sequence[str],
        events: Collection[str],
    ) -> UsageStore:
        attributes = tuple(name for name in used if name not in events)
        happened = tuple(name for name in used if name in events)
        names, rows, lines = zip(*((one.name, one.rows, one.lines) for one in taken), strict=True)
        places = Places(names, rows, lines)
        found = checked(store, places=places, unit=self._unit, determinants=attributes, events=happened)
        miscut = [row for one in taken for row in one.rejected]
        order = {name: number for number, name in enumerate(places.files)}
        return UsageStore(
            store,
            places=places,
            row_count=sum(rows) + len(miscut),
            rejected=sorted([*miscut, *found.rejected], key=lambda row: (order[row.file], row.line)),
            units=found.units,
            unit=self._unit,
            determinants=attributes,
            events=happened,
            rating=self._rating,
            rows_a_part=self._rows_a_part,
        )


def _files(path: str) -> list[Path]:
    place = Path(path)
    if place.is_dir():
        found = [file for file in sorted(place.rglob("*")) if file.name.endswith((*_PARQUET, *_TEXT))]
    elif place.is_file():
        found = [place]
    else:
        found = sorted(Path(file) for file in glob(path, recursive=True))  # noqa: PTH207 - any root
    if not found:
        raise UsageFileMissing(
            f"{path} is neither a file nor a folder with CSV or Parquet files, nor a pattern that finds any",
            path=path,
        )
    return found


def _name(file: Path, path: str) -> str:
    """What a file is called in reports: within a folder by its place there."""
    return str(file.relative_to(path)) if Path(path).is_dir() else file.name


def _is_parquet(file: Path) -> bool:
    return file.suffix in _PARQUET


def _header(file: Path) -> list[str]:
    if not _is_parquet(file):
        with _readable(file), _opened(file) as text:
            cells = next((cells for cells in csv.reader(text) if any(cell.strip() for cell in cells)), [])
        other = next((mark for mark in _OTHER_MARKS if len(cells) == 1 and mark in cells[0]), "")
        if other:
            raise HeaderRefused(
                f"{file.name}: the cells are parted by {other!r}: save the file with commas", file=file.name
            )
        return [cell.strip() for cell in cells]
    with duckdb.connect() as store:
        try:
            described = store.execute("SELECT * FROM read_parquet(?) LIMIT 0", [str(file)]).description
        except duckdb.Error as error:
            raise _unreadable(file, error) from None
    return [str(column[0]) for column in described or ()]


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Raise UnreadableUsageFile for what is no text, or cannot be uncompressed."""
    try:
        yield
    except UnicodeDecodeError:
        raise UnreadableUsageFile(f"{file} is not UTF-8 text: save it as UTF-8", file=str(file)) from None
    except csv.Error as error:
        raise UnreadableUsageFile(f"{file} cannot be read: {error}", file=str(file)) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadableUsageFile(
            f"{file} cannot be uncompressed: it is cut off or damaged; fetch it anew", file=str(file)
        ) from None


def _opened(file: Path) -> IO[str]:
    if file.suffix == ".gz":
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")


class _Taking(NamedTuple):
    """Files go into the table, each one's rows in their order."""

    store: duckdb.DuckDBPyConnection
    columns: Columns
    careful: CarefulReader
    scratch: Path

    def take(self, file: Path, number: int, header: Sequence[str], *, lines: int, name: str) -> _Taken:
        """Take one file of so many lines, the fast way if rows and lines are one for one."""
        if _is_parquet(file):
            try:
                rows = _insert(self.store, "read_parquet(?)", [str(file)], number, header)
            except duckdb.Error as error:
                raise _unreadable(file, error) from None
            return _Taken(name, rows, range(1, rows + 1), ())
        self.store.begin()  # rows that are deleted would leave a gap in the numbers of rows
        try:
            found = _insert(self.store, *_as_text(file, header), number, header)
        except duckdb.InterruptException:
            raise
        except duckdb.Error:
            found = None
        if found is not None and found + 1 == lines:
            self.store.commit()
            return _Taken(name, found, range(2, found + 2), ())
        self.store.rollback()
        return self._take_with_care(file, number, header, name)

    def _take_with_care(self, file: Path, number: int, header: Sequence[str], name: str) -> _Taken:
        clean = self.scratch / f"{number}.csv"
        lines = array("q")
        rejected: list[RejectedRow] = []
        with clean.open("w", encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(header)
            for row in self.careful(file, self.columns):
                if isinstance(row, RejectedRow):
                    rejected.append(replace(row, file=name))
                else:
                    lines.append(row.line)
                    writer.writerow([row.cells[name] for name in header])
        rows = _insert(self.store, *_as_text(clean, header), number, header)
        return _Taken(name, rows, lines, rejected)


def _as_text(file: Path, header: Sequence[str]) -> tuple[str, list[str]]:
    names = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in header)
    options = "header=true, auto_detect=false, delim=',', quote='\"', escape='\"', strict_mode=true"
    return f"read_csv(?, columns={{{names}}}, {options})", [str(file)]


def _insert(
    store: duckdb.DuckDBPyConnection,
    source: str,
    parameters: list[str],
    number: int,
    header: Sequence[str],
) -> int:
    wanted = [row[1] for row in store.execute("PRAGMA table_info('raw')").fetchall()][1:]
    cells = ", ".join(_cell(name) if name in header else "''" for name in wanted)
    done = store.execute(f"INSERT INTO raw SELECT {number}, {cells} FROM {source}", parameters).fetchone()
    return int(done[0]) if done else 0


def _cell(name: str) -> str:
    """The text of a cell; of a point in time that is midnight, the day."""
    cell = f"trim(coalesce({_quoted(name)}::VARCHAR, ''))"
    return f"regexp_replace({cell}, '[ T]00:00:00(\\.0+)?$', '')" if name in ("from", "to") else cell


def _line_count(file: Path) -> int:
    """Lines of a file, one without an end counted too; of Parquet the rows."""
    if _is_parquet(file):
        with duckdb.connect() as store:
            return int(one(store, f"SELECT count(*) FROM read_parquet({_literal(str(file))})"))
    lines, last = 0, b"\n"
    with _readable(file), gzip.open(file) if file.suffix == ".gz" else file.open("rb") as content:
        while block := content.read(1 << 22):
            lines += block.count(b"\n")
            last = block
    return lines + (not last.endswith(b"\n"))


def _unreadable(file: Path, error: Exception | str) -> UnreadableUsageFile:
    first = str(error).partition("\n")[0]
    return UnreadableUsageFile(f"{file} cannot be read: {first}", file=str(file))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
