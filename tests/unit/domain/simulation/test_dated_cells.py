"""Cells that hold what changes or happens within a period: written and read, nothing lost."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated, EntriesOutOfOrder
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.simulation.dated_cells import (
    attribute_cell,
    changes_within,
    event_cell,
    last_value,
    read_cell,
)

JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))
values = st.sampled_from(["5/8", "1", "1-1/2", "yes", "12.50", "a b"])
days = st.dates(date(2026, 5, 20), date(2026, 7, 10))
histories = st.dictionaries(days, values).map(lambda found: Dated(tuple(sorted(found.items()))))


@given(histories)
def test_an_attribute_read_again_holds_the_same_on_every_day_of_the_period(history: Dated[str]) -> None:
    cell = attribute_cell(history, period=JUNE)  # type: ignore[arg-type]
    again = read_cell(cell, since=date.min)
    for day in [date(2026, 6, number) for number in range(1, 31)] + [JUNE.end]:
        assert (again.find(day) or None) == history.find(day), cell
    assert last_value(cell) == (history.find(JUNE.end) or "")


@given(histories)
def test_events_read_again_are_those_of_the_period(history: Dated[str]) -> None:
    cell = event_cell(history, period=JUNE)  # type: ignore[arg-type]
    kept = tuple(entry for entry in history.entries if entry[0] in JUNE)
    assert (read_cell(cell, since=JUNE.start).entries if cell else ()) == kept


def test_a_value_that_stays_is_written_once() -> None:
    history = Dated(((date(2026, 1, 1), "5/8"), (date(2026, 6, 9), "5/8"), (date(2026, 6, 20), "1")))
    assert attribute_cell(history, period=JUNE) == "5/8; 2026-06-20=1"  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["", "5/8", "a=b", "one; two", "2026=1", "on 2026-06-20=1"])
def test_whatever_has_no_day_is_a_plain_value(cell: str) -> None:
    assert not changes_within(cell)
    assert read_cell(cell, since=date.min) == Dated.since(date.min, cell)
    assert last_value(cell) == cell


def test_days_must_rise() -> None:
    with pytest.raises(EntriesOutOfOrder):
        read_cell("2026-06-20=1; 2026-06-10=2", since=date.min)
