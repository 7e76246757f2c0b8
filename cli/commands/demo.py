"""`headgate demo`: Riverbend Water, an invented utility, billed for thirteen months on this machine."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli.cloud import emulator
from cli.cloud.home import home
from cli.demo.run import Demo
from cli.demo.stages import Stages
from cli.demo.summary import draw
from cli.demo.town import settle_town
from cli.desk import day_of
from cli.output import JsonOption, err, out, plain, print_json, steps

SUMMARY_FILE = Path("demo-summary.json")


def command(
    accounts: Annotated[int | None, typer.Option(min=1, help="How many accounts. Default: 500.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed is another town.")] = None,
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The day of the demo. Default: today."),
    ] = None,
    serve: Annotated[
        bool,
        typer.Option(help=f"Leave the local cloud running; else stop it and write {SUMMARY_FILE}."),
    ] = True,
    as_json: JsonOption = False,
) -> None:
    """Bill a sample utility: twelve months of history, then this month, live. Run again to go on."""
    place = home()
    stays_up = serve or emulator.find(place) is not None
    town = settle_town(
        place.path / "riverbend.json",
        accounts=accounts,
        seed=seed,
        as_of=as_of.date() if as_of else None,
        today=day_of(None),
    )
    demo = Demo(home=place, town=town, stages=Stages())
    try:
        api_url = demo.start_cloud()
        demo.run()
        summary, hints = demo.findings(stays_up=stays_up, api_url=api_url)
    finally:
        if not stays_up and emulator.find(place):
            with demo.stages.lap("stop"), steps("Saving state"):
                emulator.stop(place)
    summary.seconds = demo.stages.seconds
    if as_json:
        print_json(summary.to_document())
    else:
        draw(summary, hints=hints, stays_up=stays_up, console=out)
    if not serve:
        SUMMARY_FILE.write_text(json.dumps(summary.to_document(), default=plain, indent=2) + "\n")
        err.print(f"Written: [bold]{SUMMARY_FILE.resolve()}[/]", soft_wrap=True)
    if not all(held for _, held in summary.invariants):
        raise typer.Exit(1)
