"""`headgate status`: is the local cloud up, where, and with what in it?"""

from __future__ import annotations

import json
from typing import Any

from cli.cloud import emulator
from cli.cloud.emulator import Emulator
from cli.cloud.home import Home, home
from cli.cloud.session import LOCAL
from cli.cloud.up import api_url
from cli.output import JsonOption, out, print_json


def command(*, as_json: JsonOption = False) -> None:
    """Show whether the local cloud runs and where its parts are."""
    place = home()
    found = report(place, emulator.find(place))
    if as_json:
        print_json(found)
        return
    out.print(
        {"up": "[bold green]up[/]", "down": "down", "crashed": "[bold red]down, not cleanly[/]"}[
            found["state"]
        ]
    )
    for name in ("api", "endpoint", "home", "log"):
        if name in found:
            out.print(f"  {name:<9} {found[name]}", soft_wrap=True)
    for name, value in found.get("outputs", {}).items():
        out.print(f"  {name:<20} {value}", style="dim", soft_wrap=True)


def report(place: Home, running: Emulator | None) -> dict[str, Any]:
    """What `status --json` prints: `state` is up, down or crashed."""
    state = "up" if running else "crashed" if emulator.crashed(place) else "down"
    found: dict[str, Any] = {"state": state, "home": str(place.path), "log": str(place.log)}
    noted = place.stack(LOCAL)
    if running:
        found |= {"pid": running.pid, "endpoint": running.endpoint}
        if noted.exists():
            outputs = json.loads(noted.read_text())
            found |= {"api": api_url(running, outputs), "outputs": outputs}
    return found
