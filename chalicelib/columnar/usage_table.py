"""Usage in memory: the rows of files as columns, and how they are rated and summed up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.usecases.ports.simulation import Compared, NothingToRate, Terms


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of texts: `names` in order, each once, and by row the index of its name."""

    codes: NDArray[np.int64]
    names: tuple[str, ...]

    def texts(self, rows: NDArray[np.int64] | slice = slice(None)) -> NDArray[np.str_]:
        """The texts of some rows."""
        return np.array(self.names or ("",), dtype=np.str_)[self.codes[rows]]

    def renamed(self, names: Mapping[str, str]) -> Coded:
        """The column with some texts in place of others."""
        after = [names.get(name, name) for name in self.names]
        known = sorted(set(after))
        place = {name: index for index, name in enumerate(known)}
        codes = np.array([place[name] for name in after] or [0], dtype=np.int64)
        return Coded(codes[self.codes], tuple(known))


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageTable:
    """Usage (the port) as columns. `units` are by the code in `unit`; `metered` says where usage was given.

    `row` numbers the rows among all that were read; `place_of` gives the file and the line of such a number.
    """

    files: Sequence[str]
    row_count: int
    rejected: Sequence[RejectedRow]
    place_of: Callable[[int], tuple[str, int]]
    row: NDArray[np.int64]
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

    @property
    def days(self) -> tuple[date, date]:
        """See Usage."""
        if not len(self.row):
            raise NothingToRate(
                f"not one of the {self.row_count:,} rows can be used: correct what is said of them"
            )
        return self.start.min().item(), self.end.max().item()

    @property
    def tariffs(self) -> Sequence[str]:
        """See Usage."""
        return self.tariff.names

    @property
    def attributes(self) -> Sequence[str]:
        """See Usage."""
        return tuple(self.determinants)

    def compare(self, *, now: Terms, proposed: Terms, by: Sequence[str]) -> Compared:
        """See Usage."""
        from chalicelib.columnar.compare import compare

        return compare(self, now=now, proposed=proposed, by=by)

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
        )
