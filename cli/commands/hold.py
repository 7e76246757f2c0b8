"""`headgate hold`: keep an account out of bill runs until somebody has looked at it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib import bootstrap
from chalicelib.usecases.hold_account import place_hold, release_hold
from cli.cloud.session import use_stack
from cli.desk import account_named, actor
from cli.output import JsonOption, out, print_json

app = typer.Typer(help="Hold accounts out of bill runs.", no_args_is_help=True)

AccountArgument = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="The utility's account number, or Headgate's id.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept in the audit trail.")]


@app.command()
def add(account: AccountArgument, reason: ReasonOption, as_json: JsonOption = False) -> None:
    """Hold an account: runs that start from now on leave it out."""
    use_stack()
    hold = place_hold(
        account_id=account_named(account),
        hold_id=secrets.token_hex(3),
        reason=reason,
        actor=actor(),
        now=datetime.now(UTC),
        registry=bootstrap.registry_store(),
        operations=bootstrap.operations_store(),
    )
    if as_json:
        print_json(hold)
    else:
        out.print(f"Account {hold.account_id} is held ([bold]{hold.hold_id}[/]).")


@app.command("list")
def list_holds(account: AccountArgument, as_json: JsonOption = False) -> None:
    """List all holds an account has had."""
    use_stack()
    holds = bootstrap.operations_store().holds(account_named(account))
    if as_json:
        print_json(list(holds))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("Hold", "Since", "By", "Reason", "Released"):
        table.add_column(title)
    for hold in holds:
        released = f"{hold.released_at:%Y-%m-%d} by {hold.released_by}" if hold.released_at else ""
        table.add_row(hold.hold_id, f"{hold.placed_at:%Y-%m-%d}", hold.placed_by, hold.reason, released)
    out.print(table)


@app.command()
def release(
    account: AccountArgument,
    hold: Annotated[str, typer.Argument(help="The hold, as `headgate hold list` names it.")],
    reason: ReasonOption,
    as_json: JsonOption = False,
) -> None:
    """Release a hold: the next run, or a retry of the last one, bills the account."""
    use_stack()
    released = release_hold(
        account_id=account_named(account),
        hold_id=hold,
        reason=reason,
        actor=actor(),
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
    )
    if as_json:
        print_json(released)
    else:
        out.print(f"Account {released.account_id} may be billed again.")
