"""`headgate tariff`: tariff documents from their schema to what bill runs use."""

from __future__ import annotations

import typer

from cli.commands.tariffs.check import check
from cli.commands.tariffs.diff import diff
from cli.commands.tariffs.drafting import draft, list_all, review, show
from cli.commands.tariffs.import_owrs import import_rates
from cli.commands.tariffs.publishing import publish, report, sign_off
from cli.commands.tariffs.quote import quote
from cli.commands.tariffs.rate import rate
from cli.commands.tariffs.schema import reference, schema
from cli.commands.tariffs.simulate import report_schema, simulate, usage_export

app = typer.Typer(help="Write, rate, compare, review and publish tariff documents.", no_args_is_help=True)

app.command()(schema)
app.command()(reference)
app.command()(quote)
app.command()(check)
app.command()(rate)
app.command("import-owrs")(import_rates)
app.command()(diff)
app.command()(simulate)
app.command("report-schema")(report_schema)
app.command("usage-export")(usage_export)
app.command()(draft)
app.command()(review)
app.command()(report)
app.command("sign-off")(sign_off)
app.command()(publish)
app.command("list")(list_all)
app.command()(show)
