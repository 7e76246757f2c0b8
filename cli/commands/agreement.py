"""`headgate agreement`: what an account is supplied with, and what happens to it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from chalicelib import bootstrap
from chalicelib.domain.kernel.rows import Columns, RejectedRow, Row, RowRefused
from chalicelib.files.delimited import read_delimited
from chalicelib.usecases.record_event import EventDesk, Happening, Recorded
from cli.cloud.session import use_stack
from cli.desk import account_named, agreement_named, event_desk
from cli.output import JsonOption, out, print_json
from cli.rejected_rows import document_of, print_rejected, write_rejected

app = typer.Typer(help="Service agreements, and one-off events that are billed.", no_args_is_help=True)

EVENTS = Columns(required=("account", "agreement", "event", "on"), optional=("value",))

AccountArgument = Annotated[
    str, typer.Argument(metavar="ACCOUNT", help="The utility's account number, or Headgate's id.")
]


@app.command("list")
def list_agreements(account: AccountArgument, as_json: JsonOption = False) -> None:
    """List an account's agreements with the facts that tariffs look up."""
    use_stack()
    agreements = bootstrap.registry_store().account(account_named(account)).agreements
    if as_json:
        print_json(list(agreements))
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title in ("Agreement", "Service", "Since", "Until", "Tariff", "Facts"):
        table.add_column(title)
    for one in agreements:
        facts = (
            f"{name} {value} ({day})" for name, d in one.determinants.items() for day, value in d.entries
        )
        table.add_row(
            one.agreement_id,
            one.service_type.value,
            str(one.start),
            str(one.end or ""),
            one.tariff.entries[-1][1],
            ", ".join(facts),
        )
    out.print(table)


@app.command()
def event(
    account: AccountArgument,
    agreement: Annotated[str, typer.Argument(help="Its service, the utility's name for it, or its id.")],
    name: Annotated[str, typer.Argument(metavar="EVENT", help="As the tariff names it: reconnected.")],
    on: Annotated[
        datetime,
        typer.Option("--on", formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day it happened."),
    ],
    value: Annotated[str, typer.Option(help="How many times, or for how much money.")] = "1",
    take_back: Annotated[bool, typer.Option("--take-back", help="It did not happen after all.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Record a one-off event: the bill of that day's period charges it, once."""
    use_stack()
    account_id = account_named(account)
    recorded = event_desk().record(
        Happening(
            account_id=account_id,
            agreement_id=agreement_named(account_id, agreement),
            event=name,
            day=on.date(),
            value=None if take_back else value,
        )
    )
    if as_json:
        print_json({"event": name, "on": on.date(), "outcome": recorded.name.lower()})
    else:
        color = "yellow" if recorded is Recorded.OVERTAKEN else "green"
        out.print(f"{name} on {on.date()}: [{color}]{'taken back' if take_back else recorded.value}[/]")


@app.command()
def events(
    file: Annotated[Path, typer.Argument(help="CSV: account, agreement, event, on, value (1 if empty).")],
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write refused rows to this CSV file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Record a file of events. Safe to repeat; exit code 1 when rows were refused."""
    use_stack()
    counts, rejected = _record_all(file, event_desk())
    if report_file is not None:
        write_rejected(report_file, rejected)
    if as_json:
        told = {recorded.name.lower(): count for recorded, count in counts.items()}
        print_json({**told, "rejected": [document_of(row) for row in rejected]})
    else:
        for recorded, count in counts.items():
            out.print(f"  {count:>8,}  {recorded.value}")
        print_rejected(rejected, report_file=report_file)
    if rejected:
        raise typer.Exit(1)


def _record_all(file: Path, desk: EventDesk) -> tuple[dict[Recorded, int], list[RejectedRow]]:
    counts = dict.fromkeys(Recorded, 0)
    rejected: list[RejectedRow] = []
    for row in read_delimited(file, columns=EVENTS):
        if isinstance(row, RejectedRow):
            rejected.append(row)
            continue
        try:
            counts[row.checked(partial(desk.record, _happening(row)))] += 1
        except RowRefused as refused:
            rejected.append(refused.rejected)
    return counts, rejected


def _happening(row: Row) -> Happening:
    account_id = row.parsed("account", account_named)
    return Happening(
        account_id=account_id,
        agreement_id=row.parsed("agreement", partial(agreement_named, account_id)),
        event=row.text("event"),
        day=row.date("on"),
        value=row.cells.get("value") or "1",
    )
