"""A rate file of a town, imported."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import yaml

from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.owrs.file import OwrsFile
from chalicelib.tariff_documents.owrs.imports.documents import Imported, import_owrs

METADATA = """\
metadata:
  utility_name: Town of Example
  effective_date: 07/01/2017
  bill_frequency: Monthly
  bill_unit: ccf
"""


def owrs(fields: str) -> OwrsFile:
    text = METADATA + "rate_structure:\n  HOME:\n" + indent(dedent(fields), "    ")
    return OwrsFile(text, file="town.owrs")


def imported(fields: str) -> Imported:
    found = import_owrs(owrs(fields))
    assert found.refused == ()
    (one,) = found.imported
    assert load_tariff(one.text, file="HOME.yaml").version == one.version
    return one


def document(fields: str) -> dict[str, Any]:
    return yaml.load(imported(fields).text, yaml.BaseLoader)


def charges(fields: str) -> list[dict[str, Any]]:
    """The charges without where their money goes."""
    ledger = ("gl_account", "fund", "charge_group", "label")
    return [
        {name: value for name, value in charge.items() if name not in ledger}
        for charge in document(fields)["charges"]
    ]


def refusal(fields: str) -> str:
    found = import_owrs(owrs(fields))
    assert found.imported == ()
    (problem,) = found.refused
    return f"{problem.line - 8}: {problem.message}"  # the line within `fields`, from 0


FLAT = """\
service_charge: {depends_on: meter_size, values: {5/8": 13.99, 1|1/2": 46.60}}
flat_rate_commodity: 2.50
commodity_charge: flat_rate_commodity*usage_ccf
bill: service_charge+commodity_charge
"""
