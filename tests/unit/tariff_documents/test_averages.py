"""Averaging rules as documents: what they say, and how a mistake is told."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.averages.rule import BillsIn, Default, Fallback, Method, Window
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.tariff_documents.averages import (
    AveragingDocument,
    InvalidAveragingRule,
    json_schema,
    load_averaging_rule,
    read_averaging_rule,
)

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "samples" / "averages").glob("*.yaml"))
SOUND = """\
average: WINTER
name: Winter average
determinant: winter_average_ccf
service: sewer
usage_of: water
unit: ccf
window: {from: 12-01, to: 03-31}
method: mean_per_bill
least_bills: 3
rounding: {step: 1, rule: half_up}
cap: 20
default: class_median
effective: 07-01
"""


def problem(*changes: tuple[str, str], more: str = "") -> str:
    text = SOUND + more
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(InvalidAveragingRule) as refused:
        read_averaging_rule(text, file="w.yaml")
    return refused.value.message


def test_the_winter_rule_of_the_samples_says_all_it_means() -> None:
    rule = load_averaging_rule(ROOT / "samples" / "averages" / "winter-sewer.yaml")
    assert (rule.code, rule.determinant) == ("WINTER", "winter_average")
    assert (rule.service, rule.usage_of) == (ServiceType.SEWER, (ServiceType.WATER,))
    assert rule.window == Window(first=MonthDay(12, 1), last=MonthDay(3, 31))
    assert (rule.method, rule.least_bills) == (Method.MEAN_PER_BILL, 3)
    assert (rule.rounding.step, rule.rounding.rule) == (Decimal(1), RoundingRule.HALF_UP)
    assert (rule.floor, rule.cap, rule.effective) == (None, Decimal(20), MonthDay(7, 1))
    assert rule.defaults == (
        Default(kind=Fallback.LAST_YEAR),
        Default(kind=Fallback.CLASS_MEDIAN),
        Default(kind=Fallback.FIXED, value=Decimal(6)),
    )


def test_the_three_year_rule_of_the_samples_loads() -> None:
    rule = load_averaging_rule(ROOT / "samples" / "averages" / "three-year-mean.yaml")
    assert (rule.window.years, rule.window.least_years) == (3, 2)
    assert rule.window.bills is BillsIn.OVERLAPPING
    assert rule.defaults == (Default(kind=Fallback.CLASS_MEAN),)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_every_sample_names_the_schema_beside_it(sample: Path) -> None:
    found = re.search(r"\$schema=(\S+)", sample.read_text())
    assert found is not None
    assert (sample.parent / found[1]).resolve() == ROOT / "docs" / "averaging-rule.schema.json"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("12-01", "12/01", "w.yaml:7: window.from: '12/01' is no day of a year: write MM-DD, such as 12-01"),
        ("03-31", "02-30", "w.yaml:7: window.to: '02-30' is no day of a year: write MM-DD, such as 12-01"),
        ("class_median", "fixed", "w.yaml:12: default: 'fixed' is no default: write one of class_mean,"),
        ("class_median", "{fixed: six}", "w.yaml:12: default.fixed: 'six' is not a number"),
        ("class_median", "{}", "w.yaml:12: default: a default is a name, or {fixed: FIGURE}"),
        ("cap: 20", "cap: -1", "w.yaml:11: cap: must be at least 0"),
        ("step: 1", "step: 0", "w.yaml:10: rounding.step: must be greater than 0"),
        ("mean_per_bill", "mean", "w.yaml:8: method: 'mean' is not known: write 'mean_per_bill',"),
        ("mean_per_bill", "lowest", "w.yaml:1: of_bills: lowest needs to know of how many bills: add it"),
        ("usage_of: water", "usage_of: [sewer, water]", "w.yaml:5: usage_of: is either sewer itself or"),
        ("unit: ccf", "unit: barrel", "w.yaml:6: unit: unknown unit 'barrel'"),
        ("effective", "effectiv", "w.yaml:13: effectiv: is not known here"),
        ("cap: 20", "cap: 20\ncap: 30", "w.yaml:12: 'cap' is there already"),
        ("to: 03-31}", "to: 03-31, least_years: 2}", "w.yaml:7: window.least_years: 2 years are needed of 1"),
    ],
)
def test_a_mistake_is_told_with_line_field_and_how_to_mend_it(old: str, new: str, message: str) -> None:
    assert message in problem((old, new))


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("of_bills: 2\n", "w.yaml:14: of_bills: is for lowest and highest: take it out"),
        ("floor: 21\n", "w.yaml:14: floor: is above the cap: exchange them"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(more: str, message: str) -> None:
    assert message in problem(more=more)


def test_whole_bills_are_not_compared_by_parts() -> None:
    told = problem(("to: 03-31", "to: 03-31, bills: overlapping"), ("mean_per_bill", "median"))
    assert "w.yaml:8: method: median compares whole bills" in told


def test_more_bills_are_not_averaged_than_must_be_there() -> None:
    told = problem(("mean_per_bill", "lowest"), more="of_bills: 4\n")
    assert "w.yaml:9: least_bills: is fewer than the 4 that are averaged: raise it" in told


def test_all_mistakes_are_told_at_once() -> None:
    told = problem(("12-01", "x"), ("cap: 20", "cap: many"), ("effective: 07-01\n", ""))
    assert [line.split(": ")[1] for line in told.splitlines()] == ["effective", "window.from", "cap"]


def test_a_file_that_is_no_rule_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.yaml").write_text("- average\n")
    with pytest.raises(
        InvalidAveragingRule, match="an averaging rule is a mapping: begin with `average: CODE`"
    ):
        load_averaging_rule(tmp_path / "list.yaml")
    with pytest.raises(InvalidAveragingRule, match="cannot be read"):
        load_averaging_rule(tmp_path / "none.yaml")


def test_the_committed_schema_is_current() -> None:
    committed = json.loads((ROOT / "docs" / "averaging-rule.schema.json").read_text())
    assert committed == json_schema(), "run: headgate average schema > docs/averaging-rule.schema.json"


def test_every_field_is_in_the_documentation() -> None:
    page = (ROOT / "docs" / "winter-averages.md").read_text()
    names = [field.alias or name for name, field in AveragingDocument.model_fields.items()]
    assert [name for name in names if f"`{name}`" not in page] == []


def test_the_example_of_the_documentation_loads() -> None:
    page = (ROOT / "docs" / "winter-averages.md").read_text()
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert [read_averaging_rule(one, file="docs").code for one in examples] == ["WINTER"]
