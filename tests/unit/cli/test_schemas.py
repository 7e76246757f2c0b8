"""Schemas that are printed and committed are those of the code."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.rendering.bill_json import json_schema
from chalicelib.rendering.simulation.report_json import json_schema as report_schema
from chalicelib.tariff_documents.condition_schema import json_schema as condition_schema

DOCS = Path(__file__).parents[3] / "docs"


def test_the_committed_schema_of_bill_documents_is_current() -> None:
    committed = json.loads((DOCS / "bill-document.schema.json").read_text())
    assert committed == json_schema(), "run: headgate bill schema > docs/bill-document.schema.json"


def test_the_committed_schema_of_simulation_reports_is_current() -> None:
    committed = json.loads((DOCS / "simulation-report.schema.json").read_text())
    assert committed == report_schema(), (
        "run: headgate tariff report-schema > docs/simulation-report.schema.json"
    )


def test_the_committed_schema_of_conditions_is_current() -> None:
    committed = json.loads((DOCS / "condition.schema.json").read_text())
    assert committed == condition_schema(), "run: headgate condition schema > docs/condition.schema.json"
