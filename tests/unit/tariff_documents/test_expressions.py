"""Formulas are read as written, or refused with the column and the words of who writes rates."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.expressions.syntax import (
    Arithmetic,
    Choice,
    Comparison,
    Expression,
    Name,
    Number,
    Relation,
    Rounded,
    Sign,
    Text,
    to_text,
    walk,
)
from chalicelib.tariff_documents.expression_grammar import MOST_DIGITS
from chalicelib.tariff_documents.expression_mistakes import InvalidExpression
from chalicelib.tariff_documents.expressions import (
    MOST_CHARACTERS,
    MOST_DEEP,
    MOST_NODES,
    parse_expression,
)
from tests.unit.domain.tariffs.expressions.builders import anything

PROJECT = Path(__file__).parents[3]


def test_a_formula_becomes_its_tree() -> None:
    assert parse_expression('if(season = "summer", 1.25, 1) * budget') == Arithmetic(
        Sign.TIMES,
        Choice(
            Comparison(Relation.EQUAL, Name("season"), Text("summer")),
            Number(Decimal("1.25")),
            Number(Decimal(1)),
        ),
        Name("budget"),
    )


def test_each_part_knows_its_column() -> None:
    assert [part.at for part in walk(parse_expression("  a + min(b, -4)"))] == [5, 3, 7, 11, 14, 15]


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("(1+2)*3", "(1 + 2) * 3"),
        ("a-(b-c)-d", "a - (b - c) - d"),
        ("((a))", "a"),
        ("- -a", "--a"),
        ("a<b and not c or d", "a < b and not c or d"),
        ("a < b and not (c or d)", "a < b and not (c or d)"),
        ("round(a , -2 , half_even)", "round(a, -2, half_even)"),
        ("minimum + iffy * order / nothing", "minimum + iffy * order / nothing"),
        ("up + round(down, 0, up)", "up + round(down, 0, up)"),
        ("a\n  + b\t* 2.50", "a + b * 2.5"),
        ("a = 'x'", 'a = "x"'),
        ("a = '1 1/2\"'", "a = '1 1/2\"'"),
        ('a = "10,000 and % too"', 'a = "10,000 and % too"'),
        ("min(1, 200)", "min(1, 200)"),
    ],
)
def test_a_formula_is_written_in_one_way(text: str, canonical: str) -> None:
    assert to_text(parse_expression(text)) == canonical


MISTAKES = [
    ("", 1, "the formula is empty: write what it comes to, such as 1.25 * budget"),
    ("  ", 1, "the formula is empty"),
    ("(1 + 2 * a", 11, "a ) is missing"),
    ("min(a, (b + 1)", 15, "a ) is missing"),
    ("a + 1)", 6, "this ) has no ( before it"),
    ("5 % a", 3, "`%` is not known here: write / 100"),
    ("a ^ 2", 3, "multiply, as in a * a"),
    ("a ** 2", 4, "multiply, as in a * a"),
    ("a // 2", 4, "write / once"),
    ("a == 1", 4, "write = once"),
    ("a <> 1", 4, "write != for not equal"),
    ("a =< 1", 4, "write <="),
    ("a => 1", 4, "write >="),
    ("!a", 1, "write not"),
    ("a & b", 3, "write and"),
    ("a || b", 3, "write or"),
    ("a ? 1 : 2", 3, "write if(condition, then, else)"),
    ("$4.29 * a", 1, "write amounts in digits alone"),
    ("a = “x”", 5, 'write straight quotes, as in "summer"'),
    ('a = "x', 5, 'the text that begins here has no closing "'),
    ("a = 'x", 5, "no closing '"),
    ("a × b", 3, "write *"),
    ("a – b", 3, "write -"),
    ("a ≤ b", 3, "write <="),
    ("[a]", 1, "write ("),
    ("a;b", 2, "separate values with ,"),
    ("_a", 1, "a name begins with a letter"),
    (".5", 1, "a number has digits on both sides of its point"),
    ("5.", 2, "a number has digits on both sides of its point"),
    ("1.2.3", 4, "a number has digits on both sides of its point"),
    ("1e5", 2, "a sign such as * is missing between 1 and e5"),
    ("3 ccf", 3, "a sign such as * is missing between 3 and ccf"),
    ("a not b", 3, "a sign such as * is missing between a and not"),
    ("+5", 1, "leave out the +"),
    ("* 5", 1, "a value is missing before *"),
    ("a + * b", 5, "a value is missing between + and *"),
    ("a *", 4, "the formula ends with *: a value is missing"),
    ("()", 2, "a value is missing between ( and )"),
    ("a + not b", 5, "not belongs before a whole comparison"),
    ("1 < a < 2", 7, "compare two values at a time, as in a > 1 and a < 5"),
    ("(a, b)", 3, "a , only stands between the values of min, max, round and if"),
    ("1,000 * a", 1, "1,000 can be read as one number or several: write 1000"),
    ("min(a, 1,250,000)", 8, "write 1250000, or a blank after ,"),
    ("average(a)", 8, "average is no function, only min, max, round and if are"),
    ("If(a, 1, 2)", 1, "write if in small letters"),
    ("a AND b", 3, "write and in small letters"),
    ("meterSize + 1", 6, "meterSize is no name, which has only a to z in small letters, digits and _"),
    ("meterSize + 1", 6, "write meter_size"),
    ("größe", 3, "größe is no name"),
    ("min + 1", 5, "min needs its values in parentheses: write min(…); it cannot be a name"),
    ("round", 6, "round needs its values in parentheses"),
    ("1 + min()", 5, "min of nothing: write min(a, b)"),
    ("if(a, b)", 1, "if takes three values, not 2: a condition, what holds then, and what else"),
    ("round(a, 2)", 1, "round takes three values, not 2"),
    ("round(a, 1.5, up)", 10, "round needs whole places here, written in digits from -6 to 12"),
    ("round(a, b, up)", 10, "round needs whole places"),
    ("round(a, -7, up)", 10, "round needs whole places"),
    ("round(a, 13, up)", 10, "round needs whole places"),
    ("round(a, 2, nearest)", 13, "say how to round here: half_up, half_even, up or down"),
    ('round(a, 2, "up")', 13, "say how to round here"),
    ("007 * a", 1, "007 begins with 0: leave that out"),
    ("a\x00", 2, "'\\x00' is not known here: take it out"),
]


@pytest.mark.parametrize(("text", "column", "message"), MISTAKES)
def test_a_mistake_is_told_with_its_column_and_how_to_mend_it(text: str, column: int, message: str) -> None:
    with pytest.raises(InvalidExpression) as refused:
        parse_expression(text)
    assert refused.value.column == column
    assert refused.value.message.startswith(f"column {column}: ")
    assert message in refused.value.message
    assert refused.value.data == {"column": column}


@pytest.mark.parametrize(
    ("fits", "too_much", "message"),
    [
        ("a" * MOST_CHARACTERS, "a" * (MOST_CHARACTERS + 1), "column 501: the formula has more than 500"),
        (" a" * 1 + " " * 9000, " a" * (MOST_CHARACTERS + 1), "column 1002: the formula has more than 500"),
        ("1" * MOST_DIGITS, "1" * (MOST_DIGITS + 1), "more than 24 digits"),
        (f"0.{'1' * (MOST_DIGITS - 1)}", f"0.{'1' * MOST_DIGITS}", "more than 24 digits"),
        ("-" * (MOST_DEEP - 1) + "a", "-" * MOST_DEEP + "a", "nested more than 32 deep"),
        ("min(" * (MOST_DEEP - 1) + "a" + ")" * (MOST_DEEP - 1), "min(" * 99 + "a" + ")" * 99, "32 deep"),
        ("a-(" * (MOST_DEEP - 1) + "a" + ")" * (MOST_DEEP - 1), "a-(" * 99 + "a" + ")" * 99, "32 deep"),
        ("+".join("a" * (MOST_NODES // 2)), "+".join("a" * (MOST_NODES // 2 + 1)), "more than 200 values"),
    ],
)
def test_a_formula_has_bounds(fits: str, too_much: str, message: str) -> None:
    assert parse_expression(fits)
    with pytest.raises(InvalidExpression, match=message):
        parse_expression(too_much)


def test_parentheses_that_change_nothing_are_no_depth() -> None:
    assert parse_expression("(" * 249 + "a" + ")" * 249) == Name("a")


@given(anything)
def test_what_is_written_reads_back_as_the_same(expression: Expression) -> None:
    text = to_text(expression)
    assume(len(text) <= MOST_CHARACTERS)
    assert parse_expression(text) == expression
    assert to_text(parse_expression(text)) == text


PIECES = """a b_1 season 1 0 2.5 007 1,000 + - * / ( ) , < <= > >= = != and or not if( min( max( round(
half_up up "x" "y ' 1/2" % ^ . _ A É § \x00"""
pieces = st.sampled_from([*PIECES.split(), " ", "\n"])


@given(st.text(max_size=520) | st.lists(pieces, max_size=40).map(" ".join) | st.lists(pieces).map("".join))
@example("(" * 500)
@example("-" * 500)
@example("not " * 125)
@example("min(" * 125)
@example('"' * 499)
@example("9" * 500)
@example("1," * 250)
def test_whatever_is_typed_is_read_or_refused_with_a_column_inside_it(text: str) -> None:
    try:
        expression = parse_expression(text)
    except InvalidExpression as refused:
        column = refused.column
    else:
        column = max(part.at for part in walk(expression))
        assert parse_expression(to_text(expression)) == expression
    assert 1 <= column <= len(text) + 1


@pytest.mark.parametrize("rule", RoundingRule)
def test_every_rule_of_rounding_can_be_written(rule: RoundingRule) -> None:
    assert parse_expression(f"round(a, 0, {rule})") == Rounded(Name("a"), 0, rule)


def test_the_parser_library_is_loaded_with_the_first_formula_only() -> None:
    program = """
import sys
import chalicelib.tariff_documents.load
from chalicelib.tariff_documents.expressions import parse_expression
assert "lark" not in sys.modules, "before a formula"
parse_expression("1 + a")
assert "lark" in sys.modules, "after it"
"""
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True)


FORMULAS = (PROJECT / "docs" / "formulas.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```\n(.*?)```", FORMULAS, re.DOTALL)[1].splitlines()


@pytest.mark.parametrize("formula", EXAMPLES)
def test_the_examples_of_the_documentation_are_read(formula: str) -> None:
    assert to_text(parse_expression(formula)) == formula
