"""Ports: a utility's usage that can be rated whole, and the file that usage is written to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, Protocol

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rows import RejectedRow
from chalicelib.domain.simulation.figures import Comparison
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.rating import TariffBook, compile_book
from chalicelib.domain.tariffs.request import Position
from chalicelib.domain.tariffs.version import TariffVersion

# What is being done, how many are done, and of how many.
Progress = Callable[[str, int, int], None]


class NothingToRate(Refusal):
    """Not one row of the usage can be rated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One side of a comparison: versions that hold for all days from `since` on, conditions on their days.

    `moved` says which tariff's agreements are on another one.
    """

    versions: Sequence[TariffVersion]
    conditions: Sequence[Condition]
    moved: Mapping[str, str]
    since: date

    def book(self) -> TariffBook:
        """The versions and conditions, compiled."""
        lifted = (replace(version, effective_from=self.since) for version in self.versions)
        return compile_book([*lifted, *self.conditions])


class Compared(NamedTuple):
    """A comparison, and the rows that one of its sides refused."""

    comparison: Comparison
    refused: Sequence[RejectedRow]


class Usage(Protocol):
    """Rows of usage that were understood, and those that were not."""

    @property
    def files(self) -> Sequence[str]:
        """The names of the files it was read from."""

    @property
    def row_count(self) -> int:
        """All rows of the files."""

    @property
    def rejected(self) -> Sequence[RejectedRow]:
        """The rows that could not be understood."""

    @property
    def days(self) -> tuple[date, date]:
        """The first day of service and the day after the last. Raises NothingToRate when there is no row."""

    @property
    def tariffs(self) -> Sequence[str]:
        """The tariff codes that the rows name."""

    @property
    def attributes(self) -> Sequence[str]:
        """The columns of attributes that it has."""

    @property
    def events(self) -> Sequence[str]:
        """The columns of events that it has."""

    @property
    def positions(self) -> bool:
        """Whether it says of any bill that it is an opening, a regular or a closing one."""

    def compare(self, *, now: Terms, proposed: Terms, by: Sequence[str]) -> Compared:
        """Rate every row on both sides, and sum up.

        `by` names columns by which accounts are grouped, beside class and usage. Raises NothingToRate.
        """


class UsageSource(Protocol):
    """Files of usage."""

    def open(
        self, *, determinants: Collection[str], events: Collection[str]
    ) -> AbstractContextManager[Usage]:
        """Read every row. `determinants` and `events` are what tariffs declare; unknown columns are refused.

        Raises HeaderRefused, FileNotText, and what says that there is no file.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledUsage:
    """What an agreement was billed for in one period. `usage` is None where nothing is metered.

    `determinants` holds cells of attributes and of events (domain/simulation/dated_cells.py).
    `scheduled_days`: days the period was to have (None: not known). `rate_class` may be left out: then a
    simulation takes the tariff for the class.
    """

    account: str
    agreement: str
    tariff: str
    start: date
    end: date
    usage: Decimal | None
    unit: str
    determinants: Mapping[str, str]
    rate_class: str = ""
    position: Position = Position.REGULAR
    scheduled_days: int | None = None


class UsageWriter(Protocol):
    """A file that usage is written to, for simulations to read."""

    def write(self, rows: Iterable[BilledUsage], *, determinants: Sequence[str]) -> int:
        """Write the file whole, a column for each of `determinants`; returns how many rows."""


class SimulationReports(Protocol):
    """Where simulations are written down."""

    def write(self, folder: Path, simulation: Simulation, left_out: Sequence[RejectedRow]) -> Sequence[Path]:
        """Write the report's files into `folder`, which is made if need be; returns them."""

    def document(self, simulation: Simulation) -> object:
        """What the report's JSON says, as plain data."""
