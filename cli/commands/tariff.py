"""`headgate tariff`: tariff documents from their schema to what bill runs use."""

from __future__ import annotations

import typer

from cli.commands.tariffs.check import check
from cli.commands.tariffs.publishing import list_published, publish
from cli.commands.tariffs.quote import quote
from cli.commands.tariffs.rate import rate
from cli.commands.tariffs.schema import schema

app = typer.Typer(help="Rate and publish tariff documents, and export their schema.", no_args_is_help=True)

app.command()(schema)
app.command()(publish)
app.command("list")(list_published)
app.command()(quote)
app.command()(check)
app.command()(rate)
