"""The cells of usage files: what may stand in each column, and how they become whole numbers and codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.usage_table import Coded, UsageTable
from chalicelib.domain.kernel.quantity import Unit, UnknownUnit
from chalicelib.domain.kernel.rows import RejectedRow

REQUIRED = ("agreement", "tariff", "from", "to", "usage")
OPTIONAL = ("account", "class", "unit")
COLUMNS = (*REQUIRED, *OPTIONAL)
MOST_PLACES = 6
_DAY = r"^\d{4}-\d{2}-\d{2}$"
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)$"
_TOO_FINE = rf"\.\d{{{MOST_PLACES}}}\d*[1-9]"
_TOO_LARGE = r"^[+-]?0*[1-9]\d{9}"
_CONTROL = r"[\x00-\x1f]"
_ACCOUNT = "CASE account WHEN '' THEN agreement ELSE account END"
_CLASS = "CASE class WHEN '' THEN tariff ELSE class END"
_GOOD = '"#flaw" IS NULL'


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
]


def table_of(
    store: duckdb.DuckDBPyConnection,
    *,
    files: Sequence[str],
    rows: Sequence[int],
    lines: Sequence[Sequence[int]],
    rejected: Sequence[RejectedRow],
    unit: Unit | None,
    determinants: Sequence[str],
) -> UsageTable:
    """The rows in the table `raw` of `store` as columns, with those rejected that cannot be understood.

    `files`, `rows` and `lines` say where they come from, file by file.
    """
    units = _units(store)
    checks = [*_CHECKS, *_of_units(units, unit), *_of_texts(store, determinants)]
    cases = " ".join(f"WHEN {check.fails} THEN {number}" for number, check in enumerate(checks))
    store.execute('ALTER TABLE raw ADD COLUMN "#flaw" INTEGER')
    store.execute(f'UPDATE raw SET "#flaw" = CASE {cases} END')
    checks.append(
        _Check(
            "from", "", "{value}: days that another row of the agreement bills already", "correct one of them"
        )
    )
    _mark_overlaps(store, len(checks) - 1)
    places = _Places(files, rows, lines)
    found = [*rejected, *_rejected(store, checks, places)]
    order = {name: number for number, name in enumerate(files)}
    return _columns(
        store,
        places=places,
        units=units,
        unit=unit,
        determinants=determinants,
        row_count=sum(rows) + len(rejected),
        rejected=sorted(found, key=lambda row: (order[row.file], row.line)),
    )


class _Places:
    """Where each row of the table stands: the file, and the line in it."""

    def __init__(self, files: Sequence[str], rows: Sequence[int], lines: Sequence[Sequence[int]]) -> None:
        self.files = tuple(files)
        self._lines = lines
        self._starts = np.cumsum([0, *rows])

    def of(self, row: int) -> tuple[str, int]:
        file = int(np.searchsorted(self._starts, row, side="right")) - 1
        return self.files[file], self._lines[file][row - int(self._starts[file])]


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
    together = ", ".join(map(_quoted, names))
    if not _one(store, f"SELECT count(*) FROM raw WHERE regexp_matches(concat({together}), '{_CONTROL}')"):
        return []
    return [
        _Check(
            name,
            f"regexp_matches({_quoted(name)}, '{_CONTROL}')",
            "holds control characters",
            "clean the cell",
        )
        for name in names
    ]


def _mark_overlaps(store: duckdb.DuckDBPyConnection, flaw: int) -> None:
    """A later row that bills a day of an earlier one of the same agreement is marked."""
    store.execute(
        f"""
        UPDATE raw SET "#flaw" = {flaw} FROM (
            SELECT rowid AS place, "from", max("to") OVER (
                PARTITION BY {_ACCOUNT}, agreement ORDER BY "from", rowid
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS billed_until FROM raw WHERE {_GOOD}
        ) AS seen WHERE raw.rowid = seen.place AND seen."from" < seen.billed_until
        """  # ISO days sort as text
    )


def _rejected(
    store: duckdb.DuckDBPyConnection, checks: Sequence[_Check], places: _Places
) -> list[RejectedRow]:
    found = []
    for number, check in enumerate(checks):
        bad = store.execute(
            f'SELECT rowid, {_quoted(check.column)} FROM raw WHERE "#flaw" = {number} ORDER BY rowid'
        ).fetchall()
        for row, value in bad:
            file, line = places.of(row)
            found.append(
                RejectedRow(
                    file=file,
                    line=line,
                    column=check.column,
                    reason=check.reason.format(value=value),
                    mend=check.mend,
                )
            )
    return found


def _columns(
    store: duckdb.DuckDBPyConnection,
    *,
    places: _Places,
    units: dict[str, Unit | None],
    unit: Unit | None,
    determinants: Sequence[str],
    row_count: int,
    rejected: Sequence[RejectedRow],
) -> UsageTable:
    decimals = _one(
        store, f"SELECT max(length(rtrim(split_part(usage, '.', 2), '0'))) FROM raw WHERE {_GOOD}"
    )
    digits = int(decimals or 0)
    texts = {
        "account": _ACCOUNT,
        "agreement": "agreement",
        "tariff": "tariff",
        "class": _CLASS,
        "unit": "unit",
    }
    texts |= {f"determinant {name}": _quoted(name) for name in determinants}
    names: dict[str, tuple[str, ...]] = {}
    selected = [
        "rowid AS place",
        '"from"::DATE AS first_day',
        '"to"::DATE AS end_day',
        "usage <> '' AS metered",
        f"(CAST(CASE usage WHEN '' THEN '0' ELSE usage END AS DECIMAL(28, {MOST_PLACES})) * {10**digits})"
        "::BIGINT AS usage",
    ]
    for number, (name, expression) in enumerate(texts.items()):
        found = store.execute(
            f"SELECT DISTINCT {expression} AS name FROM raw WHERE {_GOOD} ORDER BY name"
        ).fetchall()
        names[name] = tuple(str(row[0]) for row in found)
        if found:
            store.execute(
                f"CREATE TYPE text{number} AS ENUM "
                f"(SELECT DISTINCT {expression} AS name FROM raw WHERE {_GOOD} ORDER BY name)"
            )
            selected.append(f"enum_code(({expression})::text{number}) AS code{number}")
        else:
            selected.append(f"0 AS code{number}")
    unmetered = next((known for known in units.values() if known is not None), Unit.CCF)
    columns = store.execute(
        f"SELECT {', '.join(selected)} FROM raw WHERE {_GOOD} ORDER BY rowid"
    ).fetchnumpy()
    coded = {
        name: Coded(columns[f"code{number}"].astype(np.int64), names[name])
        for number, name in enumerate(texts)
    }
    return UsageTable(
        files=places.files,
        row_count=row_count,
        rejected=tuple(rejected),
        place_of=places.of,
        row=columns["place"].astype(np.int64),
        account=coded["account"],
        agreement=coded["agreement"],
        tariff=coded["tariff"],
        rate_class=coded["class"],
        units=tuple(units.get(text) or unit or unmetered for text in coded["unit"].names),
        unit=coded["unit"].codes,
        start=_days(columns["first_day"]),
        end=_days(columns["end_day"]),
        metered=columns["metered"].astype(np.bool_),
        usage=columns["usage"].astype(np.int64),
        places=digits,
        determinants={name: coded[f"determinant {name}"] for name in determinants},
    )


def _days(column: NDArray[Any]) -> NDArray[np.datetime64]:
    return column.astype("datetime64[D]")


def _one(store: duckdb.DuckDBPyConnection, query: str) -> Any:
    row = store.execute(query).fetchone()
    return row[0] if row else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
