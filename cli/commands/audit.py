"""`headgate audit`: who did what to one thing, and when."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from chalicelib import bootstrap
from chalicelib.domain.audit.entry import AuditEntry
from cli.cloud.session import use_stack
from cli.desk import account_named, money
from cli.output import JsonOption, out, print_json

_MOST_SHOWN = 1000


def command(
    kind: Annotated[
        str,
        typer.Argument(
            help="What kind of thing: account, tariff, condition, average_proposal, bill_run, meter, "
            "accounting_period, print_batch, utility …"
        ),
    ],
    name: Annotated[
        str, typer.Argument(help="Which one: an account's number, WATER-RES@2, drought_stage, a run's id …")
    ],
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Leave out what was done before this day."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show who did what to one thing, when, and what was set. Oldest first."""
    use_stack()
    entries = bootstrap.audit_store().entries(
        entity=kind,
        entity_id=account_named(name) if kind == "account" else name,
        since=since.replace(tzinfo=UTC) if since else None,
        limit=_MOST_SHOWN,
    )
    if as_json:
        print_json(entries)
        return
    for entry in entries:
        _print(entry)
    if not entries:
        out.print(f"The audit trail tells nothing of {kind} {name}.", markup=False)
    if len(entries) == _MOST_SHOWN:
        out.print("There may be more: --since the last day shown goes on.")


def _print(entry: AuditEntry) -> None:
    out.print(f"{entry.at:%Y-%m-%d %H:%M}  [bold]{escape(entry.action.replace('_', ' '))}[/]  {entry.actor}")
    currency = entry.after.get("currency")
    for fact, value in entry.after.items():
        before = entry.before.get(fact)
        in_money = str(currency) if currency and fact.endswith("_minor") else ""
        was = "" if before in (None, value) else f" (was {_words(before, in_money)})"
        name = (fact.removesuffix("_minor") if in_money else fact).replace("_", " ")
        out.print(f"  [dim]{name}:[/] {escape(_words(value, in_money) + was)}", soft_wrap=True)


def _words(value: object, currency: str) -> str:
    if currency and isinstance(value, int):
        return money(value, currency)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
