"""What is written as JSON text comes back exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, Month
from chalicelib.storage.codec import codec


class Color(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inner:
    amount: Decimal
    label: str = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    id: AccountId
    count: int = 0
    flag: bool = False
    day: date | None = None
    at: datetime | None = None
    month: Month | None = None
    color: Color = Color.RED
    inner: Inner | None = None
    several: tuple[Inner, ...] = ()
    days: frozenset[date] = frozenset()
    facts: Mapping[str, Dated[Decimal | str]] = field(default_factory=dict)


decimals = st.decimals(min_value=-(10**9), max_value=10**9, places=6)
inners = st.builds(Inner, amount=decimals, label=st.text())
histories = st.lists(st.tuples(st.dates(), decimals | st.text()), unique_by=lambda entry: entry[0]).map(
    lambda entries: Dated(tuple(sorted(entries, key=lambda entry: entry[0])))
)
everythings = st.builds(
    Everything,
    id=st.text(),
    count=st.integers(),
    flag=st.booleans(),
    day=st.none() | st.dates(),
    at=st.none() | st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0)),
    month=st.none() | st.builds(Month, st.integers(1, 9999), st.integers(1, 12)),
    color=st.sampled_from(Color),
    inner=st.none() | inners,
    several=st.lists(inners).map(tuple),
    days=st.frozensets(st.dates(), max_size=1),  # of more the order of printing is not fixed
    facts=st.dictionaries(st.text(), histories).map(lambda facts: dict(sorted(facts.items()))),
)


@given(everythings)
def test_everything_comes_back_as_it_was(value: Everything) -> None:
    back = codec(Everything).load(codec(Everything).dump(value))

    assert back == value
    assert repr(back) == repr(value), "equal is not enough: 2 and 2.00 are equal, and not the same"


def test_a_number_and_its_text_stay_two_things() -> None:
    day = date(2026, 1, 1)
    one = Everything(id=AccountId("a"), facts={"size": Dated.since(day, Decimal("2"))})
    other = Everything(id=AccountId("a"), facts={"size": Dated.since(day, "2")})

    assert codec(Everything).dump(one) != codec(Everything).dump(other)


def test_defaults_take_no_room() -> None:
    assert codec(Everything).dump(Everything(id=AccountId("a"))) == '{"id":"a"}'


def test_what_was_written_before_a_field_was_added_is_still_read() -> None:
    assert codec(Inner).load('{"amount":"1.50"}') == Inner(amount=Decimal("1.50"))


def test_the_same_value_gives_the_same_text_whatever_the_order_it_was_made_in() -> None:
    ab = Everything(id=AccountId("x"), facts={"a": Dated(()), "b": Dated(())})
    ba = Everything(id=AccountId("x"), facts={"b": Dated(()), "a": Dated(())})

    assert codec(Everything).dump(ab) == codec(Everything).dump(ba)


@dataclass(frozen=True, slots=True)
class WithFloat:
    share: float


def test_a_type_without_an_exact_form_is_refused_when_the_codec_is_made() -> None:
    with pytest.raises(TypeError, match="float"):
        codec(WithFloat)
