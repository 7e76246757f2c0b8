"""Compiled expressions: exact, lazy where it matters, and bounded."""

from __future__ import annotations

import operator
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.determinants import DeterminantKind, Values
from chalicelib.domain.tariffs.expressions.compiled import (
    BeyondMeasure,
    DivisionByZero,
    Result,
    UnfitValue,
    compile_expression,
)
from chalicelib.domain.tariffs.expressions.kinds import Kind, check_kinds
from chalicelib.domain.tariffs.expressions.syntax import (
    PLACES,
    Arithmetic,
    Choice,
    Comparison,
    End,
    Expression,
    Extreme,
    Inversion,
    Junction,
    Logic,
    Name,
    Negation,
    Number,
    Relation,
    Rounded,
    Text,
    parts_of,
)
from chalicelib.tariff_documents.expressions import parse_expression
from tests.unit.domain.tariffs.expressions.builders import DECLARED, agreements, sensible

AGREEMENT: Values = {
    "budget": Decimal("12.5"),
    "units": Decimal(3),
    "meter_size": "1.5",
    "season": "summer",
    "low_income": True,
}


def value(text: str, **changed: Decimal | str | bool) -> Result:
    return compile_expression(parse_expression(text))({**AGREEMENT, **changed})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.25 * budget", Fraction("15.625")),
        ("budget / units", Fraction("12.5") / 3),
        ("1 / 3 * 3", Fraction(1)),
        ("2 - 3 - 4", Fraction(-5)),
        ("12 / 3 / 2", Fraction(2)),
        ("2 + 3 * 4", Fraction(14)),
        ("-(2 + 3) * -4", Fraction(20)),
        ("min(budget, 4, units)", Fraction(3)),
        ("max(budget, 4, units)", Fraction("12.5")),
        ("round(budget, 0, half_even)", Fraction(12)),
        ("round(budget, 0, half_up)", Fraction(13)),
        ("round(-budget, 0, up)", Fraction(-13)),
        ("round(budget / 7, 2, down)", Fraction("1.78")),
        ("round(1849, -2, half_up)", Fraction(1800)),
        ('if(season = "summer", 1.5, 1)', Fraction("1.5")),
        ("if(budget > 10 and units <= 2, 1, 0)", Fraction(0)),
        ("if(budget > 10 or units <= 2, 1, 0)", Fraction(1)),
        ("if(not low_income, 1, 0.8)", Fraction("0.8")),
        ("0.1 + 0.2 = 0.3", True),
        ('meter_size = "1.50"', True),
        ('meter_size != " 1.5 "', False),
        ("low_income", True),
        ("season", "summer"),
        ('if(low_income, "1.0", season)', "1"),
    ],
)
def test_a_formula_comes_to_what_one_works_out_by_hand(text: str, expected: Result) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("relation", "smaller", "same", "larger"),
    [
        ("<", True, False, False),
        ("<=", True, True, False),
        (">", False, False, True),
        (">=", False, True, True),
        ("=", False, True, False),
        ("!=", True, False, True),
    ],
)
def test_each_relation_holds_where_it_says(relation: str, smaller: bool, same: bool, larger: bool) -> None:
    found = [value(f"{number} {relation} 2") for number in ("1", "2", "3")]
    assert found == [smaller, same, larger]


def test_only_the_branch_that_is_taken_is_computed() -> None:
    assert value("if(units = 0, 0, budget / units)", units=Decimal(0)) == 0
    assert value("units = 0 or budget / units > 1", units=Decimal(0)) is True
    assert value("units != 0 and budget / units > 1", units=Decimal(0)) is False


def test_a_division_by_zero_names_what_was_divided_and_what_was_zero() -> None:
    with pytest.raises(DivisionByZero) as refused:
        value("2 + budget / (units - 3)")
    assert refused.value.message == (
        "column 12: budget / (units - 3) cannot be computed, units - 3 is 0: say what holds then, "
        "as in if(units - 3 = 0, 0, budget / (units - 3))"
    )
    assert refused.value.data == {"expression": "budget / (units - 3)", "column": 12}


def test_a_result_of_hundreds_of_digits_is_refused() -> None:
    product = " * ".join(["budget"] * 20)
    with pytest.raises(BeyondMeasure, match="hundreds of digits"):
        value(product, budget=Decimal("9" * 30))
    with pytest.raises(BeyondMeasure):
        value(product.replace("*", "/"), budget=Decimal("9" * 30))
    assert value(product, budget=Decimal(9)) == 9**20


