"""`headgate tariff quote` rates documents without any cloud."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.facts import DeterminantMissing
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from cli.main import build
from tests.drought import DROUGHT

SAMPLES = Path(__file__).parents[3] / "samples" / "tariffs"
WATER = [str(SAMPLES / name) for name in ("residential-water.yaml", "residential-water-2026-07.yaml")]
JUNE_15 = ["--from", "2026-06-15", "--to", "2026-07-15"]


def quote(*arguments: str) -> str:
    result = CliRunner().invoke(build(), ["tariff", "quote", *arguments])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def test_the_json_form_has_every_line_with_its_derivation() -> None:
    text = quote(*WATER, *JUNE_15, "--usage", "17", "--set", "meter_size=5/8", "--json")
    document = json.loads(text)
    assert document["period"] == {"from": "2026-06-15", "to": "2026-07-15", "days": 30}
    assert (document["billed_quantity"], document["currency"]) == ("17", "USD")
    assert document["total_minor"] == sum(line["amount_minor"] for line in document["lines"])
    assert list(document["tariffs"]) == ["R-1@3", "R-1@4"]
    assert document["lines"][2]["derivation"].startswith("3 ccf of tier 1 at 2.94 = 8.82 USD; Tariff R-1@3")


def test_the_table_shows_lines_total_and_derivations() -> None:
    text = quote(*WATER, *JUNE_15, "--usage", "17", "--set", "meter_size=5/8", "--set", "low_income=yes")
    assert "Lifeline discount" in text
    assert "80.71" in text
    assert "limited to −15.00 USD" in " ".join(text.split())


def test_facts_and_formulas_are_told_for_the_days_they_hold() -> None:
    text = quote(*WATER, *JUNE_15, "--usage", "17", "--set", "meter_size=5/8", "--json")
    facts = json.loads(text)["facts"]
    assert [(part["from"], part["to"], part["tariff"]) for part in facts] == [
        ("2026-06-15", "2026-07-01", "R-1@3"),
        ("2026-07-01", "2026-07-15", "R-1@4"),
    ]
    assert facts[0]["determinants"] == {"low_income": "no", "meter_size": "5/8", "tax_exempt": "no"}


def test_a_step_is_named_and_stands_apart_from_tiers() -> None:
    kerala = str(SAMPLES.parents[1] / "tests" / "golden" / "tariffs" / "ordinances" / "kerala-domestic.yaml")
    march = ["--from", "2023-03-01", "--to", "2023-04-01", "--usage", "12 m3"]
    assert "Water charge, step 3" in quote(kerala, *march)
    lines = json.loads(quote(kerala, *march, "--json"))["lines"]
    assert [(line["tier"], line["step"]) for line in lines] == [
        (None, {"number": 3, "from": "10.000", "to": "15.000"})
    ] * 2


def test_a_budget_is_worked_out_before_ones_eyes() -> None:
    budget = str(SAMPLES.parents[1] / "tests" / "golden" / "tariffs" / "ordinances" / "western-murrieta.yaml")
    june = ["--from", "2018-06-01", "--to", "2018-07-01", "--usage", "31"]
    household = ["--set", "meter_size=5/8", "--set", "irrigated_area=1800", "--set", "microclimate=9"]
    text = " ".join(quote(budget, *june, *household, "--condition", "evapotranspiration=6.2").split())
    assert "irrigated area 1800 square feet" in text
    assert "indoor = 60 × people (3) × days (30) ÷ 748 = 7.219251… → 7.2 ccf, rounded half up" in text
    assert "WATER tier 4 from = 1.25 × budget (13.7) = 17.125" in text


def test_usage_may_name_its_unit_and_a_determinant_its_day() -> None:
    exchanged = ["--set", "meter_size=5/8", "--set", "meter_size=1@2026-03-16"]
    march = ["--from", "2026-03-01", "--to", "2026-03-31"]
    text = quote(WATER[0], *march, "--usage", "748 gal", *exchanged, "--json")
    lines = json.loads(text)["lines"]
    # 12.35 × 15/30 = 6.175 and 24.80 × 15/30
    assert [line["amount"] for line in lines[:3]] == ["6.18", "12.40", "2.94"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            [str(SAMPLES / "residential-sewer.yaml"), WATER[0], "--usage", "1"],
            "name one of them with --tariff",
        ),
        ([WATER[0], "--usage", "much"], "'much' is not a quantity"),
        ([WATER[0], "--usage", "1e99999999"], "is not a quantity"),
        ([WATER[0], "--usage", "1 bucket"], "unknown unit 'bucket'"),
        ([WATER[0], "--usage", "1", "--set", "meter_size"], "write NAME=VALUE"),
        ([WATER[0], "--usage", "1", "--set", "meter_size=1@June"], "'June' is not a day"),
        (
            [WATER[0], "--usage", "1", "--set", "metre_size=1"],
            "declare no metre_size, they declare",
        ),
    ],
)
def test_what_cannot_be_understood_is_refused(arguments: list[str], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        quote(*arguments, *JUNE_15)


def test_refusals_of_rating_and_of_documents_come_through(tmp_path: Path) -> None:
    with pytest.raises(DeterminantMissing, match="needs meter_size"):
        quote(WATER[0], *JUNE_15, "--usage", "1")
    bad = tmp_path / "bad.yaml"
    bad.write_text(Path(WATER[0]).read_text().replace("rate: 4.29", "rate: dear"))
    with pytest.raises(InvalidTariffDocument, match=r"bad.yaml:\d+: charges\[1\].tiers\[1\].rate: 'dear'"):
        quote(str(bad), *JUNE_15, "--usage", "1")


@pytest.fixture
def drought(tmp_path: Path) -> list[str]:
    """A tariff that looks up a drought stage and the weather, and a stage that is declared."""
    tariff, condition = tmp_path / "drought.yaml", tmp_path / "stage.yaml"
    text = DROUGHT.format(code="WATER").replace(
        "  reconnected:", "  et: {kind: number, source: weather}\n  reconnected:"
    )
    surcharge = """\
  - {type: unit_surcharge, code: DRY, label: Dry weather, gl_account: "4013", fund: water,
     charge_group: water, rate: {formula: et / 100}}
