"""A rate file as read: customer classes, their fields, and where in the file each stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import Problem
from chalicelib.yaml_documents.source import Kind, Source, text_of

At: TypeAlias = tuple[str | int, ...]
"""Where something stands: the names and positions that lead to it."""

METADATA, RATES = "metadata", "rate_structure"


@dataclass(frozen=True, slots=True)
class Text:
    """A figure, a formula, or `Tiered` or `Budget`."""

    text: str
    at: At


@dataclass(frozen=True, slots=True)
class Listing:
    """What stands one below the other: the starts or prices of tiers."""

    items: tuple[str, ...]
    at: At


@dataclass(frozen=True, slots=True)
class Lookup:
    """What depends on determinants; several are joined by `|` in the keys of `rows`."""

    by: tuple[str, ...]
    rows: Mapping[str, Content]
    at: At


@dataclass(frozen=True, slots=True)
class Odd:
    """What is none of these, and why."""

    cause: str
    at: At


Content: TypeAlias = Text | Listing | Lookup | Odd


@dataclass(frozen=True, slots=True)
class RateClass:
    """The fields of one customer class."""

    name: str
    fields: Mapping[str, Content]
    at: At


_RATE_FILE = Kind(
    no_mapping="a rate file is a mapping: begin with `metadata:` and `rate_structure:`",
    refused=InvalidTariffDocument,
    odd_key="is a template: write a name in place of what stands in brackets",
)


class OwrsFile:
    """A rate file. `classes` has them in the order of the file."""

    def __init__(self, text: str, *, file: str) -> None:
        """Raises InvalidTariffDocument where the text cannot be read, or has nothing to rate."""
        self._source = Source(text, file=file, kind=_RATE_FILE)
        data = self._source.data
        rates = data.get(RATES)
        if not rates:
            self._refuse((RATES,), f"there is nothing to rate: write customer classes under `{RATES}:`")
        if not isinstance(rates, dict):
            self._refuse((RATES,), "must be a mapping of customer classes")
        self.file = file
        self.metadata: Mapping[str, str] = _texts(data.get(METADATA))
        self.classes: Mapping[str, RateClass] = {
            name: _rate_class(name, fields) for name, fields in rates.items()
        }

    def problem(self, at: Sequence[str | int], message: str) -> Problem:
        """A problem with what stands `at`."""
        return self._source.problem(at, message)

    def line(self, at: Sequence[str | int]) -> int:
        """The line of what stands `at`."""
        return self._source.problem(at, "").line

    def _refuse(self, at: At, message: str) -> NoReturn:
        raise InvalidTariffDocument([self.problem(at, message)])


def read_owrs(path: Path, *, name: str | None = None) -> OwrsFile:
    """The rate file at `path`, called `name` in problems. Raises InvalidTariffDocument."""
    return OwrsFile(text_of(path, name=name, refused=InvalidTariffDocument), file=name or str(path))


def _texts(section: object) -> dict[str, str]:
    if not isinstance(section, dict):
        return {}
    return {name: value.strip() for name, value in section.items() if isinstance(value, str)}


def _rate_class(name: str, fields: object) -> RateClass:
    at = (RATES, name)
    if not isinstance(fields, dict):
        return RateClass(name, {}, at)
    return RateClass(name, {field: _content(value, (*at, field)) for field, value in fields.items()}, at)


def _content(value: Any, at: At) -> Content:
    if isinstance(value, str):
        return Text(value.strip(), at) if value.strip() else Odd("has no value: write one", at)
    if isinstance(value, dict):
        return _lookup(value, at)
    if not value:
        return Odd("has no value: write one", at)
    if all(isinstance(item, str) for item in value):
        # A list of one is what it holds, as the reference reads it.
        return Text(value[0].strip(), at) if len(value) == 1 else Listing(tuple(map(str.strip, value)), at)
    return Odd("is a list of something other than figures and formulas", at)


def _lookup(section: dict[str, Any], at: At) -> Content:
    by, values = section.get("depends_on"), section.get("values")
    if "depends_on" not in section and "values" not in section:
        return Odd("is neither a figure, a formula, a list of tiers, nor a table by `depends_on:`", at)
    if "values" not in section:
        return Odd("has `depends_on:` without `values:`", at)
    if "depends_on" not in section:
        return Odd("has `values:` without `depends_on:`", at)
    names = [by] if isinstance(by, str) else by
    if not names or not isinstance(names, list) or not all(isinstance(n, str) and n.strip() for n in names):
        return Odd("must name what the table depends on", (*at, "depends_on"))
    rows = _rows(values, (*at, "values"))
    if not rows:
        return Odd("must have a key and a value in each row", (*at, "values"))
    return Lookup(tuple(map(str.strip, names)), rows, at)


def _rows(values: object, at: At) -> dict[str, Content]:
    rows: dict[str, Content] = {}
    for key, row in _keyed(values, at):
        rows[key] = Odd(f"has the key {key} twice: keep one of them", row.at) if key in rows else row
    return rows


def _keyed(values: object, at: At) -> Iterator[tuple[str, Content]]:
    if isinstance(values, dict):
        for key, value in values.items():
            if isinstance(value, dict) and not {"depends_on", "values"} & value.keys():
                # Keys within keys are those of the next determinant.
                yield from ((f"{key.strip()}|{k}", row) for k, row in _keyed(value, (*at, key)))
            else:
                yield key.strip(), _content(value, (*at, key))
    elif isinstance(values, list) and all(isinstance(row, dict) for row in values):
        for place, row in enumerate(values):
            yield from _keyed(row, (*at, place))
    elif isinstance(values, list):
        # A plain list has the months in their order, or whatever else is counted from 1.
        yield from ((str(place + 1), _content(value, (*at, place))) for place, value in enumerate(values))
