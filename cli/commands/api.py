"""`headgate api`: the API's description."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(help="The API.", no_args_is_help=True)


@app.callback()
def api() -> None:
    """The API."""


@app.command()
def openapi() -> None:
    """Print the API as an OpenAPI 3.1 document. docs/openapi.json is this, committed."""
    from chalicelib.api.openapi import text

    sys.stdout.write(text())
