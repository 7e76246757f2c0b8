"""The bill document as canonical JSON, and its JSON Schema. The same document always gives the same bytes."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from chalicelib.domain.documents.bill_document import SCHEMA, BillDocument


@cache
def _adapter() -> TypeAdapter[BillDocument]:
    return TypeAdapter(BillDocument)


def dump_bill(document: BillDocument) -> bytes:
    """UTF-8 JSON without spaces, fields in the order of the schema; decimals as text, days as YYYY-MM-DD."""
    return _adapter().dump_json(document)


def load_bill(body: bytes) -> BillDocument:
    """The document that `dump_bill` wrote. Raises pydantic.ValidationError."""
    return _adapter().validate_json(body)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of bill documents."""
    schema = _adapter().json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **schema,
        "title": "Headgate bill document",
    }
