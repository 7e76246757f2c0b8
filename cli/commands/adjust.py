"""`headgate adjust`: charge or credit an account by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.domain.ledger.adjustment import Adjustment
from chalicelib.usecases.adjust_account import adjust_account
from cli.cloud.session import use_stack
from cli.desk import account_named, amount_typed, day_of, minor_of, posting_desk
from cli.ledger_view import print_posted
from cli.output import JsonOption


def command(
    account: Annotated[
        str, typer.Argument(metavar="ACCOUNT", help="The account's number, or Headgate's id.")
    ],
    reason: Annotated[str, typer.Option("--reason", help="Why, so that an auditor understands.")],
    reference: Annotated[str, typer.Option("--reference", help="Unique in the account; posted once.")],
    charge: Annotated[
        Decimal | None, typer.Option(parser=amount_typed, metavar="AMOUNT", help="Amount to charge.")
    ] = None,
    credit: Annotated[
        Decimal | None, typer.Option(parser=amount_typed, metavar="AMOUNT", help="Amount to credit.")
    ] = None,
    gl_account: Annotated[str, typer.Option(help="The other side. Default: adjustments.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Charge (--charge) or credit (--credit) an account, once."""
    if (charge is None) == (credit is None):
        raise typer.BadParameter("give either --charge AMOUNT or --credit AMOUNT")
    use_stack()
    account_id, registry = account_named(account), bootstrap.registry_store()
    amount = charge if charge is not None else -(credit or Decimal(0))
    posted = adjust_account(
        posting_desk(day_of(None)),
        registry=registry,
        adjustment=Adjustment(
            account_id=account_id,
            amount_minor=minor_of(amount, account_id, registry),
            reason=reason,
            reference=reference,
            gl_account=gl_account,
        ),
    )
    print_posted(posted, as_json=as_json)
