"""Usage that was read, kept on disk, and brought into memory part by part: each part whole accounts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.compare import combined
from chalicelib.columnar.part_rating import Comparing, PartRating
from chalicelib.columnar.usage_cells import ACCOUNT, GOOD, MOST_PLACES, RATE_CLASS, Places, one, quoted
from chalicelib.columnar.usage_table import Coded, UsageTable
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.usecases.ports.simulation import Compared, NothingToRate, Terms


class UsageStore:
    """Usage (the port) in a table `raw` of DuckDB, its rows checked (usage_cells.py)."""

    def __init__(
        self,
        store: duckdb.DuckDBPyConnection,
        *,
        places: Places,
        row_count: int,
        rejected: Sequence[RejectedRow],
        units: Mapping[str, Unit | None],
        unit: Unit | None,
        determinants: Sequence[str],
        events: Sequence[str],
        rating: PartRating,
        rows_a_part: int,
    ) -> None:
        self._store = store
        self._places = places
        self._units = units
        self._unit = unit or next((known for known in units.values() if known is not None), Unit.CCF)
        self._rating = rating
        self._rows_a_part = rows_a_part
        self.files: Sequence[str] = places.files
        self.row_count = row_count
        self.rejected = rejected
        self.attributes: Sequence[str] = tuple(determinants)
        self.events: Sequence[str] = tuple(events)
        self.positions: bool = bool(one(store, f"SELECT count(*) FROM raw WHERE position <> '' AND {GOOD}"))
        self.tariffs: Sequence[str] = _names(store, "raw", "tariff", where=GOOD)
        self._good: int
        [(self._good, self._first_day, self._end)] = store.execute(  # ISO days sort as text
            f"""SELECT count(*), min("from")::DATE, max("to")::DATE FROM raw WHERE {GOOD}"""
        ).fetchall()
        self._decimals: int = int(
            one(store, f"SELECT max(length(rtrim(split_part(usage, '.', 2), '0'))) FROM raw WHERE {GOOD}")
            or 0
        )

    @property
    def days(self) -> tuple[date, date]:
        """See Usage."""
        if not self.row_count:
            raise NothingToRate(f"there is no row in {', '.join(self.files)}: give the usage of a year")
        if not self._good:
            raise NothingToRate(
                f"not one of the {self.row_count:,} rows can be used, such as {self.rejected[0]}"
            )
        return self._first_day, self._end

    def parts(self) -> Iterator[UsageTable]:
        """All rows that were understood, an account's all in one part, in the order of the files."""
        count = max(-(-self._good // self._rows_a_part), 1)
        for number in range(count):
            here = f" AND hash({ACCOUNT}) % {count} = {number}" if count > 1 else ""
            self._store.execute(
                "CREATE OR REPLACE TEMP TABLE part AS "
                f"SELECT rowid AS place, * FROM raw WHERE {GOOD}{here} ORDER BY rowid"
            )
            yield self._table()

    def compare(self, *, now: Terms, proposed: Terms, by: Sequence[str]) -> Compared:
        """See Usage."""
        comparing = Comparing(now=now, proposed=proposed, by=by)
        sums = self._rating.sums(self.parts(), comparing, rows=self._good)
        return combined(sums, now=now, proposed=proposed, row_count=self.row_count)

    def _table(self) -> UsageTable:
        texts = {
            "account": ACCOUNT,
            "agreement": "agreement",
            "tariff": "tariff",
            "class": RATE_CLASS,
            "unit": "unit",
            "position": "lower(position)",
        }
        texts |= {f"determinant {name}": quoted(name) for name in self.attributes}
        texts |= {f"event {name}": quoted(name) for name in self.events}
        names: dict[str, Sequence[str]] = {}
        selected = [
            "place",
            '"from"::DATE AS first_day',
            '"to"::DATE AS end_day',
            "usage <> '' AS metered",
            "CASE scheduled_days WHEN '' THEN 0 ELSE scheduled_days::INTEGER END AS scheduled_days",
            f"(CAST(CASE usage WHEN '' THEN '0' ELSE usage END AS DECIMAL(28, {MOST_PLACES})) "
            f"* {10**self._decimals})::BIGINT AS usage",
        ]
        for number, (name, expression) in enumerate(texts.items()):
            names[name] = _names(self._store, "part", expression)
            self._store.execute(f"DROP TYPE IF EXISTS text{number}")
            if names[name]:
                self._store.execute(
                    f"CREATE TYPE text{number} AS ENUM "
                    f"(SELECT DISTINCT {expression} AS name FROM part ORDER BY name)"
                )
                selected.append(f"enum_code(({expression})::text{number}) AS code{number}")
            else:
                selected.append(f"0 AS code{number}")
        columns = self._store.execute(f"SELECT {', '.join(selected)} FROM part ORDER BY place").fetchnumpy()
        coded = {
            name: Coded(columns[f"code{number}"].astype(np.int64), tuple(names[name]))
            for number, name in enumerate(texts)
        }
        rows = columns["place"].astype(np.int64)
        files, lines = self._places.of(rows)
        return UsageTable(
            row=rows,
            file=Coded(files, self._places.files),
            line=lines,
            account=coded["account"],
            agreement=coded["agreement"],
            tariff=coded["tariff"],
            rate_class=coded["class"],
            units=tuple(self._units.get(text) or self._unit for text in coded["unit"].names),
            unit=coded["unit"].codes,
            start=_days(columns["first_day"]),
            end=_days(columns["end_day"]),
            metered=columns["metered"].astype(np.bool_),
            usage=columns["usage"].astype(np.int64),
            places=self._decimals,
            determinants={name: coded[f"determinant {name}"] for name in self.attributes},
            events={name: coded[f"event {name}"] for name in self.events},
            position=coded["position"],
            scheduled_days=columns["scheduled_days"].astype(np.int64),
        )


def _names(
    store: duckdb.DuckDBPyConnection, table: str, expression: str, *, where: str = "true"
) -> tuple[str, ...]:
    query = f"SELECT DISTINCT {expression} AS name FROM {table} WHERE {where} ORDER BY name"
    return tuple(str(row[0]) for row in store.execute(query).fetchall())


def _days(column: NDArray[Any]) -> NDArray[np.datetime64]:
    return column.astype("datetime64[D]")
