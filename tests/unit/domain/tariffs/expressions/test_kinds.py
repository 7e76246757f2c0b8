"""Formulas whose parts do not fit are told before any bill, with column and mend."""

from __future__ import annotations

import pytest

from chalicelib.domain.tariffs.expressions.kinds import Kind, check_kinds
from chalicelib.tariff_documents.expressions import parse_expression
from tests.unit.domain.tariffs.expressions.builders import DECLARED


def misfits(text: str) -> list[str]:
    return list(map(str, check_kinds(parse_expression(text), DECLARED).misfits))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.25 * budget / units", Kind.NUMBER),
        ("round(max(budget, -4), 0, half_even)", Kind.NUMBER),
        ('if(season = "summer" and not low_income, budget, 4)', Kind.NUMBER),
        ("budget >= units", Kind.TRUTH),
        ("low_income or units != 3", Kind.TRUTH),
        ("if(units > 3, low_income, budget < 2)", Kind.TRUTH),
        ("season", Kind.TEXT),
        ('if(low_income, "a", season)', Kind.TEXT),
        ("season != meter_size", Kind.TRUTH),
    ],
)
def test_what_fits_has_a_kind(text: str, kind: Kind) -> None:
    assert check_kinds(parse_expression(text), DECLARED) == (kind, ())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("budget * season", "column 10: season is a choice: compare it with a text in quotes"),
        ("meter_size = 5/8", "column 1: meter_size is a choice: compare it with a text in quotes"),
        ("8 > meter_size", "column 5: meter_size is a choice: compare it with a text in quotes"),
        (
            'season < "x"',
            "column 8: texts have no order: compare season with = or !=, or declare it a number",
        ),
        (
            'units = "3"',
            'column 9: "3" is a text: a number is needed here; write numbers without quotes',
        ),
        (
            "low_income * 2",
            "column 1: low_income is yes or no, not a number: write if(low_income, …, …)",
        ),
        (
            "low_income = 1",
            "column 1: low_income is yes or no by itself: write low_income, or not low_income",
        ),
        (
            "if(units, 1, 2)",
            "column 4: units is a number, not yes or no: compare it, as in units > 0",
        ),
        (
            "not season",
            'column 5: season is a choice, not yes or no: compare it, as in season = "…"',
        ),
        (
            'low_income and "x"',
            'column 16: "x" is a text, not yes or no: write a comparison',
        ),
        ("if(low_income, 1, season)", "column 1: if gives a number or a text: both must be of one kind"),
        (
            "budgte + 1",
            "column 1: budgte is not declared: add it to determinants "
            "(budget, units, season, meter_size, low_income)",
        ),
        (
            "1 + if(low_income, season, season)",
            "column 5: if(low_income, season, season) is a text: a number is needed here",
        ),
    ],
)
def test_what_does_not_fit_is_told_with_its_column_and_how_to_mend_it(text: str, expected: str) -> None:
    assert misfits(text) == [expected]


def test_everything_that_does_not_fit_is_told_at_once_by_column() -> None:
    found = misfits("max(season, 1) + nobody * low_income")
    assert [text.split(":")[0] for text in found] == ["column 5", "column 18", "column 27"]


def test_what_is_not_declared_is_told_once_and_nothing_follows_from_it() -> None:
    assert len(misfits("if(nobody, nothing = 3, 2 < 1)")) == 2


def test_a_long_part_is_quoted_in_short() -> None:
    (found,) = misfits("1 + (budget + units + budget + units + budget + units > 3)")
    assert len(found) < 180
    assert "…" in found
