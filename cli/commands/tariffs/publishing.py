"""`headgate tariff publish` and `list`: the versions that bill runs use."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chalicelib import bootstrap
from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.usecases.publish_tariff import PublishedTariff, publish_tariff, published_tariffs
from cli.cloud.session import use_stack
from cli.desk import actor
from cli.output import JsonOption, out, print_json


def publish(
    files: Annotated[list[Path], typer.Argument(help="Tariff documents.")], as_json: JsonOption = False
) -> None:
    """Publish tariff versions: bill runs use them from now on, and they never change again."""
    use_stack()
    published = {}
    for loaded in load_tariff_files(files):
        version = loaded.version
        published[version.reference] = publish_tariff(
            tariff=PublishedTariff(code=version.code, version=version.version, canonical=loaded.canonical),
            actor=actor(),
            now=datetime.now(UTC),
            store=bootstrap.artefact_store(),
            audit=bootstrap.audit_store(),
        )
    if as_json:
        print_json({"published": published})
        return
    for reference, is_new in published.items():
        out.print(f"{reference}  " + ("[green]published[/]" if is_new else "[dim]was published before[/]"))


def list_published(as_json: JsonOption = False) -> None:
    """List the tariff versions that bill runs use."""
    use_stack()
    tariffs = published_tariffs(bootstrap.artefact_store())
    if as_json:
        print_json({tariff.reference: tariff.fingerprint for tariff in tariffs})
        return
    for tariff in tariffs:
        out.print(f"{tariff.reference}  [dim]{tariff.fingerprint[:16]}[/]")
