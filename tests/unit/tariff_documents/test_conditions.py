"""Conditions become facts by day, and what is wrong with a document is told with its line."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.conditions import (
    InvalidCondition,
    load_condition,
    read_condition,
    with_readings,
    with_value,
)
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.tariff_documents.rate_documents import load_rate_files, read_rate_document

ROOT = Path(__file__).parents[3]
TARIFF = ROOT / "samples" / "tariffs" / "residential-water.yaml"

DROUGHT = """\
condition: drought_stage
revision: 2
label: Drought stage
values:
- {from: 2026-01-01, value: "0", authority: Ordinance 311}
- {from: 2026-07-01, value: "2.0", authority: Resolution 2026-14}
"""
POWER = """\
condition: power_cost
revision: 1
unit: USD/ccf
by: pressure_zone
values:
- {from: 2026-01-01, each: {"1": 0.12, "2": 0.180}}
- {from: 2026-03-01, each: {"2": 0.2}}
"""
WEATHER = """\
condition: et
revision: 1
unit: inches
by: climate_zone
readings:
- {from: 2026-06-01, to: 2026-07-01, each: {coastal: 5.1, inland: 6.9}}
- {from: 2026-07-01, to: 2026-08-01, each: {coastal: 6.2}}
"""
JUNE, JULY = Period(date(2026, 6, 1), date(2026, 7, 1)), Period(date(2026, 7, 1), date(2026, 8, 1))


def condition(text: str) -> Condition:
    return load_condition(text, file="c.yaml").condition


def test_a_value_holds_from_its_day_until_the_next() -> None:
    drought = condition(DROUGHT)
    assert (drought.name, drought.revision, drought.reference) == (
        "drought_stage",
        2,
        "condition:drought_stage@2",
    )
    days = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1))
    assert [drought.on(day) for day in days] == [None, "0", "0", "2"]


def test_a_key_that_is_left_out_keeps_its_value() -> None:
    power = condition(POWER)
    march = date(2026, 3, 1)
    assert power.by == "pressure_zone"
    assert [power.on(march, key=zone) for zone in ("1", "2")] == ["0.12", "0.2"]


def test_readings_add_up_over_the_days_that_were_measured() -> None:
    weather = condition(WEATHER)
    assert weather.over(JUNE, key="inland") == Decimal("6.9")
    assert weather.over(Period(date(2026, 6, 16), date(2026, 7, 16)), key="coastal") == Decimal("5.55")
    assert weather.over(JULY, key="inland") is None


@pytest.mark.parametrize("text", [DROUGHT, POWER, WEATHER], ids=["drought", "power", "weather"])
def test_the_canonical_form_reads_back_as_the_same_condition(text: str) -> None:
    loaded = load_condition(text, file="c.yaml")
    assert read_condition(loaded.canonical) == loaded
    assert load_condition(loaded.canonical, file="c.json") == loaded
    assert json.loads(loaded.canonical)["format"] == 1


def test_how_it_is_written_does_not_change_the_fingerprint_and_what_it_says_does() -> None:
    same = DROUGHT.replace('"2.0"', "2").replace("values:", "# as resolved\nvalues:")
    assert condition(same).fingerprint == condition(DROUGHT).fingerprint
    other = DROUGHT.replace("2026-07-01", "2026-07-02")
    assert condition(other).fingerprint != condition(DROUGHT).fingerprint


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- drought_stage", "c.yaml:1: a condition is a mapping: begin with `condition: NAME`"),
        (DROUGHT.replace("revision: 2", "revison: 2"), "c.yaml:2: revison: is not known here"),
        (DROUGHT.replace("revision: 2\n", ""), "c.yaml:1: revision: is missing"),
        (DROUGHT.replace("07-01", "02-30"), "c.yaml:6: values[1].from: '2026-02-30' is no day"),
        (DROUGHT.replace("2026-07-01", "2025-07-01"), "c.yaml:6: values[1].from: 2025-07-01 comes after"),
        (
            DROUGHT.replace("2026-07-01", "2026-01-01"),
            "c.yaml:6: values[1].from: 2026-01-01 is there already",
        ),
        (DROUGHT.split("values")[0], "c.yaml:1: values: declares nothing: add values, or readings"),
        (DROUGHT + WEATHER[WEATHER.index("readings") :], "c.yaml:7: readings: a condition is declared or"),
        (DROUGHT.replace('value: "0"', "each: {a: 0}"), "c.yaml:5: values[0].each: what it differs by is"),
        (DROUGHT.replace('value: "0", ', ""), "c.yaml:5: values[0].value: is missing"),
        (POWER.replace('each: {"2": 0.2}', "value: 0.2"), "c.yaml:7: values[1].value: the condition differs"),
        (
            POWER.replace(', each: {"2": 0.2}', ""),
            "c.yaml:7: values[1].each: is missing: add a value for each",
        ),
        (POWER.replace('"2": 0.180', "1.0: 0.18"), "c.yaml:6: values[0].each.1.0: '1' is there already"),
        (WEATHER.replace("6.9", "dry"), "c.yaml:6: readings[0].each.inland: 'dry' is not a number"),
        (WEATHER.replace("to: 2026-07-01", "to: 2026-06-01"), "c.yaml:6: readings[0].to: must come after"),
        (
            WEATHER.replace("from: 2026-07-01", "from: 2026-06-30"),
            "c.yaml:7: readings[1].from: 2026-06-30 is measured at coastal before",
        ),
        (
            WEATHER.replace("from: 2026-07-01", "from: 2026-07-03"),
            "c.yaml:7: readings[1].from: nothing is measured at coastal from 2026-07-01 to before 2026-07-03",
        ),
    ],
)
def test_a_mistake_is_told_with_its_line_and_how_to_mend_it(text: str, problem: str) -> None:
    with pytest.raises(InvalidCondition) as refused:
        load_condition(text, file="c.yaml")
    assert any(str(one).startswith(problem) for one in refused.value.problems), refused.value.message


def test_a_value_declared_later_makes_the_next_revision() -> None:
    before = load_condition(DROUGHT, file="c.yaml").document
    text = with_value(
        before, name="drought_stage", day=date(2026, 9, 1), value="1", authority="Resolution 2026-20"
    )
    after = load_condition(text, file="next").condition
    assert after.revision == 3
    assert [after.on(date(2026, month, 1)) for month in (6, 8, 9)] == ["0", "2", "1"]
    replaced = condition(with_value(before, name="drought_stage", day=date(2026, 7, 1), value="1"))
    assert replaced.on(date(2026, 8, 1)) == "1"


def test_the_first_value_of_a_condition_and_of_one_of_its_keys() -> None:
    first = with_value(None, name="drought_stage", day=date(2026, 7, 1), value="1")
    assert (condition(first).revision, condition(first).on(date(2026, 7, 1))) == (1, "1")
    keyed = with_value(None, name="power", day=date(2026, 7, 1), value="0.1", keys=["1", "2"], by="zone")
    again = with_value(
        load_condition(keyed, file="k").document, name="power", day=date(2026, 7, 1), value="0.3", keys=["2"]
    )
    assert [condition(again).on(date(2026, 7, 1), key=key) for key in ("1", "2")] == ["0.1", "0.3"]


def test_readings_written_anew_are_the_same_readings() -> None:
    loaded = load_condition(WEATHER, file="c.yaml")
    text = with_readings(loaded.document, name="et", readings=loaded.condition.readings)
    assert condition(text).readings == loaded.condition.readings
    assert condition(text).revision == 2


def test_files_of_rates_are_told_apart(tmp_path: Path) -> None:
    file = tmp_path / "stage.yaml"
    file.write_text(DROUGHT)
    tariff, drought = load_rate_files([TARIFF, file])
    assert isinstance(read_rate_document(tariff.canonical), TariffVersion)
    assert isinstance(read_rate_document(drought.canonical), Condition)


def test_the_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    files = [tmp_path / "one.yaml", tmp_path / "two.yaml"]
    files[0].write_text(DROUGHT.replace("07-01", "02-30"))
    files[1].write_text(TARIFF.read_text().replace("4.29", "dear"))
    with pytest.raises(InvalidTariffDocument, match=r"(?s)one.yaml:6.*two.yaml:\d+|two.yaml.*one.yaml"):
        load_rate_files(files)
