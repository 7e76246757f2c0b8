"""Random rows for the tariffs of `strategies`: most can be rated, some lack or misstate something."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.quantity import Unit
from tests.unit.columnar.strategies import ATTRIBUTES, START


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


def mostly(*usual: str, else_: Sequence[str]) -> st.SearchStrategy[str]:
    """One of the `usual` ones, now and then another."""
    times = 12 * max(len(else_), 1) // len(usual)
    return st.sampled_from([*usual * max(times, 1), *else_])


numbers = st.decimals("0.5", "40", places=2).map(str) | st.sampled_from(["8", "12", "20.00"])
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
            name: np.array([getattr(row, name) for row in listed]).astype(texts) for name in ATTRIBUTES
        },
        metered=np.array([row.metered for row in listed]),
    )
