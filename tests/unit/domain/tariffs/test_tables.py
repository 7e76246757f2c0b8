"""Tables: by text, by ranges of numbers, by what no other key finds, and formulas in them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.domain.tariffs.amounts import ANYTHING, Formula, Key, NotInTable, Table, figure
from chalicelib.domain.tariffs.ranges import Range
from chalicelib.tariff_documents.expressions import parse_expression


def range_(text: str) -> Range:
    found = Range.parse(text)
    assert found is not None
    return found


def table(by: str, rows: dict[tuple[Key, ...], str]) -> Table:
    return Table(tuple(by.split()), {key: Decimal(value) for key, value in rows.items()})


LOTS = table(
    "zone lot_area",
    {
        ("inside", range_("up to 5000")): "10",
        ("inside", range_("over 5000")): "20",
        ("inside", "7777"): "7",
        (ANYTHING, range_("up to 5000")): "30",
        (ANYTHING, ANYTHING): "40",
    },
)


@pytest.mark.parametrize(
    ("zone", "area", "found"),
    [
        ("inside", "5000", "10"),
        ("inside", "5000.01", "20"),
        ("inside", "7777.0", "7"),  # a number itself before the range that holds it
        ("hills", "100", "30"),
        ("hills", "6000", "40"),
    ],
)
def test_the_closest_key_finds(zone: str, area: str, found: str) -> None:
    assert figure(LOTS, {"zone": zone, "lot_area": Decimal(area)}, charge="X") == Decimal(found)


def test_there_is_no_way_back_from_a_key_that_was_found() -> None:
    only = table("zone size", {("inside", "1"): "1", (ANYTHING, "2"): "2"})
    with pytest.raises(
        NotInTable, match=r"no figure for zone 'inside', size '2'.*known are inside, 1; \*, 2"
    ):
        figure(only, {"zone": "inside", "size": "2"}, charge="X")


def test_a_cell_can_be_a_formula() -> None:
    rate = Table(("zone",), {("hills",): Formula(parse_expression("1.5 * area"), Decimal("0.01"))})
    assert figure(rate, {"zone": "hills", "area": Decimal("3.337")}, charge="X") == Decimal("5.01")


def test_ranges_that_meet_are_found_on_every_level() -> None:
    meeting = table(
        "a b",
        {
            ("x", range_("up to 5")): "1",
            ("x", range_("5 to 9")): "2",
            ("y", range_("up to 5")): "3",
            ("y", range_("over 5")): "4",
        },
    )
    assert [tuple(map(str, other)) for _, other in meeting.meeting_ranges()] == [("x", "5 to 9")]


@pytest.mark.parametrize(
    ("formula", "step", "value"),
    [
        ("usage_limit / 3", "0.000001", "3.333333"),
        ("usage_limit / 3", "1", "3"),
        ("usage_limit * 1.05", "5", "10"),  # 10.5 to the nearest five
        ("usage_limit / 4", "1", "3"),  # 2.5, half up
    ],
)
def test_a_formula_is_rounded_once_to_its_step(formula: str, step: str, value: str) -> None:
    amount = Formula(parse_expression(formula), Decimal(step))
    assert figure(amount, {"usage_limit": Decimal(10)}, charge="X") == Decimal(value)
