"""A document that cannot be rated is refused with file, line, field, and how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.tariff_documents.load import load_tariff, load_tariff_files
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import Problem

SOUND = """\
tariff: R-1
version: 1
name: Residential
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
proration:
  normal_days: {from: 27, to: 34}
  basis: 30
  tiers: true
determinants:
  meter_size: {kind: choice}
  exempt: {kind: flag, default: "no"}
charges:
- type: service_charge
  code: SVC
  label: Service
  gl_account: "4010"
  fund: WATER
  charge_group: water
  amount:
    by: meter_size
    values: {5/8: 12.35, 1: 24.80}
- type: commodity_tiered
  code: WATER
  label: Water
  gl_account: "4020"
  fund: WATER
  charge_group: water
  start_is: first_unit
  tiers:
  - {from: 1, rate: 2.94}
  - {from: 7, rate: 4.29}
- type: tax
  code: TAX
  label: Tax
  gl_account: "2210"
  fund: GENERAL
  charge_group: tax
  unless: exempt
  base: [SVC, WATER]
  percent: 6
"""


def problems(text: str) -> list[Problem]:
    with pytest.raises(InvalidTariffDocument) as refused:
        load_tariff(text, file="r1.yaml")
    return refused.value.problems


@pytest.mark.parametrize("kind", ["condition", "average", "rate_structure"])
def test_a_document_of_another_kind_is_told_as_what_it_is(kind: str) -> None:
    (found,) = problems(f"# rates\n{kind}: x\nrevision: 1\n")
    assert (found.line, found.field) == (2, kind)
    assert found.message.startswith("this is no tariff but a")


def test_the_document_these_tests_break_is_sound() -> None:
    assert load_tariff(SOUND, file="r1.yaml").version.reference == "R-1@1"


# What is replaced, by what; then line, field and a piece of the message.
BROKEN = [
    ("name: Residential\n", "", 1, "name", "is missing: add it"),
    ("name: Residential\n", "name: Residential\nnmae: x\n", 4, "nmae", "is not known here"),
    ("version: 1", "version: one", 2, "version", "'one' is not a whole number"),
    ("tariff: R-1", "tariff: r-1", 1, "tariff", "'r-1' is no code: write capital letters and digits"),
    ("meter_size: {", "Meter Size: {", 14, "determinants.Meter Size", "'Meter Size' is no name: write small"),
    ("currency: USD", "currency: dollars", 5, "currency", "'dollars' is no currency: write its three"),
    (
        "2026-01-01",
        "01/02/2026",
        6,
        "effective_from",
        "is no day: write YYYY-MM-DD",
    ),
    ("2026-01-01", '"86400"', 6, "effective_from", "'86400' is no day: write YYYY-MM-DD"),
    ("2026-01-01", "20260101", 6, "effective_from", "'20260101' is no day: write YYYY-MM-DD"),
    ("2026-01-01", "2026-13-01", 6, "effective_from", "'2026-13-01' is no day: write YYYY-MM-DD"),
    ("rate: 4.29", "rate: 4,29", 35, "charges[1].tiers[1].29", "write decimals with a point"),
    ("service_day", "someday", 7, "effectivity", "'someday' is not known: write 'service_day', 'bill_date'"),
    ("unit: ccf", "unit: buckets", 8, "usage.unit", "use one of L, m3, cf, ccf"),
    ("step: 1", "step: 0", 8, "usage.step", "0 is no step"),
    ("step: 1", "step: .inf", 8, "usage.step", "is not a number"),
    ("to: 34", "to: 20", 10, "proration.normal_days", "ends before it starts"),
    ("basis: 30", "basis: monthly", 11, "proration.basis", "write a number of days, or scheduled"),
    ("tiers: true", "tiers: maybe", 12, "proration.tiers", "'maybe' is neither yes nor no"),
    ("kind: choice", "kind: guess", 14, "determinants.meter_size.kind", "'guess' is not known"),
    ('default: "no"', "default: never", 15, "determinants.exempt.default", "write yes or no"),
    ("type: service_charge", "type: gift", 17, "charges[0]", "'gift' is not a type of charge"),
    ("- type: service_charge\n  code", "- code", 17, "charges[0]", "a charge needs a type"),
    ('  gl_account: "4010"\n', "", 17, "charges[0].gl_account", "is missing"),
    ("by: meter_size", "by: pipe", 24, "charges[0].amount.by", "pipe is not declared"),
    ("by: meter_size", "by: exempt", 24, "charges[0].amount.by", "a choice or a count or a number is needed"),
    ("1: 24.80", "1: lots", 25, "charges[0].amount.values.1", "'lots' is not a number"),
    ("1: 24.80", "1: {in: 1}", 25, "charges[0].amount.values.1.in", "one key each of meter_size"),
    ("1: 24.80", "5/8: 24.80", 25, "", "'5/8' is there already"),
    ("1: 24.80", "1: 24.80, 1.0: 3", 25, "charges[0].amount.values.1.0", "1 is there already"),
    ("code: TAX", "code: SVC", 37, "charges[2].code", "SVC is there already"),
    ("  start_is: first_unit\n", "", 26, "charges[1].start_is", "is missing: add it"),
    ("start_is: first_unit", "start_is: boundary", 34, "charges[1].tiers[0].from", "it must start at 0"),
    ("from: 7", "from: 1", 35, "charges[1].tiers[1].from", "starts must rise"),
    ("rate: 4.29", 'rate: "4,29"', 35, "charges[1].tiers[1].rate", "write digits such as"),
    ("rate: 4.29", "rate: wet", 35, "charges[1].tiers[1].rate", "or a formula: {formula: wet}"),
    ("rate: 4.29", "rate: $4.29", 35, "charges[1].tiers[1].rate", "write digits such as 4.29"),
    ("rate: 4.29", "rate: {formula: min(2, 3)}", 35, "charges[1].tiers[1].rate.formula", "formula in quotes"),
    ("rate: 4.29", "rate: {formula: 2, rond: {}}", 35, "charges[1].tiers[1].rate.rond", "is not known here"),
    ("usage: {unit: ccf, step: 1, rounding: down}\n", "", 25, "charges[1].type", "add a usage section"),
    ("base: [SVC, WATER]", "base: [SVC, SEWER]", 43, "charges[2].base[1]", "earlier charges are SVC, WATER"),
    ("base: [SVC, WATER]", "base: [SVC, TAX]", 43, "charges[2].base[1]", "TAX is not the code of an earlier"),
    ("base: [SVC, WATER]", "base: [SVC, SVC]", 43, "charges[2].base[1]", "SVC is named twice"),
    ("base: [SVC, WATER]", "base: []", 43, "charges[2].base", "at least 1"),
    ("unless: exempt", "unless: meter_size", 42, "charges[2].unless", "a flag is needed here"),
    ("currency: USD", "currency: USD: x", 5, "", "mapping values are not allowed"),
    ("  normal_days", "\tnormal_days", 10, "", "use spaces"),
    ("name: Residential", "name: &n Residential\nlabel: *n", 4, "", "aliases are not read"),
    ("name: Residential", "name: [Residential]", 3, "name", "must be plain text"),
    ("name: Residential", "name: Res\x07idential", 3, "", "no text (U+0007): take it out"),
    (
        "name: Residential",
        'name: "Res\\x7fidential"',
        3,
        "",
        "a character that is no text (U+007F): take it out",
    ),
    ("name: Residential", 'name: "Res\\ud800idential"', 3, "", "no text (U+D800)"),
    ("name: Residential", 'name: "Res \\L idential"', 3, "", "no text (U+2028)"),
    ("name: Residential", '"na\\0me": Residential', 3, "", "no text (U+0000)"),
]


@pytest.mark.parametrize(("old", "new", "line", "field", "message"), BROKEN)
def test_each_mistake_is_named_with_line_and_field(
    old: str, new: str, line: int, field: str, message: str
) -> None:
    assert SOUND.count(old) >= 1
    (found,) = problems(SOUND.replace(old, new, 1))
    assert (found.file, found.line, found.field) == ("r1.yaml", line, field)
    assert message in found.message
    assert str(found).startswith(f"r1.yaml:{line}: ")


BANDS = """\
- type: commodity_stepped
  code: BANDS
  label: Water by bands
  gl_account: "4021"
  fund: WATER
  charge_group: water
  start_is: boundary
  steps:
  - {from: 0, amount: 20}
  - {from: 5, amount: 35, rate: 4.1, included: 5}
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "message"),
    [
        ("from: 0", "from: 1", 53, "steps[0].from", "it must start at 0"),
        ("from: 0, amount: 20", "from: 0", 53, "steps[0]", "write amount: 0 where nothing is due"),
        (
            "from: 5",
            "from: 0",
            54,
            "steps[1].from",
            "step 2 starts at 0, after step 1 at 0: starts must rise",
        ),
        ("from: 5, ", "", 54, "steps[1].from", "is missing"),
        ("from: 5", "from: 5, to: 9", 54, "steps[1].to", "is not known here"),
        ("rate: 4.1, ", "", 54, "steps[1].included", "add a rate, or leave it out"),
        ("included: 5", "included: -5", 54, "steps[1].included", "-5 is no quantity"),
        ("  start_is: boundary\n", "", 45, "start_is", "is missing"),
    ],
)
def test_steps_are_in_order_and_each_has_a_price(
    old: str, new: str, line: int, field: str, message: str
) -> None:
    assert BANDS.count(old) == 1
    (found,) = problems(SOUND + BANDS.replace(old, new))
    assert (found.line, found.field) == (line, f"charges[3].{field}")
    assert message in found.message


