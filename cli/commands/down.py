"""`headgate down`: stop the local cloud, keeping its state."""

from __future__ import annotations

from cli.cloud import emulator
from cli.cloud.home import home
from cli.output import JsonOption, out, print_json, steps


def command(*, as_json: JsonOption = False) -> None:
    """Stop the local cloud and wait until its state is saved."""
    with steps("Saving state"):
        stopped = emulator.stop(home())
    if as_json:
        print_json({"stopped": stopped})
    else:
        out.print("Down; the state is saved." if stopped else "The local cloud was not running.")
