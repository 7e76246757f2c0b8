"""Usage in memory: rows of files as columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.quantity import Unit


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: `names` in order, each once, and by row the index of its name."""

    codes: NDArray[np.int64]
    names: tuple[str, ...]

    def texts(self, rows: NDArray[np.int64] | slice = slice(None)) -> NDArray[np.str_]:
        """The texts of some rows."""
        return np.array(self.names or ("",), dtype=np.str_)[self.codes[rows]]

    def taken(self, rows: NDArray[np.int64]) -> Coded:
        """Some rows of the column."""
        return Coded(self.codes[rows], self.names)

    def renamed(self, names: Mapping[str, str]) -> Coded:
        """The column with some texts in place of others."""
        after = [names.get(name, name) for name in self.names]
        known = sorted(set(after))
        place = {name: index for index, name in enumerate(known)}
        codes = np.array([place[name] for name in after] or [0], dtype=np.int64)
        return Coded(codes[self.codes], tuple(known))


def joined(columns: Iterable[Coded]) -> Coded:
    """Columns one below the other."""
    parts = list(columns)
    names = tuple(sorted({name for part in parts for name in part.names}))
    place = {name: index for index, name in enumerate(names)}
    codes = [
        np.array([place[name] for name in part.names] or [0], dtype=np.int64)[part.codes] for part in parts
    ]
    return Coded(np.concatenate(codes), names)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTable:
    """Rows of usage as columns. `units` are by the code in `unit`; `metered` says where usage was given.

    Where nobody said how many days a period was to have, `scheduled_days` is 0. `row` numbers the rows among
    all that were read; `file` and `line` say where they stand.
    """

    row: NDArray[np.int64]
    file: Coded
    line: NDArray[np.int64]
    account: Coded
    agreement: Coded
    tariff: Coded
    rate_class: Coded
    units: tuple[Unit, ...]
    unit: NDArray[np.int64]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    metered: NDArray[np.bool_]
    usage: NDArray[np.int64]
    places: int
    determinants: Mapping[str, Coded]
    events: Mapping[str, Coded]
    position: Coded
    scheduled_days: NDArray[np.int64]

    def rows_of(self, unit: Unit, rows: NDArray[np.int64], tariff: Coded) -> UsageRows:
        """Some rows, all of one unit, on `tariff`."""
        return UsageRows(
            agreement=self.agreement.texts(rows),
            tariff=tariff.texts(rows),
            start=self.start[rows],
            end=self.end[rows],
            usage=self.usage[rows],
            places=self.places,
            unit=unit,
            determinants={name: column.texts(rows) for name, column in self.determinants.items()},
            metered=self.metered[rows],
            events={name: column.texts(rows) for name, column in self.events.items()},
            position=self.position.texts(rows),
            scheduled_days=self.scheduled_days[rows],
        )