@pytest.mark.parametrize(
    "text", ["", "- a\n- b\n", "just text", "{", "a: [1, 2", "[" * 3000, "? [a]\n: b\n", "--- a\n--- b\n"]
)
def test_what_is_no_mapping_at_all_is_refused_clearly(text: str) -> None:
    (found,) = problems(text)
    assert found.message


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    broken = SOUND.replace("currency: USD", "currency: x").replace("rate: 2.94", "rate: x")
    assert [found.line for found in problems(broken)] == [5, 34]


def test_a_discount_is_either_a_percentage_or_a_credit() -> None:
    both = SOUND.replace("type: tax", "type: discount").replace("percent: 6", "percent: 6\n  credit: 1")
    (found,) = problems(both)
    assert (found.line, found.field) == (36, "charges[2]")
    assert "either a percent or a credit" in found.message


def test_several_files_are_reported_together(tmp_path: Path) -> None:
    names = ("a.yaml", "b.yaml", "good.yaml")
    texts = (SOUND.replace("USD", "x"), SOUND.replace("2.94", "x"), SOUND)
    for name, text in zip(names, texts, strict=True):
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.yaml").write_bytes("name: Qualität".encode("latin-1"))
    paths = [tmp_path / name for name in (*names, "latin.yaml", "absent.yaml")]
    with pytest.raises(InvalidTariffDocument) as refused:
        load_tariff_files(paths)
    blamed = {Path(problem.file).name for problem in refused.value.problems}
    assert blamed == {"a.yaml", "b.yaml", "latin.yaml", "absent.yaml"}
    assert {"file", "line", "field", "message"} == set(refused.value.data["problems"][0])  # type: ignore[index]
