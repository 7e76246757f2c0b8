"""`headgate tariff schema` and `reference`: what documents can say, for editors and for people."""

from __future__ import annotations

import typer

from chalicelib.tariff_documents.json_schema import json_schema
from cli.output import print_json
from cli.reference.page import reference_page


def schema() -> None:
    """Print the JSON Schema of tariff documents, for editors that check as one types."""
    print_json(json_schema())


def reference() -> None:
    """Print the reference page in Markdown: every field, and examples of everything with what they charge."""
    typer.echo(reference_page(), nl=False)
