"""The cells of usage files: what may stand in each column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.kernel.quantity import Unit, UnknownUnit
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.tariffs.request import Position

REQUIRED = ("agreement", "tariff", "from", "to", "usage")
OPTIONAL = ("account", "class", "unit", "position", "scheduled_days")
COLUMNS = (*REQUIRED, *OPTIONAL)
MOST_PLACES = 6
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)$"
_TOO_FINE = rf"\.\d{{{MOST_PLACES}}}\d*[1-9]"
_TOO_LARGE = r"^[+-]?0*[1-9]\d{9}"
_CONTROL = r"[\x00-\x1f]"
_POSITIONS = tuple(position.value for position in Position)
_DATED = r"(^|;)\s*\d{4}-\d{2}-\d{2}="
_HAPPENED = r"(\d+(\.\d*)?|\.\d+)"
_ON_A_DAY = rf"\s*\d{{4}}-\d{{2}}-\d{{2}}=\s*{_HAPPENED}\s*"
_EVENTS = rf"^({_HAPPENED}|{_ON_A_DAY}(;{_ON_A_DAY})*)$"
ACCOUNT = "CASE account WHEN '' THEN agreement ELSE account END"
RATE_CLASS = "CASE class WHEN '' THEN tariff ELSE class END"
GOOD = '"#flaw" IS NULL'


class _Check(NamedTuple):
    """A row is rejected where `fails` holds; {value} in the reason is what stands in `column`."""

    column: str
    fails: str
    reason: str
    mend: str


_FILLED = [_Check(name, f"{name} = ''", "is empty", "fill it in") for name in ("agreement", "tariff")]
_DAYS = [
    _Check(
        name,
        f'NOT regexp_matches("{name}", \'{_DAY}\') OR try_cast("{name}" AS DATE) IS NULL '
        f"OR try_cast(\"{name}\" AS DATE) NOT BETWEEN DATE '1900-01-01' AND DATE '2200-01-01'",
        "{value!r} is not a date",
        "write it like 2026-11-30",
    )
    for name in ("from", "to")
]
_CHECKS = [
    *_FILLED,
    *_DAYS,
    _Check(
        "to",
        'try_cast("to" AS DATE) <= try_cast("from" AS DATE)',
        "{value} does not come after the first day of service",
        "write the day of the closing read, which is not billed itself",
    ),
    _Check(
        "usage",
        f"usage <> '' AND NOT regexp_matches(usage, '{_NUMBER}')",
        "{value!r} is not a number",
        "write digits with '.' before the fraction",
    ),
    _Check(
        "usage",
        f"regexp_matches(usage, '{_TOO_FINE}')",
        f"{{value}} has more than {MOST_PLACES} digits after the point",
        "round it, or keep it as DECIMAL: a binary float is taken only where its shortest decimal fits",
    ),
    _Check("usage", f"regexp_matches(usage, '{_TOO_LARGE}')", "{value} is beyond all measure", "check it"),
    _Check(
        "position",
        f"lower(position) NOT IN {('', *_POSITIONS)}",
        "{value!r} is no position of a bill",
        f"use one of {', '.join(_POSITIONS)}, or leave it empty",
    ),
    _Check(
        "scheduled_days",
        "scheduled_days <> '' AND NOT regexp_matches(scheduled_days, '^0*[1-9]\\d{0,2}$')",
        "{value!r} is no number of days",
        "write how many days the period was to have, or leave it empty",
    ),
]


class Checked(NamedTuple):
    """What the checks found: the rows that failed, and the units by how they are spelled."""

    rejected: Sequence[RejectedRow]
    units: Mapping[str, Unit | None]


def checked(
    store: duckdb.DuckDBPyConnection,
    *,
    places: Places,
    unit: Unit | None,
    determinants: Sequence[str],
    events: Sequence[str] = (),
) -> Checked:
    """Mark the rows in the table `raw` of `store` that cannot be understood; GOOD selects the others."""
    units = _units(store)
    checks = [*_CHECKS, *_of_units(units, unit), *_of_texts(store, (*determinants, *events))]
    checks += [check for name in determinants for check in _of_changes(name)]
    checks += [check for name in events for check in _of_events(name)]
    cases = " ".join(f"WHEN {check.fails} THEN {number}" for number, check in enumerate(checks))
    store.execute('ALTER TABLE raw ADD COLUMN "#flaw" INTEGER')
    store.execute(f'UPDATE raw SET "#flaw" = CASE {cases} END')
    checks.append(
        _Check(
            "from", "", "{value}: days that another row of the agreement bills already", "correct one of them"
        )
    )
    _mark_overlaps(store, len(checks) - 1)
    return Checked(_rejected(store, checks, places), units)


class Places:
    """Where each row of the table stands: the file, and the line in it."""

    def __init__(self, files: Sequence[str], rows: Sequence[int], lines: Sequence[Sequence[int]]) -> None:
        self.files = tuple(files)
        self._lines = lines
        self._starts = np.cumsum([0, *rows])

    def of(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The places of rows: indexes of `files`, and lines."""
        files = np.searchsorted(self._starts, rows, side="right") - 1
        found = np.zeros(len(rows), dtype=np.int64)
        for file in np.unique(files).tolist():
            lines, here = self._lines[file], files == file
            numbers = rows[here] - self._starts[file]
            if isinstance(lines, range):
                found[here] = lines.start + numbers
            else:
                found[here] = np.asarray(lines, dtype=np.int64)[numbers]
        return files, found


