"""Dated values hold from their day until the next."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated, EntriesOutOfOrder, NoValueInForce

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
histories = st.dictionaries(days, st.integers(), max_size=6).map(
    lambda entries: Dated(tuple(sorted(entries.items())))
)


@given(histories, days)
def test_the_latest_entry_not_after_the_day_holds(history: Dated[int], day: date) -> None:
    begun = [value for start, value in history.entries if start <= day]
    assert history.find(day) == (begun[-1] if begun else None)
    if begun:
        assert history.on(day) == begun[-1]


@given(histories, days, st.integers())
def test_a_new_entry_holds_from_its_day_and_changes_nothing_before(
    history: Dated[int], day: date, value: int
) -> None:
    changed = history.with_entry(day, value)
    assert changed.on(day) == value
    for start, before in history.entries:
        if start < day:
            assert changed.on(start) == before


def test_before_the_first_entry_nothing_is_in_force() -> None:
    with pytest.raises(NoValueInForce, match="the first entry is of 2026-01-01"):
        Dated.since(date(2026, 1, 1), "R-1").on(date(2025, 12, 31))


def test_entries_out_of_order_are_refused() -> None:
    with pytest.raises(EntriesOutOfOrder):
        Dated(((date(2026, 2, 1), 1), (date(2026, 1, 1), 2)))
    with pytest.raises(EntriesOutOfOrder):
        Dated(((date(2026, 2, 1), 1), (date(2026, 2, 1), 2)))
