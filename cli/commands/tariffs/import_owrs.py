"""`headgate tariff import-owrs`: a rate file made into tariff documents."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.file import read_owrs
from chalicelib.tariff_documents.owrs.imports.documents import Import, Imported, import_owrs
from chalicelib.tariff_documents.owrs.requests import class_of
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from cli.output import err


class DocumentExists(Refusal):
    """A document would be written over."""


def import_rates(
    file: Annotated[Path, typer.Argument(help="An OWRS rate file.")],
    classes: Annotated[
        list[str] | None, typer.Option("--class", help="A customer class; several times for several. All.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--out", help="Where to write CODE.yaml for each; else they are printed.")
    ] = None,
    currency: Annotated[str, typer.Option(help="ISO 4217: rate files do not say.")] = "USD",
    effective_from: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="Instead of the file's effective_date."
        ),
    ] = None,
    force: Annotated[bool, typer.Option(help="Write over documents that are there.")] = False,
) -> None:
    """Turn a rate file into tariff documents, one for each customer class, and say what had to be assumed.

    The assumptions stand at the head of each document too. A class that no document can say is named with its
    line; the exit code is 1 where none is left.
    """
    owrs = read_owrs(file)
    for name in classes or ():
        class_of(owrs, name)
    found = import_owrs(
        owrs,
        classes=classes or None,
        currency=currency,
        effective_from=effective_from.date() if effective_from else None,
    )
    if not found.imported:
        raise InvalidTariffDocument(found.refused)
    for problem in found.refused:
        err.print(f"[bold red]not imported[/]  {escape(str(problem))}", soft_wrap=True)
    _give(found, folder, force=force)
    _tell(found)


def _give(found: Import, folder: Path | None, *, force: bool) -> None:
    if folder is None:
        sys.stdout.write("---\n".join(one.text for one in found.imported))
        return
    paths = {folder / f"{one.version.code}.yaml": one for one in found.imported}
    there = [str(path) for path in paths if path.exists()]
    if there and not force:
        raise DocumentExists(f"{', '.join(there)} would be written over: name another --out, or add --force")
    folder.mkdir(parents=True, exist_ok=True)
    for path, one in paths.items():
        path.write_text(one.text, encoding="utf-8")
        sys.stdout.write(f"{path}\n")


def _tell(found: Import) -> None:
    """What was assumed, once for all classes that share it."""
    assumed: dict[str, list[Imported]] = {}
    for one in found.imported:
        for remark in one.assumed:
            assumed.setdefault(remark, []).append(one)
    sys.stderr.write("What had to be assumed:\n")
    for remark, ones in assumed.items():
        of_some = "" if len(ones) == len(found.imported) else f" ({', '.join(o.version.code for o in ones)})"
        sys.stderr.write(f"- {remark}{of_some}\n")
