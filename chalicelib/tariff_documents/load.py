"""Reading tariff documents, and their canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from chalicelib.domain.tariffs.soundness import flaws_of
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.complaints import tell
from chalicelib.tariff_documents.mapping import to_version
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.tariff_documents.schema import FORMAT, TariffDocument
from chalicelib.yaml_documents.complaints import checked
from chalicelib.yaml_documents.problems import InvalidDocument, Problem
from chalicelib.yaml_documents.source import Kind, Source, text_of

T = TypeVar("T", covariant=True)


class Load(Protocol[T]):
    """What reads one kind of document; `file` is named in problems."""

    def __call__(self, text: str, *, file: str) -> T: ...


class LoadedTariff(NamedTuple):
    """A version, and its document in canonical JSON: what is stored, frozen and fingerprinted."""

    version: TariffVersion
    canonical: str


TARIFF = Kind(
    no_mapping="a tariff document is a mapping: begin with `tariff: CODE`", refused=InvalidTariffDocument
)
_OTHER_KINDS = {
    "condition": "a condition: `headgate condition declare` declares it",
    "average": "an averaging rule: `headgate average propose` takes it",
    "rate_structure": "an OWRS rate file: `headgate tariff import-owrs` makes tariffs of it",
}


def load_tariff(text: str, *, file: str) -> LoadedTariff:
    """The tariff version that `text` (YAML, or canonical JSON) describes; `file` is named in problems.

    Raises InvalidTariffDocument with every problem's line and field.
    """
    source = Source(text, file=file, kind=TARIFF)
    for kind, what in _OTHER_KINDS.items():
        if kind in source.data and "tariff" not in source.data:
            raise InvalidTariffDocument([source.problem((kind,), f"this is no tariff but {what}")])
    document = checked(source, TariffDocument, tell=tell)
    canonical = _canonical(document)
    version = to_version(document, fingerprint=hashlib.sha256(canonical.encode()).hexdigest())
    flaws = [source.problem(flaw.path, flaw.message) for flaw in flaws_of(version)]
    if flaws:
        raise InvalidTariffDocument(flaws)
    return LoadedTariff(version, canonical)


def load_tariff_files(paths: Iterable[Path]) -> list[LoadedTariff]:
    """The versions in several files. Raises InvalidTariffDocument with the problems of all of them."""
    return load_each(paths, load_tariff)


def load_each(paths: Iterable[Path], load: Load[T]) -> list[T]:
    """What `load` makes of several files. Raises InvalidTariffDocument with the problems of all of them."""
    loaded: list[T] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded.append(load(text_of(path), file=str(path)))
        except InvalidDocument as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise InvalidTariffDocument(problems)
    return loaded


def _canonical(document: TariffDocument) -> str:
    """JSON with sorted keys, decimals in their shortest form, and nothing that says only a default.

    Formulas keep their order: each may use those before it.
    """
    data = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    ordered = {key: value if key == "formulas" else _sorted(value) for key, value in data.items()}
    return json.dumps(
        dict(sorted({**ordered, "format": FORMAT}.items())), separators=(",", ":"), ensure_ascii=False
    )


def _sorted(value: Any) -> Any:
    """`value` with the keys of all its mappings in order."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value
