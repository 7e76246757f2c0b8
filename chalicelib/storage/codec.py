"""Domain dataclasses to compact JSON text and back, exactly.

Made for what is read often and by cold workers: reader and writer of a class are built once from its type
hints, numbers travel as text, fields that hold their default are left out (so a field with a default may be
added without rewriting what is stored). See docs/adr/0011 for why this is not pydantic.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from operator import attrgetter
from typing import Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import Month

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Way:
    """Both ways of one type: to what JSON can say, and back."""

    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """Writes and reads one type. The same value always gives the same text."""

    way: _Way

    def dump(self, value: T) -> str:
        """The value as JSON text with sorted keys and no spaces."""
        return json.dumps(self.way.out(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def load(self, text: str) -> T:
        """The value a text was dumped from. Raises ValueError, KeyError or TypeError for any other text."""
        return self.from_plain(json.loads(text))

    def plain(self, value: T) -> Any:
        """The value as dicts, lists and texts, to be part of a larger JSON document."""
        return self.way.out(value)

    def from_plain(self, plain: Any) -> T:
        """The value that `plain` was made of."""
        value: T = self.way.back(plain)
        return value


def codec(kind: type[T]) -> Codec[T]:
    """The codec of a dataclass. Raises TypeError when a field's type has no JSON form here."""
    hashable: Any = kind
    return Codec(_way(hashable))


def _same(value: Any) -> Any:
    return value


_SAME = _Way(_same, _same)
_LEAVES: dict[Any, _Way] = {
    str: _SAME,
    int: _SAME,
    bool: _SAME,
    Decimal: _Way(str, Decimal),
    Fraction: _Way(str, Fraction),
    date: _Way(date.isoformat, date.fromisoformat),
    datetime: _Way(datetime.isoformat, datetime.fromisoformat),
    Month: _Way(str, Month.parse),
}


@cache
def _way(kind: Any) -> _Way:
    while hasattr(kind, "__supertype__"):  # NewType
        kind = kind.__supertype__
    if kind in _LEAVES:
        return _LEAVES[kind]
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _union(frozenset(arguments))
    if origin is Dated:
        return _dated(_way(arguments[0]))
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return _sequence(_way(arguments[0]), tuple, _same)
    if origin is frozenset:
        return _sequence(_way(arguments[0]), frozenset, sorted)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_way(arguments[0]), _way(arguments[1]))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _Way(attrgetter("_value_"), kind._value2member_map_.__getitem__)
    if hasattr(kind, "to_row"):  # a type that brings its own compact form
        return _Way(kind.to_row, kind.from_row)
    if origin is tuple:
        return _fixed(tuple(_way(argument) for argument in arguments))
    if is_dataclass(kind):
        return _record(kind)
    raise TypeError(f"{kind!r} has no JSON form: add one to {__name__}")


def _union(members: frozenset[Any]) -> _Way:
    if members == {Decimal, str}:  # a number is marked by its list, or "2" could not be told from 2
        return _Way(
            lambda value: [str(value)] if isinstance(value, Decimal) else value,
            lambda plain: Decimal(plain[0]) if isinstance(plain, list) else plain,
        )
    if type(None) in members and len(members) == 2:
        (inner,) = (_way(member) for member in members if member is not type(None))
        if inner is _SAME:
            return _SAME
        write, read = inner.out, inner.back
        return _Way(
            lambda value: None if value is None else write(value),
            lambda plain: None if plain is None else read(plain),
        )
    raise TypeError(f"a union of {sorted(map(str, members))} has no JSON form: add one to {__name__}")


def _dated(inner: _Way) -> _Way:
    return _Way(
        lambda dated: [[day.isoformat(), inner.out(value)] for day, value in dated.entries],
        lambda plain: Dated(tuple((date.fromisoformat(day), inner.back(value)) for day, value in plain)),
    )


def _sequence(inner: _Way, make: Callable[[Any], Any], order: Callable[[Any], Any]) -> _Way:
    write, read = inner.out, inner.back
    return _Way(
        lambda values: [write(value) for value in order(values)],
        lambda plain: make([read(value) for value in plain]),
    )


def _fixed(inner: tuple[_Way, ...]) -> _Way:
    return _Way(
        lambda values: [way.out(value) for way, value in zip(inner, values, strict=True)],
        lambda plain: tuple(way.back(value) for way, value in zip(inner, plain, strict=True)),
    )


def _mapping(key: _Way, value: _Way) -> _Way:
    return _Way(
        lambda mapping: {key.out(k): value.out(v) for k, v in mapping.items()},
        lambda plain: {key.back(k): value.back(v) for k, v in plain.items()},
    )


def _record(kind: Any) -> _Way:
    """Reader and writer of a dataclass, compiled from text as `dataclasses` itself does it.

    Chunks of a bill run hold tens of thousands of records: one straight function a class takes half the time
    of a loop over its fields.
    """
    hints = get_type_hints(kind)
    known: dict[str, Any] = {"kind": kind}
    writes, reads = [], []
    for index, field in enumerate(fields(kind)):
        way, default = _way(hints[field.name]), _default(field)
        known |= {f"out{index}": way.out, f"back{index}": way.back, f"default{index}": default}
        name, key = f"record.{field.name}", f"plain[{field.name!r}]"
        write = f"{key} = " + ("value" if way is _SAME else f"out{index}(value)")
        read = key if way is _SAME else f"back{index}({key})"
        if field.default_factory is not MISSING:  # shared, one record could change another
            known[f"fresh{index}"] = field.default_factory
        if default is MISSING:
            writes.append(f"    value = {name}; {write}")
            reads.append(f"{field.name}={read}")
        else:
            writes.append(f"    value = {name}\n    if value != default{index}: {write}")
            absent = f"fresh{index}()" if f"fresh{index}" in known else f"default{index}"
            reads.append(f"{field.name}={read} if {field.name!r} in plain else {absent}")
    lines = ["def out(record):", "    plain = {}", *writes, "    return plain"]
    lines += ["def back(plain):", f"    return kind({', '.join(reads)})"]
    exec("\n".join(lines), known)
    return _Way(known["out"], known["back"])


def _default(field: Field[Any]) -> Any:
    if field.default is not MISSING:
        return field.default
    return MISSING if field.default_factory is MISSING else field.default_factory()
