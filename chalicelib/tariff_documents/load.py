"""Reading tariff documents, and their canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from chalicelib.domain.tariffs.soundness import flaws_of
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.expression_mistakes import InvalidExpression
from chalicelib.tariff_documents.expressions import parse_expression
from chalicelib.tariff_documents.fields import CODE_PATTERN, CURRENCY_PATTERN, FIGURE_TAG, NAME_PATTERN, SAID
from chalicelib.tariff_documents.mapping import to_version
from chalicelib.tariff_documents.problems import InvalidTariffDocument, Problem
from chalicelib.tariff_documents.schema import FORMAT, TariffDocument
from chalicelib.tariff_documents.source import Source, text_of

T = TypeVar("T", covariant=True)


class Load(Protocol[T]):
    """What reads one kind of document; `file` is named in problems."""

    def __call__(self, text: str, *, file: str) -> T: ...


class LoadedTariff(NamedTuple):
    """A version, and its document in canonical JSON: what is stored, frozen and fingerprinted."""

    version: TariffVersion
    canonical: str


_OTHER_KINDS = {
    "condition": "a condition: `headgate condition declare` declares it",
    "average": "an averaging rule: `headgate average propose` takes it",
    "rate_structure": "an OWRS rate file: `headgate tariff import-owrs` makes tariffs of it",
}


def load_tariff(text: str, *, file: str) -> LoadedTariff:
    """The tariff version that `text` (YAML, or canonical JSON) describes; `file` is named in problems.

    Raises InvalidTariffDocument with every problem's line and field.
    """
    source = Source(text, file=file)
    for kind, what in _OTHER_KINDS.items():
        if kind in source.data and "tariff" not in source.data:
            raise InvalidTariffDocument([source.problem((kind,), f"this is no tariff but {what}")])
    try:
        document = TariffDocument.model_validate(source.data)
    except ValidationError as error:
        problems = [problem_of(source, detail) for detail in error.errors(include_url=False)]
        raise InvalidTariffDocument(problems) from None
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
        except InvalidTariffDocument as invalid:
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


def problem_of(source: Source, detail: ErrorDetails) -> Problem:
    """One complaint of the schema, placed and in the words of whoever writes documents."""
    context: dict[str, Any] = detail.get("ctx", {})
    place = [element for element in detail["loc"] if element != "[key]"]
    return source.problem((*place, *context.get("path", ())), _message(detail, context))


# The schema's complaints in the words of whoever writes tariffs.
_NOT_A_NUMBER = "{value} is not a number: write digits such as 4.29"
_NO_DAY = "{value} is no day: write YYYY-MM-DD"
_MESSAGES = {
    "missing": "is missing: add it",
    "extra_forbidden": "is not known here: correct its name, or take it out",
    "decimal_parsing": _NOT_A_NUMBER,
    "decimal_type": _NOT_A_NUMBER,
    "finite_number": _NOT_A_NUMBER,
    "date_parsing": _NO_DAY,
    "date_from_datetime_parsing": _NO_DAY,
    "int_parsing": "{value} is not a whole number",
    "bool_parsing": "{value} is neither yes nor no",
    "enum": "{value} is not known: write {expected}",
    "literal_error": "{value} is not known: write {expected}",
    "union_tag_invalid": "{tag!r} is not a type of charge: write one of {expected_tags}",
    "union_tag_not_found": "a charge needs a type, such as service_charge or commodity_tiered: add it",
    "model_type": "must be a mapping of fields",
    "model_attributes_type": "must be a mapping of fields",
    "dict_type": "must be a mapping of fields",
    "list_type": "must be a list",
    "string_type": "must be plain text",
    SAID: "{said}",
}


_PATTERNS = {
    CODE_PATTERN: "{value} is no code: write capital letters and digits, such as R-1",
    CURRENCY_PATTERN: "{value} is no currency: write its three letters, such as USD",
    NAME_PATTERN: "{value} is no name: write small letters, digits and _, such as meter_size",
}


def _message(detail: ErrorDetails, context: dict[str, Any]) -> str:
    value = detail["input"]
    if detail["type"] in _MESSAGES:
        words = _MESSAGES[detail["type"]]
    else:
        words = _PATTERNS.get(context.get("pattern", ""), "{said} (found {value})")
    said = words.format(**{"said": detail["msg"], "value": repr(value), **context})
    if words == _NOT_A_NUMBER and FIGURE_TAG in detail["loc"] and _computes(value):
        said += f", or a formula: {{formula: {value}}}"
    return said


def _computes(value: object) -> bool:
    """Whether what stands for a figure was meant as a formula."""
    try:
        parse_expression(str(value))
    except InvalidExpression:
        return False
    return True
