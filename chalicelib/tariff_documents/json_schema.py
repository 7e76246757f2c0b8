"""The JSON Schema of tariff documents, with examples, for editors and for the reference page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from chalicelib.tariff_documents.examples.charges import CHARGES
from chalicelib.tariff_documents.examples.example import Example
from chalicelib.tariff_documents.examples.quantities import QUANTITIES
from chalicelib.tariff_documents.examples.sections import SECTIONS
from chalicelib.tariff_documents.schema import TariffDocument
from chalicelib.yaml_documents.fields import Section

EXAMPLES: tuple[Example, ...] = (*SECTIONS, *CHARGES, *QUANTITIES)
_MOST_EXAMPLES = 3  # of a section; an editor shows them in a small window


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of tariff documents."""
    schema = TariffDocument.model_json_schema(by_alias=True)
    for section in sections_shown():
        definition = schema["$defs"].get(type(section).__name__, {})
        examples = definition.setdefault("examples", [])
        written = section.model_dump(mode="json", by_alias=True, exclude_unset=True)
        if written not in examples and len(examples) < _MOST_EXAMPLES:
            examples.append(written)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Headgate tariff"}


def sections_shown() -> Iterator[Section]:
    """Every section that stands in an example, documents included."""
    for example in EXAMPLES:
        yield from _within(TariffDocument.model_validate(json.loads(example.document())))


def _within(value: object) -> Iterator[Section]:
    if isinstance(value, Section):
        yield value
        for field in type(value).model_fields:
            yield from _within(getattr(value, field))
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _within(inner)
