"""Every formula can say how its number came about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Table
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.determinants import Event, Values
from chalicelib.domain.tariffs.formula_words import explain_formula, value_words, workings
from chalicelib.domain.tariffs.rating import RatingRequest, compile_book
from chalicelib.domain.tariffs.version import NamedFormula, TariffVersion
from tests.unit.domain.tariffs.builders import (
    LOW_INCOME,
    UNITS,
    flat,
    formula,
    step,
    stepped,
    tiered,
    version,
)
from tests.unit.domain.tariffs.strategies import books, requests, stages

BUDGET = replace(formula("55 * people * days / 748", step="1"), rule=RoundingRule.HALF_EVEN)


def explained(text: str, values: Values, *, step: str = "0.000001") -> str:
    return explain_formula(NamedFormula(name="x", formula=formula(text, step=step)), values)


def test_a_budget_shows_its_values_what_it_comes_to_and_how_that_is_rounded() -> None:
    named = NamedFormula(name="budget", formula=BUDGET, unit="ccf")
    assert explain_formula(named, {"people": Decimal(3), "days": Decimal(30)}) == (
        "budget = 55 × people (3) × days (30) ÷ 748 = 6.617647… → 7 ccf, rounded half to even"
    )


def test_what_is_exact_is_not_rounded() -> None:
    assert explained("1.25 * budget - 20", {"budget": Decimal(10)}) == "x = 1.25 × budget (10) - 20 = −7.5"
    assert explained("budget", {"budget": Decimal("6.50")}) == "x = budget (6.5)"


def test_a_coarser_step_is_named() -> None:
    assert explained("budget / 3", {"budget": Decimal(10)}, step="0.1") == (
        "x = budget (10) ÷ 3 = 3.333333… → 3.3, rounded half up to a multiple of 0.1"
    )


def test_choices_stand_in_quotes_and_what_is_in_quotes_stays() -> None:
    assert explained('size = "1 / 2" or dry', {"size": "1 / 2", "dry": False}) == (
        'x = size ("1 / 2") = "1 / 2" or dry (no) = yes'
    )


def test_parentheses_stay_where_they_are_needed() -> None:
    values = {"a": Decimal(1), "b": Decimal(2)}
    assert explained("(a + b) * -b", values) == "x = (a (1) + b (2)) × -b (2) = −6"
    assert explained("max(a, if(a < b, b, 0))", values) == ("x = max(a (1), if(a (1) < b (2), b (2), 0)) = 2")


def test_formulas_of_charges_are_told_where_they_stand_and_only_where_they_apply() -> None:
    tariff = version(
        tiered(("0", "2"), (formula("3 * dwelling_units"), "3")),
        stepped(step("0", formula("5 * dwelling_units")), step("4", rate="1"), code="STEPS"),
        flat(Table(("dwelling_units",), {("2",): formula("dwelling_units / 8")}), code="FLAT"),
        flat(formula("1 / dwelling_units"), code="POOR", only_if="low_income"),
        determinants=(UNITS, LOW_INCOME),
    )
    assert list(workings(tariff, {"dwelling_units": Decimal(2), "low_income": False})) == [
        "WATER tier 2 from = 3 × dwelling_units (2) = 6",
        "STEPS step 1 amount = 5 × dwelling_units (2) = 10",
        "FLAT rate = dwelling_units (2) ÷ 8 = 0.25",
    ]


def test_values_read_as_people_write_them() -> None:
    assert value_words((Event(date(2026, 4, 12), Decimal("1.0")),)) == "1 on 2026-04-12"
    assert [value_words(value) for value in ((), True, "5/8", Decimal("7.50"))] == [
        "never",
        "yes",
        "5/8",
        "7.5",
    ]


@given(books(), stages(), requests())
def test_every_formula_of_a_bill_has_words(
    versions: list[TariffVersion], stage: Condition, asked: RatingRequest
) -> None:
    for part in compile_book([*versions, stage]).slices(asked):
        said = list(workings(part.version, part.values))
        assert [words.split(" = ")[0] for words in said[:2]] == ["budget", "dry"]
        for words, named in zip(said, part.version.formulas, strict=False):
            assert value_words(part.values[named.name]) in words
