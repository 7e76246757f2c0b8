"""Every charge shown in docs/tariffs.md is one that loads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.schema import AnyCharge

REFERENCE = (Path(__file__).parents[3] / "docs" / "tariffs.md").read_text()
CHARGES = [
    block for block in re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL) if block.startswith("- type")
]

AROUND = """\
tariff: DOC
version: 1
name: Around an example
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  meter_size: {kind: choice}
  zone: {kind: choice}
  dwelling_units: {kind: count}
  low_income: {kind: flag}
  tax_exempt: {kind: flag}
  winter_average: {kind: number}
  baseline: {kind: number}
  reconnected: {kind: event}
  paid_late: {kind: event}
charges:
- {type: service_charge, code: SVC, label: S, gl_account: "1", fund: F, charge_group: g, amount: 1}
- {type: commodity_flat, code: WATER, label: W, gl_account: "1", fund: F, charge_group: g, rate: 1}
"""


@pytest.mark.parametrize("example", CHARGES, ids=lambda block: block.split()[2])
def test_an_example_of_the_reference_loads(example: str) -> None:
    assert len(load_tariff(AROUND + example, file="docs/tariffs.md").version.charges) == 3


def test_every_type_of_charge_has_an_example() -> None:
    known = {
        get_args(section.model_fields["type"].annotation)[0] for section in get_args(get_args(AnyCharge)[0])
    }
    assert {block.split()[2] for block in CHARGES} == known
