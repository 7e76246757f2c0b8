"""Formulas of rate files: what they say, and where they say nothing."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tariff_documents.owrs.formulas import (
    DivisionByZero,
    FormulaSyntax,
    ImpossiblePower,
    compiled,
    names_in,
    parse_budget,
    parse_formula,
)

VALUES = {"a": Fraction(7), "b": Fraction(5, 2), "indoor": Fraction(245, 10), "outdoor": Fraction(139, 10)}


def value(text: str) -> Fraction:
    return compiled(parse_formula(text))(VALUES.__getitem__)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.50", "1.5"),
        (".7*10", "7"),
        ("1e3", "1000"),
        ("2+3*4", "14"),
        ("(2+3)*4", "20"),
        ("10-3-2", "5"),
        ("8/4/2", "1"),
        ("-a+10", "3"),
        ("2--3", "5"),
        ("2*-3", "-6"),
        ("2^3^2", "512"),
        ("-2^2", "-4"),
        ("2^-1", "0.5"),
        ("1.01*(a + b)", "9.595"),
        ("a*b*0.62*(1/748)", "1085/74800"),
        ("round(b)", "2"),
        ("round(b+1)", "4"),
    ],
)
def test_a_formula_is_computed_exactly_in_the_usual_order(text: str, expected: str) -> None:
    assert value(text) == Fraction(expected)


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("a+*b", 3, "a number or a name is needed"),
        ("a+", 3, "a number or a name is needed"),
        ("(a+b", 5, "a closing parenthesis is missing"),
        ("a b", 3, "an operator such as + or * is needed"),
        ("a)", 2, "an operator such as + or * is needed"),
        ("3 $", 3, "'$' is not understood here"),
        ("1.2.3", 1, "'1' is not understood here"),
        ("12ccf", 1, "'1' is not understood here"),
        ("max(a)", 4, "max is no function: only round( ) is known"),
        ("", 1, "a number or a name is needed"),
        ("(" * 60 + "a" + ")" * 60, 52, "nested more than 50 deep"),
        ("+".join("a" * 300), 400, "more than 400 parts"),
        ("a" * 2001, 2000, "more than 2,000 characters"),
    ],
)
def test_what_is_no_formula_is_refused_at_a_character(text: str, column: int, message: str) -> None:
    with pytest.raises(
        FormulaSyntax, match=message.translate({ord(c): f"\\{c}" for c in "+*$()."})
    ) as refused:
        parse_formula(text)
    assert refused.value.data["column"] == column


def test_a_hyphen_subtracts_and_is_no_part_of_a_name() -> None:
    assert list(names_in(parse_formula("service_charge+turn-on_charge"))) == [
        "service_charge",
        "turn",
        "on_charge",
    ]


def test_what_cannot_be_computed_is_refused() -> None:
    with pytest.raises(DivisionByZero):
        value("a/(b-2.5)")
    with pytest.raises(DivisionByZero):
        value("(b-2.5)^-1")
    with pytest.raises(ImpossiblePower, match="not 5/2"):
        value("a^b")
    with pytest.raises(ImpossiblePower, match="larger than anything"):
        value("((a^20)^20)^20")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("indoor+outdoor", 24 + 14),  # 24.5 to the even 24, and 13.9
        ("indoor + outdoor", 24 + 14),
        ("12.5", 12),
        ("outdoor", 14),
        ("b*3", 2 * 3),
        ("a*1.5", 7 * 2),
        ("outdoor/2", 7),  # one part: 6.95
        ("indoor-b", 22),  # one part
        ("1.25*(indoor+outdoor)", 38),  # the parts are `1.25`, `(indoor` and `outdoor)`: round(24.5 + 14)
        ("b^3", 8),
    ],
)
def test_each_part_of_a_budget_is_rounded_to_the_even_whole_number(text: str, expected: int) -> None:
    assert compiled(parse_budget(text))(VALUES.__getitem__) == expected


@given(st.text(alphabet="ab1. +-*/^()round", max_size=60))
def test_any_text_is_a_formula_or_is_refused(text: str) -> None:
    for parse in (parse_formula, parse_budget):
        try:
            compiled(parse(text))(lambda _: Fraction(3, 2))
        except (FormulaSyntax, DivisionByZero, ImpossiblePower):
            continue
