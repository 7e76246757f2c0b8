"""Ranges as rate tables write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.tariffs.ranges import Range

bounds = st.integers(0, 60).map(lambda halves: str(Decimal(halves) / 2))
texts = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["up to", "under", "over", "from"]), bounds),
    st.builds(
        "{}{} to {}{}".format, st.sampled_from(["", "over "]), bounds, st.sampled_from(["", "under "]), bounds
    ),
)
numbers = st.integers(0, 120).map(lambda quarters: Decimal(quarters) / 4)


@pytest.mark.parametrize(
    ("text", "within", "without"),
    [
        ("up to 10", ["0", "10"], ["10.01"]),
        ("under 10", ["0", "9.99"], ["10"]),
        ("over 10", ["10.01", "99"], ["10"]),
        ("from 10", ["10", "99"], ["9.99"]),
        ("5 to 10", ["5", "10"], ["4.99", "10.01"]),
        ("5 to under 10", ["5", "9.99"], ["4.99", "10"]),
        ("over 5 to 10", ["5.01", "10"], ["5", "10.01"]),
        ("over 5 to under 10", ["5.01", "9.99"], ["5", "10"]),
    ],
)
def test_each_form_says_whether_its_bounds_belong(text: str, within: list[str], without: list[str]) -> None:
    found = Range.parse(text)
    assert found is not None
    assert all(found.holds(Decimal(number)) for number in within)
    assert not any(found.holds(Decimal(number)) for number in without)
    assert str(found) == text


@pytest.mark.parametrize("text", ["5/8", "10", "to 10", "inside", "over", "5 to", "-5 to 3", "over ten", ""])
def test_what_is_no_range_is_none(text: str) -> None:
    assert Range.parse(text) is None


@given(texts)
def test_a_range_reads_back_from_its_text(text: str) -> None:
    found = Range.parse(text)
    assert found is not None
    assert Range.parse(str(found)) == found


@given(texts, numbers)
def test_an_empty_range_holds_nothing(text: str, number: Decimal) -> None:
    found = Range.parse(text)
    assert found is not None
    assert not (found.is_empty and found.holds(number))


@given(texts, texts, numbers)
def test_ranges_that_hold_the_same_number_meet(one: str, other: str, number: Decimal) -> None:
    first, second = Range.parse(one), Range.parse(other)
    assert first is not None
    assert second is not None
    if first.holds(number) and second.holds(number):
        assert first.meets(second)
    assert first.meets(second) == second.meets(first)


@pytest.mark.parametrize(
    ("one", "other"), [("up to 10", "over 10"), ("under 10", "from 10"), ("0 to 5", "over 5 to 9")]
)
def test_ranges_that_only_touch_do_not_meet(one: str, other: str) -> None:
    first, second = Range.parse(one), Range.parse(other)
    assert first is not None
    assert second is not None
    assert not first.meets(second)
