"""`headgate tariff diff`: what differs between two versions, in words."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.cloud.session import use_stack
from cli.commands.tariffs.named import documents, is_reference, reference
from cli.desk import rates_desk
from cli.output import JsonOption, print_json
from cli.tariff_view import difference_documents, differences_between, print_differences

VersionArgument = Annotated[str, typer.Argument(metavar="CODE@VERSION | FILE")]


def diff(before: VersionArgument, after: VersionArgument, as_json: JsonOption = False) -> None:
    """Tell in words what differs between two versions. Files need no cloud."""
    if is_reference(before) or is_reference(after):
        use_stack()
    found = differences_between(_canonical(before), _canonical(after))
    if as_json:
        print_json(difference_documents(found))
    else:
        print_differences(found, before=before)


def _canonical(text: str) -> str:
    if not is_reference(text):
        return documents([text])[0].canonical
    desk = rates_desk()
    return desk.canonical(desk.life(*reference(text)))
