"""A file that was imported is rated to the cent, in our own arithmetic."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chalicelib.tariff_documents.owrs.imports.rating import DocumentRates
from chalicelib.tariff_documents.owrs.requests import Answers, RateFiles

TOWN = """\
metadata: {effective_date: 07/01/2017, bill_unit: ccf}
rate_structure:
  HOME:
    service_charge: {depends_on: meter_size, values: {5/8": 13.99, 1|1/2": 46.60}}
    commodity_charge: Tiered
    tier_starts: [0, 11]
    tier_prices: {depends_on: season, values: {Summer: [1.005, 2], Winter: [1, 1.5]}}
    pumping_charge: 0.333*usage_ccf
    variable_drought_surcharge: Tiered
    tier_starts_drought: [0]
    tier_prices_drought: [9]
    bill: 1.01*(service_charge+commodity_charge+pumping_charge)
  GARDEN:
    outdoor: factor*et_amount*irr_area*0.62/748
    budget: outdoor
    factor: {depends_on: usage_month, values: {4: 0.5, 7: 0.9}}
    commodity_charge: Budget
    tier_starts: [0, 100%]
    tier_prices: [1, 10]
    bill: commodity_charge
  BROKEN:
    bill: service_charge
"""
OURS = """\
tariff: R-1
version: 1
name: Residential
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants: {stage: {kind: choice, source: utility}}
charges:
- {type: commodity_flat, code: FLOW, label: Flow, gl_account: "1", fund: W, charge_group: w,
   rate: {by: stage, values: {0: 2, 1: 3}}}
