"""`headgate payment`: money taken at the counter, by mail or from a bank."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.usecases.take_payment import COUNTER, take_payment
from cli.cloud.session import use_stack
from cli.desk import account_named, amount_typed, day_of, minor_of, posting_desk
from cli.ledger_view import print_posted
from cli.output import JsonOption

app = typer.Typer(help="Payments.", no_args_is_help=True)


@app.callback()
def payments() -> None:
    """Payments."""


@app.command()
def take(
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="The account's number, or Headgate's id.")
    ],
    amount: Annotated[
        Decimal, typer.Argument(parser=amount_typed, metavar="AMOUNT", help="How much, for example 84.20.")
    ],
    reference: Annotated[str, typer.Option("--reference", help="Receipt or bank reference; posted once.")],
    received_on: Annotated[
        datetime | None,
        typer.Option(
            "--received-on",
            formats=["%Y-%m-%d"],
            metavar="YYYY-MM-DD",
            help="The day it arrived. Default: today.",
        ),
    ] = None,
    source: Annotated[str, typer.Option(help="Where it came in.")] = COUNTER,
    as_json: JsonOption = False,
) -> None:
    """Post a payment, once: the same source and reference again add nothing."""
    use_stack()
    account_id, registry = account_named(account), bootstrap.registry_store()
    posted = take_payment(
        posting_desk(day_of(None)),
        registry=registry,
        account_id=account_id,
        amount_minor=minor_of(amount, account_id, registry),
        received_on=day_of(received_on),
        reference=reference,
        source=source,
    )
    print_posted(posted, as_json=as_json)
