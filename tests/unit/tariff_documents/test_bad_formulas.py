"""Mistakes in formulas, ranges, sources and quantities are named with line, field and cause."""

from __future__ import annotations

import pytest

from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.problems import InvalidTariffDocument

SOUND = """\
tariff: W-1
version: 1
name: Water budget
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  people: {kind: count}
  area: {kind: number, source: premise}
  installed: {kind: choice, source: meter}
  size: {kind: choice, default_from: installed}
  stage: {kind: choice, source: utility, default: "0"}
  season: {kind: choice, source: calendar, seasons: {summer: {from: 05-01}, winter: {from: 11-01}}}
  days: {kind: count, source: period}
  late: {kind: event}
formulas:
  budget: {formula: 55 * people * days / 748, round: {to: 1, rule: half_even}}
  dry: {formula: stage != "0"}
charges:
- type: service_charge
  code: SVC
  label: Service
  gl_account: "4010"
  fund: WATER
  charge_group: water
  amount: {by: [size, area], values: {"1": {up to 5: 1, over 5: 2}, "*": {"*": 3}}}
- type: commodity_tiered
  code: WATER
  label: Water
  gl_account: "4020"
  fund: WATER
  charge_group: water
  start_is: boundary
  only_if: dry
  out_of_order: empty_tier
  tiers:
  - {from: 0, rate: 2.94}
  - {from: {formula: 1.5 * budget, round: {to: 1}}, rate: 4.29}
  quantity: {at_most: {formula: area / 2}, round: {to: 10}}
- type: one_off
  code: LATE
  label: Late fee
  gl_account: "4220"
  fund: WATER
  charge_group: fees
  when: late
  percent: 5
- type: rounding
  code: ROUND
  label: Rounding
  gl_account: "4950"
  fund: WATER
  charge_group: water
  base: [SVC, WATER]
  to: 0.05
"""


def test_the_document_these_tests_break_is_sound() -> None:
    assert load_tariff(SOUND, file="w1.yaml").version.reference == "W-1@1"


# What is replaced, by what; then line, field and a piece of the message.
BROKEN = [
    ("55 * people", "55 * peple", 19, "formulas.budget.formula", "column 6: peple is not declared"),
    ("55 * people", "55 * size", 19, "formulas.budget.formula", "size is a choice"),
    ("55 * people", "55 * late", 19, "formulas.budget.formula", "late is an event"),
    ("55 * people", "55 * dry", 19, "formulas.budget.formula", "dry is not declared"),  # it comes after
    ("55 * people *", "55 * (size = 2) *", 19, "formulas.budget.formula", "a formula needs a number here"),
    ("55 * people *", "(55 * people *", 19, "formulas.budget.formula", "column"),
    ("55 * people *", "55 % people *", 19, "formulas.budget.formula", "column 4"),
    ("to: 1, rule: half_even", "to: 0", 19, "formulas.budget.round.to", "greater than 0"),
    ("rule: half_even", "rule: nearest", 19, "formulas.budget.round.rule", "'nearest' is not known"),
    ("  dry:", "  people:", 20, "formulas.people", "people is there already"),
    (
        "default_from: installed",
        "default_from: fitted",
        13,
        "determinants.size.default_from",
        "fitted is not",
    ),
    ("default_from: installed", "default_from: size", 13, "determinants.size.default_from", "itself"),
    ("default_from: installed", "default_from: area", 13, "determinants.size.default_from", "is a number"),
    (
        "default_from: installed",
        "default_from: installed, default: x",
        13,
        "determinants.size.default_from",
        "keep",
    ),
    ("source: premise", "source: guess", 11, "determinants.area.source", "'guess' is not known"),
    (
        "kind: count, source: period",
        "kind: choice, source: period",
        16,
        "determinants.days.kind",
        "a count or a num",
    ),
    ("kind: event", "kind: event, source: utility", 17, "determinants.late.source", "happen to an agreement"),
    ("from: 05-01", "from: 02-30", 15, "determinants.season.seasons.summer.from", "is no day of a year"),
    (
        "from: 05-01",
        "from: 11-01",
        15,
        "determinants.season.seasons.winter.from",
        "summer starts on that day",
    ),
    (
        "{from: 05-01}, winter: {from: 11-01}",
        "{from: 02-28}, winter: {from: 02-29}",
        15,
        "determinants.season.seasons.winter.from",
        "give each season a day of its own",
    ),
    ("from: 05-01", "from: May", 15, "determinants.season.seasons.summer.from", "write MM-DD"),
    (
        "source: calendar, seasons",
        "source: agreement, seasons",
        15,
        "determinants.season.seasons",
        "calendar",
    ),
    ("up to 5: 1", "up to 6: 1", 28, "charges[0].amount.values.1.over 5", "meets 1 / up to 6"),
    ("up to 5: 1", "9 to 5: 1", 28, "charges[0].amount.values.1.9 to 5", "exchange its ends"),
    (
        "by: [size, area]",
        "by: [size, installed]",
        28,
        "charges[0].amount.values.1.up to 5",
        "declare it a number",
    ),
    ("by: [size, area]", "by: [late, area]", 28, "charges[0].amount.by", "late is declared an event"),
    ("only_if: dry", "only_if: budget", 36, "charges[1].only_if", "a flag is needed here"),
    (
        "formula: 1.5 * budget",
        "formula: budget > 5",
        40,
        "charges[1].tiers[1].from.formula",
        "an amount is a number",
    ),
    ("formula: area / 2", 'formula: "area /"', 41, "charges[1].quantity.at_most.formula", "column"),
    ("round: {to: 10}", "round: {to: -10}", 41, "charges[1].quantity.round.to", "greater than 0"),
    ("at_most: {formula: area / 2}", "at_most: -3", 41, "charges[1].quantity.at_most", "-3 is no quantity"),
    ("at_most:", "atmost:", 41, "charges[1].quantity.atmost", "is not known here"),
    ("when: late", "when: area", 48, "charges[2].when", "an event is needed here"),
    ("percent: 5", "label2: 5", 49, "charges[2].label2", "is not known here"),
    ("percent: 5", "percent: 5\n  amount: 3", 42, "charges[2]", "write one of them"),
    ("to: 0.05", "to: 0", 57, "charges[3].to", "write an amount above 0"),
]


@pytest.mark.parametrize(("old", "new", "line", "field", "message"), BROKEN)
def test_each_mistake_is_named_with_line_and_field(
    old: str, new: str, line: int, field: str, message: str
) -> None:
    assert SOUND.count(old) >= 1
    with pytest.raises(InvalidTariffDocument) as refused:
        load_tariff(SOUND.replace(old, new, 1), file="w1.yaml")
    found = refused.value.problems[0]
    assert (found.line, found.field) == (line, field)
    assert message in found.message


@pytest.mark.parametrize(
    "formula",
    [
        "(" * 400 + "1" + ")" * 400,
        "1" * 5000,
        "1 + " * 300 + "1",
        "max(" + "1, " * 250 + "1)",
        "-" * 499 + "1",
    ],
    ids=len,
)
def test_a_formula_beyond_all_measure_is_refused_not_computed(formula: str) -> None:
    with pytest.raises(InvalidTariffDocument) as refused:
        load_tariff(SOUND.replace("55 * people * days / 748", formula), file="w1.yaml")
    assert refused.value.problems[0].line == 19
