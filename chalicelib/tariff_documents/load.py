"""Reading tariff documents, and their canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chalicelib.domain.tariffs.soundness import flaws_of
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.mapping import to_version
from chalicelib.tariff_documents.problems import InvalidTariffDocument, Problem
from chalicelib.tariff_documents.schema import FORMAT, TariffDocument
from chalicelib.tariff_documents.source import Source


class LoadedTariff(NamedTuple):
    """A version, and its document in canonical JSON: what is stored, frozen and fingerprinted."""

    version: TariffVersion
    canonical: str


def load_tariff(text: str, *, file: str) -> LoadedTariff:
    """The tariff version that `text` (YAML, or canonical JSON) describes; `file` is named in problems.

    Raises InvalidTariffDocument with every problem's line and field.
    """
    source = Source(text, file=file)
    try:
        document = TariffDocument.model_validate(source.data)
    except ValidationError as error:
        problems = [_problem(source, detail) for detail in error.errors(include_url=False)]
        raise InvalidTariffDocument(problems) from None
    canonical = _canonical(document)
    version = to_version(document, fingerprint=hashlib.sha256(canonical.encode()).hexdigest())
    flaws = [source.problem(flaw.path, flaw.message) for flaw in flaws_of(version)]
    if flaws:
        raise InvalidTariffDocument(flaws)
    return LoadedTariff(version, canonical)


def load_tariff_files(paths: Iterable[Path]) -> list[LoadedTariff]:
    """The versions in several files. Raises InvalidTariffDocument with the problems of all of them."""
    loaded: list[LoadedTariff] = []
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded.append(load_tariff(_text(path), file=str(path)))
        except InvalidTariffDocument as invalid:
            problems.extend(invalid.problems)
    if problems:
        raise InvalidTariffDocument(problems)
    return loaded


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        message = "is not UTF-8 text: save it as UTF-8"
    raise InvalidTariffDocument([Problem(file=str(path), line=1, field="", message=message)])


def _canonical(document: TariffDocument) -> str:
    """JSON with sorted keys, decimals in their shortest form, and nothing that says only a default."""
    data = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return json.dumps({**data, "format": FORMAT}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _problem(source: Source, detail: ErrorDetails) -> Problem:
    context: dict[str, Any] = detail.get("ctx", {})
    return source.problem((*detail["loc"], *context.get("path", ())), _message(detail, context))


def _message(detail: ErrorDetails, context: dict[str, Any]) -> str:
    """The schema's complaint in the words of whoever writes tariffs."""
    value = detail["input"]
    match detail["type"]:
        case "missing":
            return "is missing: add it"
        case "extra_forbidden":
            return "is not known here: correct its name, or take it out"
        case "decimal_parsing" | "decimal_type" | "finite_number":
            return f"{value!r} is not a number: write digits such as 4.29"
        case "int_parsing" | "int_type":
            return f"{value!r} is not a whole number"
        case "bool_parsing":
            return f"{value!r} is neither yes nor no"
        case "enum" | "literal_error":
            return f"{value!r} is not known: write {context['expected']}"
        case "union_tag_invalid":
            return f"{context['tag']!r} is not a type of charge: write one of {context['expected_tags']}"
        case "union_tag_not_found":
            return "a charge needs a type, such as service_charge or commodity_tiered: add it"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "must be a mapping of fields"
        case "list_type":
            return "must be a list"
        case "string_type":
            return "must be plain text"
        case _:
            return detail["msg"] if "path" in context else f"{detail['msg']} (found {value!r})"
