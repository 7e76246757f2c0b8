"""`headgate utility`: who the utility is, what its bills bear and say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.files.utility_profile import load_utility_profile
from chalicelib.usecases.publish_utility_profile import publish_utility_profile
from cli.cloud.session import use_stack
from cli.desk import actor
from cli.output import JsonOption, out, print_json

app = typer.Typer(help="Name, brand, contacts, ways to pay, messages on bills.", no_args_is_help=True)


@app.command()
def publish(
    file: Annotated[Path, typer.Argument(help="A profile document (docs/utility.md).")],
    as_json: JsonOption = False,
) -> None:
    """Publish the profile: documents made from now on bear it. Those that were sent stay as they are."""
    profile = load_utility_profile(file)
    use_stack()
    changed = publish_utility_profile(
        profile, actor=actor(), now=datetime.now(UTC), registry=bootstrap.registry_store()
    )
    if as_json:
        print_json({"name": profile.name, "changed": changed})
    else:
        out.print(f"{profile.name}: {'published' if changed else 'nothing has changed'}.")


@app.command()
def show(as_json: JsonOption = False) -> None:
    """Show the profile that is in force."""
    use_stack()
    profile = bootstrap.registry_store().utility()
    if as_json:
        print_json(profile)
        return
    contacts = profile.contacts
    out.print(f"[bold]{profile.name}[/], {', '.join(contacts.office.lines)}, {contacts.office.city}")
    out.print(f"languages: {', '.join(profile.languages)}   paper: {profile.paper}   {profile.time_zone}")
    out.print(f"phone {contacts.phone}, {contacts.email}, {contacts.website}")
    for title, things in (("message", profile.messages), ("leaflet", profile.inserts)):
        for thing in things:
            out.print(f"{title} [bold]{thing.code}[/]: when {', '.join(thing.rule.when)}")
