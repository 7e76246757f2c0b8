"""What is rated over columns: a row is one agreement's period, with its usage and its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.simulation.dated_cells import read_cell
from chalicelib.domain.tariffs.request import Position, RatingRequest

_FIRST_DAY, _LAST_DAY = np.datetime64(date.min, "D"), np.datetime64(date.max, "D")


class UnevenRows(Refusal):
    """The columns of one table differ in length, or hold something other than they should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRows:
    """Rows by column, all of one length.

    `agreement` and `tariff` are texts; `start` and `end` days (half-open); `usage` counts of 10^-`places`
    `unit`, as the register measures it. `metered` is false where there is no usage at all (None: nowhere).
    `determinants` and `events`: for each name the cell of every row (domain/simulation/dated_cells.py), ""
    for none. `position` says where its bill stands ("" or None: a regular one), `scheduled_days` how many
    days its period was to have (0 or None: nobody said). A row is billed on the day its period ends.
    """

    agreement: NDArray[Any]
    tariff: NDArray[Any]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    usage: NDArray[np.int64]
    places: int
    unit: Unit
    determinants: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    metered: NDArray[np.bool_] | None = None
    events: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    position: NDArray[Any] | None = None
    scheduled_days: NDArray[np.int64] | None = None

    def __post_init__(self) -> None:
        named = {"agreement": self.agreement, "tariff": self.tariff, "start": self.start, "end": self.end}
        for name, column in {**named, **self.facts}.items():
            if len(column) != len(self):
                raise UnevenRows(f"{name} has {len(column)} rows, usage has {len(self)}: give all the same")
        if self.usage.dtype != np.int64:
            raise UnevenRows(f"usage is {self.usage.dtype}: scale it to 64-bit integers")
        for name, days in (("start", self.start), ("end", self.end)):
            if days.dtype != np.dtype("datetime64[D]") or np.isnat(days).any():
                raise UnevenRows(f"{name} is {days.dtype}: give a day (datetime64[D]) for every row")
            if len(days) and not _FIRST_DAY <= days.min() <= days.max() <= _LAST_DAY:
                raise UnevenRows(f"{name} has days before the year 1 or after 9999: correct them")

    def __len__(self) -> int:
        return len(self.usage)

    def first(self, size: int) -> UsageRows:
        """The first `size` rows."""
        return UsageRows(
            agreement=self.agreement[:size],
            tariff=self.tariff[:size],
            start=self.start[:size],
            end=self.end[:size],
            usage=self.usage[:size],
            places=self.places,
            unit=self.unit,
            determinants={name: column[:size] for name, column in self.determinants.items()},
            metered=None if self.metered is None else self.metered[:size],
            events={name: column[:size] for name, column in self.events.items()},
            position=None if self.position is None else self.position[:size],
            scheduled_days=None if self.scheduled_days is None else self.scheduled_days[:size],
        )

    @property
    def facts(self) -> Mapping[str, NDArray[Any]]:
        """The columns of attributes and of events."""
        return {**self.determinants, **self.events}

    @property
    def frame(self) -> Iterator[NDArray[Any]]:
        """The columns that say, beside the facts, which bill a row is."""
        yield from (self.tariff, self.start, self.end)
        yield from (column for column in (self.position, self.scheduled_days) if column is not None)

    def quantity(self, count: int) -> Quantity:
        """`count` of usage as a quantity."""
        return Quantity(Fraction(count, 10**self.places), self.unit)

    def request(self, row: int) -> RatingRequest:
        """What itemised rating is asked for `row`. Raises EmptyPeriod."""
        start, end = self.start[row].item(), self.end[row].item()
        cells = {name: (str(column[row]), date.min) for name, column in self.determinants.items()}
        cells |= {name: (str(column[row]), start) for name, column in self.events.items()}
        metered = self.metered is None or bool(self.metered[row])
        return RatingRequest(
            tariff=Dated.since(date.min, str(self.tariff[row])),
            period=Period(start, end),
            bill_date=end,
            usage=self.quantity(int(self.usage[row])) if metered else None,
            determinants={
                name: read_cell(text, since=since) for name, (text, since) in cells.items() if text
            },
            position=Position.REGULAR
            if self.position is None
            else Position(str(self.position[row]) or "regular"),
            scheduled_days=None if self.scheduled_days is None else int(self.scheduled_days[row]) or None,
        )
