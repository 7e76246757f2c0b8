"""Random rows for the tariffs of `strategies`: most can be rated, some lack or misstate something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.quantity import Unit
from tests.unit.columnar.strategies import ATTRIBUTES, EVENTS, START


class Row(NamedTuple):
    """One row, readable when a test fails; usage in hundredths."""

    tariff: str
    start: int
    days: int
    usage: int
    metered: bool
    meter_size: str
    zone: str
    dwelling_units: str
    low_income: str
    exempt: str
    budget: str
    winter: str
    area: str
    position: str = ""
    scheduled_days: int = 0
    changes_on: int | None = None
    happened: tuple[tuple[int, str], ...] = ()

    @property
    def first_day(self) -> date:
        return START + timedelta(days=self.start)

    def cell(self, name: str) -> str:
        """An attribute; zone and budget are others from the day `changes_on`."""
        then = {"zone": "E", "budget": "3.50"}.get(name)
        if self.changes_on is None or then is None:
            return str(getattr(self, name))
        return f"{getattr(self, name)}; {self.first_day + timedelta(days=self.changes_on)}={then}"

    @property
    def event(self) -> str:
        """What happened, where there is but one and it has no day: the plain form."""
        days = dict(self.happened)
        if [*days] == [0]:
            return days[0]
        return "; ".join(f"{self.first_day + timedelta(days=day)}={days[day]}" for day in sorted(days))


def mostly(*usual: str, else_: Sequence[str]) -> st.SearchStrategy[str]:
    """One of the `usual` ones, now and then another."""
    times = 12 * max(len(else_), 1) // len(usual)
    return st.sampled_from([*usual * max(times, 1), *else_])


numbers = st.decimals("0.5", "40", places=2).map(str) | st.sampled_from(["8", "12", "20.00"])
events = st.sampled_from(["1", "2", "83.25"])
random_rows = st.builds(
    Row,
    tariff=mostly("R-1", "R-2", else_=["R-3"]),
    start=st.integers(-20, 30),
    days=st.integers(20, 40) | st.integers(1, 70) | st.just(30),
    usage=st.integers(0, 3000) | st.integers(0, 300) | st.integers(0, 60_000) | st.integers(-1, 0),
    metered=st.sampled_from([*[True] * 9, False]),
    meter_size=mostly("5/8", "1", "1.0", else_=["2", ""]),
    zone=st.sampled_from(["N", "S"]),
    dwelling_units=mostly("1", "3", else_=["0", ""]),
    low_income=mostly("yes", "no", "", else_=["perhaps"]),
    exempt=mostly("no", "Y", "", else_=[]),
    budget=numbers | numbers | mostly("0", "10", else_=["", "1e3", " 7 ", "-2", "many"]),
    winter=numbers | st.sampled_from(["", "0", "9", "+9.50", "1e1", ".5"]),
    area=st.just("") | numbers,
    position=mostly("", "regular", else_=["opening", "opening", "closing"]),
    scheduled_days=st.sampled_from([0, 30, 30, 31]),
    changes_on=st.none() | st.none() | st.integers(1, 30),
    happened=st.just(()) | st.lists(st.tuples(st.integers(0, 40), events), max_size=3).map(tuple),
)


def usage_rows(listed: Sequence[Row], *, unit: Unit, texts: str = "U") -> UsageRows:
    """`listed` as columns, texts in arrays of kind `texts`."""
    starts = np.datetime64(START, "D") + np.array([row.start for row in listed], dtype="timedelta64[D]")
    return UsageRows(
        agreement=np.arange(len(listed)).astype(texts),
        tariff=np.array([row.tariff for row in listed]).astype(texts),
        start=starts,
        end=starts + np.array([row.days for row in listed], dtype="timedelta64[D]"),
        usage=np.array([row.usage for row in listed], dtype=np.int64),
        places=2,
        unit=unit,
        determinants={
            name: np.array([row.cell(name) for row in listed]).astype(texts) for name in ATTRIBUTES
        },
        events={name: np.array([row.event for row in listed]).astype(texts) for name in EVENTS},
        position=np.array([row.position for row in listed]).astype(texts),
        scheduled_days=np.array([row.scheduled_days for row in listed], dtype=np.int64),
        metered=np.array([row.metered for row in listed]),
    )
