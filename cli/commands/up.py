"""`headgate up`: the whole cloud on this machine."""

from __future__ import annotations

from cli.cloud.home import home
from cli.cloud.up import bring_up
from cli.output import JsonOption, err, out, print_json, steps


def command(*, as_json: JsonOption = False) -> None:
    """Start the local cloud and deploy this work tree to it; run it again after a change."""
    place = home()
    with steps("Starting") as say:
        cloud = bring_up(place, say=say)
    if cloud.recovered:
        err.print(
            "The local cloud was not stopped with `headgate down` last time. It starts from what was saved "
            "then; what was written to tables since is gone.",
            soft_wrap=True,
        )
    addresses = {"api": cloud.api_url, "endpoint": cloud.emulator.endpoint, "log": str(place.log)}
    if as_json:
        print_json(
            addresses
            | {"pid": cloud.emulator.pid, "changed": cloud.changed, "recovered": cloud.recovered}
            | {"seconds": cloud.seconds, "outputs": cloud.outputs}
        )
        return
    total = sum(cloud.seconds.values())
    out.print(f"[bold green]Up[/] in {total:.1f} s" + ("" if cloud.changed else " (nothing to deploy)"))
    for name, address in addresses.items():
        out.print(f"  {name:<9} {address}", soft_wrap=True)
    out.print("  Try: headgate status · headgate down", style="dim")
