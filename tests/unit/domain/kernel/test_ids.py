"""Shards and accounting months."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.ids import AccountId, InvalidMonth, Month, shard_of

months = st.builds(Month, st.integers(1, 9998), st.integers(1, 12))


@given(months)
def test_a_month_reads_back_as_written(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.of(month.first_day) == month


@given(months, st.integers(-600, 600))
def test_months_are_counted_there_and_back(month: Month, count: int) -> None:
    assert month.plus(count).plus(-count) == month


def test_december_is_followed_by_january() -> None:
    assert Month(2026, 12).plus(1) == Month(2027, 1)
    assert Month(2026, 1).plus(-1) == Month(2025, 12)
    assert Month.of(date(2026, 11, 30)) == Month(2026, 11)


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-00", "26-11", "2026-1", "november"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InvalidMonth, match="write YYYY-MM"):
        Month.parse(text)


def test_the_shard_is_the_part_before_the_last_hyphen() -> None:
    assert shard_of(AccountId("C01.007-ABCDEFGHJK")) == "C01.007"
    assert shard_of(AccountId("OLD-C01.007-ABCDEFGHJK")) == "OLD-C01.007"
    for text in ("C01.007", "-ABC", "C01.007-"):
        with pytest.raises(ValueError, match="not an account id"):
            shard_of(AccountId(text))
