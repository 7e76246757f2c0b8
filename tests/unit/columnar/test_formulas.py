"""Formulas over columns come to what they come to for one agreement, and numbers read as one is read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.columnar.figures import Figures, read_numbers
from chalicelib.columnar.formulas import ColumnValue, NotOverColumns, evaluate_formula
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Formula
from chalicelib.domain.tariffs.determinants import Value, number_in
from chalicelib.domain.tariffs.expressions.syntax import Expression
from chalicelib.tariff_documents.expressions import parse_expression

numbers = st.decimals(-30, 30, places=2) | st.sampled_from([Decimal(0), Decimal("7.5"), Decimal(10**15)])
rules = st.sampled_from(RoundingRule)
ROWS = 5


@st.composite
def number_texts(draw: st.DrawFn, depth: int = 3) -> str:
    """A formula that gives a number, of the names a, b (columns), c (one number) and of flags f, g."""
    if depth == 0:
        return draw(st.sampled_from(["a", "b", "c", "0.25", "3", "1000"]))
    part: Callable[[], str] = lambda: draw(number_texts(depth - 1))  # noqa: E731
    form = draw(st.sampled_from(["leaf", "sign", "sign", "over", "extreme", "round", "negation", "if"]))
    match form:
        case "sign":
            return f"({part()} {draw(st.sampled_from('+-*'))} {part()})"
        case "over":
            return f"({part()} / {part()})"
        case "extreme":
            return f"{draw(st.sampled_from(['min', 'max']))}({part()}, {part()}, {part()})"
        case "round":
            return f"round({part()}, {draw(st.integers(-2, 3))}, {draw(rules).value})"
        case "negation":
            return f"(-{part()})"
        case "if":
            return f"if({draw(truth_texts(depth - 1))}, {part()}, {part()})"
        case _:
            return draw(number_texts(0))


@st.composite
def truth_texts(draw: st.DrawFn, depth: int = 2) -> str:
    if depth == 0:
        return draw(st.sampled_from(["f", "g", "a < b", "b >= c", "a = 7.5", 't = "x"', "a != b"]))
    part: Callable[[], str] = lambda: draw(truth_texts(depth - 1))  # noqa: E731
    form = draw(st.sampled_from(["leaf", "logic", "not", "compare"]))
    match form:
        case "logic":
            return f"({part()} {draw(st.sampled_from(['and', 'or']))} {part()})"
        case "not":
            return f"(not {part()})"
        case "compare":
            relation = draw(st.sampled_from(["<", "<=", ">", ">=", "=", "!="]))
            return f"{draw(number_texts(depth - 1))} {relation} {draw(number_texts(depth - 1))}"
        case _:
            return draw(truth_texts(0))


columns = st.lists(numbers, min_size=ROWS, max_size=ROWS)


def figures(values: list[Decimal]) -> Figures:
    return Figures(np.array([int(value * 100) for value in values], dtype=np.int64), 2)


def one_by_one(formula: Formula, values: dict[str, Value]) -> Value | None:
    try:
        return formula.value(values)
    except Refusal:
        return None


@given(
    number_texts() | truth_texts(),
    columns,
    columns,
    numbers,
    st.lists(st.booleans(), min_size=ROWS, max_size=ROWS),
    st.booleans(),
    st.sampled_from(["0.000001", "0.05", "1", "10"]),
    rules,
)
def test_a_formula_over_columns_comes_to_the_same(
    text: str,
    a: list[Decimal],
    b: list[Decimal],
    c: Decimal,
    f: list[bool],
    g: bool,
    step: str,
    rule: RoundingRule,
) -> None:
    formula = Formula(parse_expression(text), Decimal(step), rule)
    shared: dict[str, ColumnValue] = {"a": figures(a), "b": figures(b), "c": c, "f": np.array(f), "g": g}
    found, bad = evaluate_formula(formula, {**shared, "t": "x"})
    bad_rows = np.broadcast_to(bad, ROWS)
    for row in range(ROWS):
        wanted = one_by_one(formula, {"a": a[row], "b": b[row], "c": c, "f": f[row], "g": g, "t": "x"})
        assert wanted is not None or bad_rows[row]
        if bad_rows[row]:
            continue
        if isinstance(found, Figures):
            count = int(np.broadcast_to(np.asarray(found.counts, dtype=object), ROWS)[row])
            assert Decimal(count).scaleb(-found.places) == wanted
        else:
            assert bool(np.broadcast_to(np.asarray(found), ROWS)[row]) is wanted


@given(columns, columns)
def test_a_row_is_bad_only_where_a_formula_refuses_it(a: list[Decimal], b: list[Decimal]) -> None:
    formula = Formula(parse_expression("if(b = 0, a, a / b) + min(a, 1 / (b + 7.5))"))
    _, bad = evaluate_formula(formula, {"a": figures(a), "b": figures(b)})
    refused = [one_by_one(formula, {"a": one, "b": other}) is None for one, other in zip(a, b, strict=True)]
    assert list(np.broadcast_to(bad, ROWS)) == refused


def test_a_formula_that_gives_a_text_by_row_is_left_to_single_rows() -> None:
    expression: Expression = parse_expression('if(a > 1, "large", "small")')
    with pytest.raises(NotOverColumns):
        evaluate_formula(Formula(expression), {"a": figures([Decimal(1)] * ROWS)})


odd_texts = [
    "7.",
    ".5",
    "-.5",
    "-",
    ".",
    "+3",
    "1e3",
    "1e-30",
    "1_000",
    "٣",
    "--2",
    "1.2.3",
    "0007.50",
    "inf",
    "nan",
]
written = st.decimals(-(10**9), 10**9, places=4).map(str) | st.sampled_from(
    ["", " ", " 7 ", *odd_texts, *("9" * digits for digits in (17, 18, 19, 40)), f"0.{'0' * 20}1"]
)


@given(st.lists(written, min_size=1, max_size=20), st.sampled_from("UO"))
@example(["1", "2"], "U")
def test_numbers_are_read_as_one_is_read(texts: list[str], kind: str) -> None:
    found, bad = read_numbers(np.array(texts).astype(kind))
    for row, text in enumerate(texts):
        number = number_in(text)
        if bad[row]:
            assert number is None or len(text) > 18
        else:
            assert number == Decimal(int(found.counts[row])).scaleb(-found.places)
