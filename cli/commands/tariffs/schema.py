"""`headgate tariff schema`."""

from __future__ import annotations

from chalicelib.tariff_documents.schema import json_schema
from cli.output import print_json


def schema() -> None:
    """Print the JSON Schema of tariff documents, for editors that check as one types."""
    print_json(json_schema())