"""
    tariff.write_text(text + surcharge)
    condition.write_text('condition: drought_stage\nrevision: 1\nvalues: [{from: 2026-07-01, value: "2"}]\n')
    return [str(tariff), str(condition)]


def test_conditions_come_from_files_and_from_the_command_line(drought: list[str]) -> None:
    document = json.loads(quote(*drought, *JUNE_15, "--usage", "10", "--condition", "et=6.2", "--json"))
    # 16 of 30 days before July 1: 5.33 and 4.67 ccf, by largest remainder 5 and 5
    assert [(line["charge"], line["amount"]) for line in document["lines"]] == [
        ("SVC", "10.00"),
        ("USE", "10.00"),
        ("USE", "15.00"),
        ("DRY", "0.62"),
    ]
    assert [name for name, sha in document["conditions"].items() if sha] == ["condition:drought_stage@1"]
    assigned = [
        "--condition",
        "et=6.2",
        "--condition",
        "drought_stage=0",
        "--condition",
        "drought_stage=2@2026-07-08",
    ]
    document = json.loads(quote(*drought, *JUNE_15, "--usage", "10", *assigned, "--json"))
    # 23 of 30 days in stage 0: 7.67 and 2.33 ccf
    assert [line["amount"] for line in document["lines"][1:3]] == ["16.00", "6.00"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--condition", "stage=2"], "look up no condition stage, they look up drought_stage, et"),
        (["--condition", "reconnected=1"], "assign what is an agreement's with --set"),
        (["--condition", "et=wet"], "et is measured: write a number"),
        (["--condition", "et"], "--condition 'et' sets nothing"),
        (["--set", "drought_stage=2"], "drought_stage holds for everybody: assign it with --condition"),
    ],
)
def test_a_condition_that_is_none_is_refused(drought: list[str], arguments: list[str], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        quote(*drought, *JUNE_15, "--usage", "1", *arguments)
    with pytest.raises(Refusal, match="name the tariff to rate on"):
        quote(drought[1], *JUNE_15)


def test_the_schema_is_json() -> None:
    result = CliRunner().invoke(build(), ["tariff", "schema"])
    assert json.loads(result.output)["title"] == "Headgate tariff"
