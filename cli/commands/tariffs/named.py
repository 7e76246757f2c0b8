"""How a tariff version is named on the command line: `CODE@VERSION`, or the file of its document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.load import LoadedTariff, load_tariff_files
from chalicelib.usecases.publish_tariff import VersionToPublish
from chalicelib.usecases.rates_desk import RatesDesk

_REFERENCE = re.compile(r"(?P<code>[A-Z0-9][A-Z0-9._-]*)@(?P<version>[1-9][0-9]{0,5})")

ReferenceArgument = Annotated[str, typer.Argument(metavar="CODE@VERSION", help="Such as WATER-RES@3.")]


class WrongTariffReference(Refusal):
    """Text does not name a tariff version."""


class Reference(NamedTuple):
    """A version by its name."""

    code: str
    version: int


def reference(text: str) -> Reference:
    """The version that `text` names. Raises WrongTariffReference."""
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise WrongTariffReference(
            f"{text!r} names no tariff version: write CODE@VERSION, such as WATER-RES@3", reference=text
        )
    return Reference(found["code"], int(found["version"]))


def is_reference(text: str) -> bool:
    """Whether `text` names a version and not a file."""
    return _REFERENCE.fullmatch(text) is not None and not Path(text).exists()


def versions_named(texts: Iterable[str], desk: RatesDesk) -> list[VersionToPublish]:
    """The versions that names and files stand for; of a name, the draft that was reviewed last.

    Raises TariffUnknown, InvalidTariffDocument.
    """
    names = list(texts)
    loaded = iter(documents(name for name in names if not is_reference(name)))
    found = []
    for name in names:
        if is_reference(name):
            life = desk.life(*reference(name))
            found.append(VersionToPublish(life.code, life.version, life.fingerprint))
        else:
            version = next(loaded).version
            found.append(VersionToPublish(version.code, version.version, version.fingerprint))
    return found


def documents(files: Iterable[str]) -> list[LoadedTariff]:
    """Tariff documents in files. Raises InvalidTariffDocument."""
    return load_tariff_files(map(Path, files))