def _units(store: duckdb.DuckDBPyConnection) -> dict[str, Unit | None]:
    """The units named in the table; None for what is not one."""
    found: dict[str, Unit | None] = {}
    for (text,) in store.execute("SELECT DISTINCT unit FROM raw WHERE unit <> ''").fetchall():
        try:
            found[text] = Unit.parse(text)
        except UnknownUnit:
            found[text] = None
    return found


def _of_units(units: dict[str, Unit | None], unit: Unit | None) -> list[_Check]:
    unknown = [text for text, known in units.items() if known is None]
    among = ", ".join("'" + text.replace("'", "''") + "'" for text in unknown)
    known = ", ".join(one.value for one in Unit)
    checks = []
    if unknown:
        checks.append(_Check("unit", f"unit IN ({among})", "unknown unit {value!r}", f"use one of {known}"))
    if unit is None:
        checks.append(
            _Check("unit", "unit = '' AND usage <> ''", "is empty", "name the unit of usage, or say --unit")
        )
    return checks


def _of_texts(store: duckdb.DuckDBPyConnection, determinants: Sequence[str]) -> list[_Check]:
    names = ("account", "agreement", "tariff", "class", *determinants)
    together = ", ".join(map(quoted, names))
    if not one(store, f"SELECT count(*) FROM raw WHERE regexp_matches(concat({together}), '{_CONTROL}')"):
        return []
    return [
        _Check(
            name,
            f"regexp_matches({quoted(name)}, '{_CONTROL}')",
            "holds control characters",
            "clean the cell",
        )
        for name in names
    ]


def _of_changes(name: str) -> list[_Check]:
    """Attributes may change within the period, and on the day of its closing read."""
    cell, days = quoted(name), _days_in(name)
    dated = f"regexp_matches({cell}, '{_DATED}')"
    return [
        _misdated(name, dated, days),
        _Check(
            name,
            f'{dated} AND (list_min({days}) <= "from" OR list_max({days}) > "to")',
            "{value!r} changes outside of the period",
            "give the value that holds at first, and changes after the first day up to the closing read",
        ),
    ]


def _of_events(name: str) -> list[_Check]:
    cell, days = quoted(name), _days_in(name)
    return [
        _Check(
            name,
            f"{cell} <> '' AND NOT regexp_matches({cell}, '{_EVENTS}')",
            "{value!r} does not say what happened when",
            "write 2026-10-20=1, days parted by ';': how many times, or for how much money",
        ),
        _Check(
            name,
            rf"{cell} <> '' AND regexp_matches({cell}, '(^|=)\s*(0+(\.0*)?|\.0+)\s*(;|$)')",
            "{value!r} has an event of nothing",
            "leave out what did not happen",
        ),
        _misdated(name, f"contains({cell}, '=')", days),
        _Check(
            name,
            f'contains({cell}, \'=\') AND (list_min({days}) < "from" OR list_max({days}) >= "to")',
            "{value!r} has a day that is not billed in the period",
            "write it to the row that has the day",
        ),
    ]


def _misdated(name: str, dated: str, days: str) -> _Check:
    return _Check(
        name,
        f"{dated} AND (len(list_filter({days}, lambda day: try_cast(day AS DATE) IS NULL)) > 0 "
        f"OR {days} <> list_sort(list_distinct({days})))",
        "{value!r} has days that are none, or do not follow one another",
        "write each day once, in order",
    )


def _days_in(name: str) -> str:
    return rf"regexp_extract_all({quoted(name)}, '(\d{{4}}-\d{{2}}-\d{{2}})=', 1)"


def _mark_overlaps(store: duckdb.DuckDBPyConnection, flaw: int) -> None:
    """A later row that bills a day of an earlier one of the same agreement is marked."""
    store.execute(
        f"""
        UPDATE raw SET "#flaw" = {flaw} FROM (
            SELECT rowid AS place, "from", max("to") OVER (
                PARTITION BY {ACCOUNT}, agreement ORDER BY "from", rowid
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS billed_until FROM raw WHERE {GOOD}
        ) AS seen WHERE raw.rowid = seen.place AND seen."from" < seen.billed_until
        """  # ISO days sort as text
    )


def _rejected(
    store: duckdb.DuckDBPyConnection, checks: Sequence[_Check], places: Places
) -> list[RejectedRow]:
    found = []
    for number, check in enumerate(checks):
        bad = store.execute(
            f'SELECT rowid, {quoted(check.column)} FROM raw WHERE "#flaw" = {number} ORDER BY rowid'
        ).fetchall()
        files, lines = places.of(np.array([row for row, _ in bad], dtype=np.int64))
        for (_, value), file, line in zip(bad, files.tolist(), lines.tolist(), strict=True):
            found.append(
                RejectedRow(
                    file=places.files[file],
                    line=line,
                    column=check.column,
                    reason=check.reason.format(value=value),
                    mend=check.mend,
                )
            )
    return found


def one(store: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = store.execute(query).fetchone()
    return row[0] if row else None


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
