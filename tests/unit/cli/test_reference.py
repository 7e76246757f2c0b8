"""The reference page of tariff documents says everything, and every example on it is one that is rated."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalicelib.tariff_documents.charge_sections import ChargeSection
from chalicelib.tariff_documents.examples.example import Example
from chalicelib.tariff_documents.fields import FormulaSection
from chalicelib.tariff_documents.json_schema import EXAMPLES, json_schema, sections_shown
from cli.reference.page import reference_page
from cli.reference.results import Result

DOCS = Path(__file__).parents[3] / "docs"
PAGE = reference_page()
SECTIONS = {
    name: definition
    for name, definition in json_schema()["$defs"].items()
    if definition.get("type") == "object" and "properties" in definition
}


def test_the_committed_page_is_current() -> None:
    committed = (DOCS / "tariffs.md").read_text(encoding="utf-8")
    assert committed == PAGE, "run: headgate tariff reference > docs/tariffs.md"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_an_example_is_rated_and_stands_on_the_page(example: Example) -> None:
    result = Result(example)
    assert {line.charge for line in result.lines()} == set(example.codes())
    assert example.text in PAGE


def test_every_field_stands_in_an_example() -> None:
    shown = {
        (owner.__name__, owner.model_fields[field].alias or field)
        for section in sections_shown()
        for owner in type(section).__mro__
        if "model_fields" in vars(owner) or hasattr(owner, "model_fields")
        for field in section.model_fields_set
        if field in owner.model_fields
    }
    every_charge = set(ChargeSection.model_fields)
    missing = [
        f"{name}.{field}"
        for name, definition in SECTIONS.items()
        for field in definition["properties"]
        if (
            (
                "ChargeSection"
                if field in every_charge and "charge_group" in definition["properties"]
                else name
            ),
            field,
        )
        not in shown
    ]
    document = [field for field in json_schema()["properties"] if ("TariffDocument", field) not in shown]
    assert missing + document == []


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_section_tells_editors_what_it_is(name: str) -> None:
    assert SECTIONS[name]["description"]
    assert name == FormulaSection.__name__ or SECTIONS[name]["examples"]
    for field, schema in SECTIONS[name]["properties"].items():
        assert field == "type" or schema["description"], field


def test_every_field_stands_in_a_table_of_the_page() -> None:
    fields = {field for definition in SECTIONS.values() for field in definition["properties"]}
    fields |= set(json_schema()["properties"])
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    nested = {"days", "charge"}  # of sections with two fields, told beside them
    assert fields - nested - {"type"} == told & fields


def test_links_of_the_page_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", PAGE, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        file, _, anchor = target.partition("#")
        assert (DOCS / file).is_file() if file else anchor in headings, target