@pytest.mark.parametrize(
    "text",
    ["season + 1", "-low_income", "if(units, 1, 2)", "not season", "units = season", "low_income < 1"],
)
def test_a_value_of_another_kind_is_refused_though_nothing_was_declared(text: str) -> None:
    with pytest.raises(UnfitValue):
        value(text)


@pytest.mark.parametrize("text", ['"a" + 1', "(1 < 2) * 3", "if(1, 2, 3)", 'not "a"', 'max(1, "2")'])
def test_parts_that_can_never_fit_are_refused_before_any_value(text: str) -> None:
    with pytest.raises(UnfitValue, match=r"column \d+: "):
        compile_expression(parse_expression(text))


def test_a_formula_may_use_exact_results_of_others() -> None:
    assert value("budget * 3", budget=Fraction(1, 3)) == 1  # type: ignore[arg-type]


def reference(expression: Expression, values: Values) -> Result:
    """The plainest reading of an expression, built on fractions alone."""
    match expression:
        case Text(text):
            return text.strip()
        case Name(name) if not isinstance(values[name], Decimal):
            return values[name]
        case Inversion(operand):
            return not reference(operand, values)
        case Choice(condition, then, otherwise):
            return reference(then if reference(condition, values) else otherwise, values)
        case Logic(junction, left, right):
            first = bool(reference(left, values))
            return first if first is (junction is Junction.OR) else reference(right, values)
        case Comparison(relation, left, right):
            return _holds(relation, reference(left, values), reference(right, values))
        case _:
            return _counted(expression, values)


def _counted(expression: Expression, values: Values) -> Fraction:
    """What gives a number."""
    parts = [Fraction(reference(part, values)) for part in parts_of(expression)]
    match expression:
        case Number(figure):
            return Fraction(figure)
        case Name(name):
            return Fraction(values[name])
        case Negation():
            return -parts[0]
        case Arithmetic(sign):
            by_sign = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}
            return Fraction(by_sign[sign](*parts))
        case Extreme(end):
            return sorted(parts)[0 if end is End.MIN else -1]
        case Rounded(_, places, rule):
            step = Fraction(1, 10**places) if places >= 0 else Fraction(10**-places)
            return to_integer(parts[0] / step, rule=rule) * step
    raise AssertionError(f"{expression} gives no number")


def _holds(relation: Relation, one: Result, other: Result) -> bool:
    if relation in (Relation.EQUAL, Relation.UNEQUAL):
        return (one == other) is (relation is Relation.EQUAL)
    difference = Fraction(one) - Fraction(other)
    return {
        Relation.LESS: difference < 0,
        Relation.AT_MOST: difference <= 0,
        Relation.MORE: difference > 0,
        Relation.AT_LEAST: difference >= 0,
    }[relation]


@given(sensible, agreements)
def test_arithmetic_is_exact(expression: Expression, values: Values) -> None:
    try:
        expected = reference(expression, values)
    except ZeroDivisionError:
        with pytest.raises(DivisionByZero):
            compile_expression(expression)(values)
        return
    assert compile_expression(expression)(values) == expected


@given(sensible, agreements)
def test_what_passes_the_check_of_kinds_never_meets_an_unfit_value(
    expression: Expression, values: Values
) -> None:
    assert check_kinds(expression, DECLARED) == (Kind.NUMBER, ())
    with suppress(DivisionByZero, BeyondMeasure):
        assert isinstance(compile_expression(expression)(values), Fraction)


@given(
    st.decimals("-100000", "100000", places=6),
    st.integers(1, 999),
    st.sampled_from(PLACES),
    st.sampled_from(RoundingRule),
)
def test_rounding_is_the_kernels(dividend: Decimal, divisor: int, places: int, rule: RoundingRule) -> None:
    text = f"round(budget / {divisor}, {places}, {rule})"
    exact = Fraction(dividend) / divisor
    expected = to_integer(exact * Fraction(10) ** places, rule=rule) / Fraction(10) ** places
    assert value(text, budget=dividend) == expected


def test_every_kind_of_determinant_gives_a_kind_of_value() -> None:
    kinds = {kind: check_kinds(Name("x"), {"x": kind}).kind for kind in DeterminantKind}
    assert kinds == {
        DeterminantKind.CHOICE: Kind.TEXT,
        DeterminantKind.COUNT: Kind.NUMBER,
        DeterminantKind.NUMBER: Kind.NUMBER,
        DeterminantKind.FLAG: Kind.TRUTH,
        DeterminantKind.EVENT: None,
    }
