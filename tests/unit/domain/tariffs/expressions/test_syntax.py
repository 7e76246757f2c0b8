"""Expressions: what they use, and how they are written."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given

from chalicelib.domain.tariffs.expressions.syntax import (
    Arithmetic,
    Choice,
    Comparison,
    Expression,
    Junction,
    Logic,
    Name,
    Negation,
    Number,
    Relation,
    Sign,
    Text,
    names_in,
    parts_of,
    to_text,
    walk,
)
from tests.unit.domain.tariffs.expressions.builders import anything

A, B, C = Name("a"), Name("b"), Name("c")
ONE = Number(Decimal(1))


def minus(left: Expression, right: Expression) -> Arithmetic:
    return Arithmetic(Sign.MINUS, left, right)


def times(left: Expression, right: Expression) -> Arithmetic:
    return Arithmetic(Sign.TIMES, left, right)


def test_names_come_once_and_in_the_order_of_first_use() -> None:
    condition = Comparison(Relation.MORE, C, A)
    assert names_in(Choice(condition, minus(B, A), C)) == ("c", "a", "b")


def test_an_expression_without_names_uses_none() -> None:
    assert names_in(Negation(ONE)) == ()


def test_where_a_part_stands_does_not_make_it_another() -> None:
    assert Name("a", at=1) == Name("a", at=9)
    assert hash(Name("a", at=1)) == hash(Name("a", at=9))
    assert Name("a") != Name("b")


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (minus(minus(A, B), C), "a - b - c"),
        (minus(A, minus(B, C)), "a - (b - c)"),
        (times(minus(A, B), C), "(a - b) * c"),
        (minus(A, times(B, C)), "a - b * c"),
        (times(Negation(A), Negation(B)), "-a * -b"),
        (Negation(times(A, B)), "-(a * b)"),
        (Logic(Junction.AND, Logic(Junction.OR, A, B), C), "(a or b) and c"),
        (Logic(Junction.OR, A, Logic(Junction.AND, B, C)), "a or b and c"),
        (Comparison(Relation.EQUAL, A, Text("summer")), 'a = "summer"'),
        (Comparison(Relation.EQUAL, A, Text('1 1/2"')), "a = '1 1/2\"'"),
        (Number(Decimal("1.250")), "1.25"),
        (Number(Decimal("1E+3")), "1000"),
        (Number(Decimal("123456789012345678901234.5678901234")), "123456789012345678901234.5678901234"),
    ],
)
def test_it_is_written_with_parentheses_only_where_they_are_needed(expression: Expression, text: str) -> None:
    assert to_text(expression) == text


@given(anything)
def test_walking_finds_every_part_beginning_with_the_whole(expression: Expression) -> None:
    found = list(walk(expression))
    assert found[0] is expression
    assert len(found) == 1 + sum(len(parts_of(part)) for part in found)


@pytest.mark.parametrize("value", ["-1", "-0", "NaN", "Infinity"])
def test_a_number_is_written_in_digits(value: str) -> None:
    with pytest.raises(ValueError, match="not written in digits"):
        Number(Decimal(value))


@pytest.mark.parametrize("value", ["\"'", "a\nb"])
def test_a_text_that_no_quotes_can_hold_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="cannot be quoted"):
        Text(value)
