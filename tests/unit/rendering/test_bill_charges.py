"""What a bill's lines say beside quantity, rate and amount."""

from __future__ import annotations

import pytest

from chalicelib.rendering.bill_renderer import JinjaBillRenderer
from chalicelib.rendering.presentation.charges import services
from tests.bill_cases import example


@pytest.fixture(scope="module")
def lines(renderer: JinjaBillRenderer) -> dict[str, list[dict[str, str]]]:
    (water,) = services(example("of_everything"), renderer._words("en", "US", markup=False))
    found: dict[str, list[dict[str, str]]] = {}
    for group in water["groups"]:
        for line in group["lines"]:
            plain = {key: str(value).replace("\N{NO-BREAK SPACE}", " ") for key, value in line.items()}
            found.setdefault(plain["label"], []).append(plain)
    return found


def said(lines: dict[str, list[dict[str, str]]], label: str, *, number: int = 0) -> tuple[str, str, str]:
    line = lines[label][number]
    return line["details"], line["quantity"], line["rate"]


def test_what_is_counted_has_the_unit_that_the_tariff_declares(
    lines: dict[str, list[dict[str, str]]],
) -> None:
    assert said(lines, "Stormwater") == ("", "2.5 ERU", "$4.10")
    assert said(lines, "Fixtures") == ("", "14 fixture units", "$0.35")
    assert said(lines, "Fire protection tax") == ("", "14 fixture units", "$1.10")


def test_a_fraction_of_a_dwelling_stays_one(lines: dict[str, list[dict[str, str]]]) -> None:
    assert said(lines, "Homes") == ("", "0.75 dwelling units", "$12.00")


def test_water_that_is_not_the_metered_one_says_how_it_came_about(
    lines: dict[str, list[dict[str, str]]],
) -> None:
    assert said(lines, "Sewer use") == ("metered 14 CCF, 90% of it, at most 9 CCF", "9 CCF", "$3.085")


def test_tiers_say_so_once(lines: dict[str, list[dict[str, str]]]) -> None:
    first, second = (said(lines, "Water above the allowance", number=number) for number in (0, 1))
    assert first[0] == "tier 1: up to 10 CCF, metered 14 CCF, less 2 CCF included, in steps of 5 CCF"
    assert second == ("tier 2: above 10 CCF", "5 CCF", "$3.40")


def test_a_step_says_so_on_each_line(lines: dict[str, list[dict[str, str]]]) -> None:
    amount, rate = (said(lines, "Basin charge", number=number) for number in (0, 1))
    assert amount == ("step 2: above 10 CCF", "", "")
    assert rate == ("step 2: above 10 CCF", "14 CCF", "$0.25")


def test_a_fee_has_its_day_and_how_often(lines: dict[str, list[dict[str, str]]]) -> None:
    assert said(lines, "Reconnection") == ("Oct 15, 2026", "2", "$45.00")
    assert said(lines, "Late payment fee") == ("at least $2.50, Oct 19, 2026", "on $31.80", "")


def test_a_limited_percentage_says_that_it_is(lines: dict[str, list[dict[str, str]]]) -> None:
    assert said(lines, "Lifeline discount") == ("limited", "on $38.00", "50%")
    assert said(lines, "Utility users tax") == ("limited", "on $65.77", "7.5%")


def test_a_rounding_names_its_step_where_no_rate_can_be_taken_for_it(
    lines: dict[str, list[dict[str, str]]],
) -> None:
    assert said(lines, "Rounding") == ("rounded to $0.05", "on $65.77", "")