"""


@pytest.fixture
def rates(tmp_path: Path) -> DocumentRates:
    (tmp_path / "town.owrs").write_text(TOWN)
    (tmp_path / "r1.yaml").write_text(OURS)
    return DocumentRates(tmp_path)


def ask(rates: Answers, asked: str, **request: Any) -> dict[str, Any]:
    question = {"file": "town.owrs", "class": "HOME", "fields": asked.split(), **request}
    return rates.answer(json.dumps(question))


SUMMER = {"meter_size": '1 1/2"', "season": "Summer", "usage_ccf": 10.5}


def test_each_line_is_rounded_and_the_bill_is_their_sum(rates: DocumentRates) -> None:
    asked = "service_charge commodity_charge pumping_charge PUMPING X1 X2 XR1 bill"
    # 10 at 1.005 and 0.5 at 2; 10.5 at 0.333 is 3.4965; 1 % of 61.15 is 0.6115
    assert list(ask(rates, asked, inputs=SUMMER)["values"].values()) == [
        "46.60", "11.05", "3.50", "3.50", "10", "0.5", "10.05", "61.76",
    ]  # fmt: skip


def test_a_drought_switches_the_commodity_charge(rates: DocumentRates) -> None:
    values = ask(rates, "variable_drought_surcharge commodity_charge", inputs=SUMMER, stage="drought")[
        "values"
    ]
    assert values == {"variable_drought_surcharge": "94.50", "commodity_charge": "0.00"}


def test_weather_and_month_are_told_with_the_question(rates: DocumentRates) -> None:
    inputs = {"et_amount": 5, "irr_area": 2000, "usage_month": 7, "usage_ccf": 20}
    # 0.9 × 5 × 2000 × 0.62 / 748 = 7.459…: 7 at 1, 13 at 10
    values = ask(rates, "X1 X2 bill", inputs=inputs, **{"class": "GARDEN"})["values"]
    assert values == {"X1": "7", "X2": "13", "bill": "137.00"}


def test_our_own_documents_are_rated_by_the_same_questions(rates: DocumentRates) -> None:
    question = {"file": "r1.yaml", "class": "R-1", "inputs": {"usage": 3.7, "stage": 1}}
    assert ask(rates, "bill FLOW", **question) == {"values": {"bill": "9.00", "FLOW": "9.00"}}


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"inputs": {**SUMMER, "meter_size": '9"'}}, "NotInTable", "no figure for meter_size '9'"),
        ({"inputs": {"usage_ccf": 1}}, "DeterminantMissing", "needs meter_size"),
        ({"inputs": {"meter_size": '5/8"', "season": "Summer"}}, "InputMissing", "usage_ccf is needed: HOME"),
        ({"inputs": {**SUMMER, "usage_ccf": None}}, "InputMissing", "usage_ccf is needed: HOME"),
        ({"inputs": SUMMER, "fields": ["X3"]}, "NoSuchTier", "COMMODITY, VARIABLE-DROUGHT-SURCHARGE has 2"),
        ({"inputs": SUMMER, "fields": ["X1_sewer"]}, "NoSuchTier", "X1_sewer is not there: no charge has 0"),
        ({"inputs": {**SUMMER, "usage_ccf": "much"}}, "NotANumber", "usage_ccf is 'much'"),
        ({"inputs": {**SUMMER, "usage_ccf": -1}}, "NegativeUsage", ""),
        ({"class": "SHOP"}, "UnknownClass", "has no class SHOP"),
        ({"class": "BROKEN"}, "NotImported", "town.owrs:22: BROKEN.bill: it needs service_charge"),
        ({"file": "r1.yaml"}, "UnknownClass", "r1.yaml is the tariff R-1, not HOME"),
        ({"inputs": SUMMER, "fields": ["sewer_charge"]}, "NoSuchLine", "there are service_charge, commodity"),
    ],
)
def test_what_cannot_be_rated_is_an_error_with_a_code(
    rates: DocumentRates, request_: dict[str, Any], code: str, message: str
) -> None:
    error = ask(rates, "bill", **request_)["error"]
    assert error["code"] == code
    assert message in error["message"]


def test_tiers_are_those_of_the_charge_that_is_asked_for(tmp_path: Path) -> None:
    sewer = "    sewer_charge: Tiered\n    sewer_tier_starts: [0, 5]\n    sewer_tier_prices: [3, 4]\n"
    text = TOWN.replace("+pumping_charge)", "+sewer_charge)").replace("  GARDEN:", f"{sewer}  GARDEN:")
    (tmp_path / "town.owrs").write_text(text)
    asked = "X1 X2 X1_sewer X2_sewer XR2_sewer X1_drought"
    values = ask(DocumentRates(tmp_path), asked, inputs=SUMMER)["values"]
    assert list(values.values()) == ["10", "0.5", "4", "6.5", "26.00", "0"]
    exact = ask(RateFiles(tmp_path), asked.removesuffix(" X1_drought"), inputs=SUMMER)["values"]
    assert [Decimal(value) for value in exact.values()] == [Decimal(values[name]) for name in exact]
    drought = ask(DocumentRates(tmp_path), "X1 X1_drought", inputs=SUMMER, stage="drought")["values"]
    assert list(drought.values()) == ["10.5", "10.5"]


def test_a_charge_that_is_not_for_water_needs_no_usage(tmp_path: Path) -> None:
    (tmp_path / "fire.yaml").write_text(
        OURS.replace("commodity_flat", "service_charge").replace("rate: {", "amount: {")
    )
    question = {"file": "fire.yaml", "class": "R-1", "inputs": {"stage": 1}}
    assert ask(DocumentRates(tmp_path), "bill", **question) == {"values": {"bill": "3.00"}}


def test_tiers_without_width_are_those_of_the_reference(tmp_path: Path) -> None:
    for starts, bill in (("[0, 0, 11]", "21.50"), ("[0, 1, 11]", "21.50"), ("[0, 9, 4]", "15.50")):
        (tmp_path / "odd.owrs").write_text(
            "rate_structure:\n  HOME:\n    bill: Tiered\n"
            f"    tier_starts: {starts}\n    tier_prices: [1, 2, 3]\n"
        )
        question = {"file": "odd.owrs", "inputs": {"usage_ccf": 10.5}}
        assert ask(DocumentRates(tmp_path), "bill", **question) == {"values": {"bill": bill}}
        exact = ask(RateFiles(tmp_path), "bill", **question)["values"]["bill"]
        assert Decimal(exact) == Decimal(bill)
