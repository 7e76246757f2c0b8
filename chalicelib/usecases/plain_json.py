"""Domain objects ⇄ plain JSON values, compiled once per type from its annotations.

What a run leaves on S3 must be read back years later, hash the same on every machine, and cost little to write.
So: fields go by name in declared order and are left out where they hold their default; decimals and days are
text; a mapping's keys are sorted; nothing depends on a library's version. docs/adr/0034 weighs it against pydantic.
"""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Any, Generic, NamedTuple, NewType, TypeVar, Union, get_args, get_origin, get_type_hints

from chalicelib.domain.kernel.dated import Dated

T = TypeVar("T")
_Coder = Callable[[Any], Any]


class NotEncodable(TypeError):
    """A type has no plain JSON form here: the programmer must give it one."""


class PlainJson(NamedTuple, Generic[T]):
    """`encode` gives JSON values for an object of one type, `decode` the object back."""

    encode: Callable[[T], Any]
    decode: Callable[[Any], T]

    def to_bytes(self, value: T) -> bytes:
        """The object as compact UTF-8 JSON: equal objects give equal bytes."""
        return json.dumps(self.encode(value), separators=(",", ":"), ensure_ascii=False).encode()

    def from_bytes(self, body: bytes) -> T:
        """The object that `to_bytes` wrote."""
        return self.decode(json.loads(body))


def plain_json(cls: type[T]) -> PlainJson[T]:
    """The codec of a dataclass. Raises NotEncodable for a type that is not understood."""
    encode, decode = _coders(cls)
    return PlainJson(encode, decode)


def _same(value: Any) -> Any:
    return value


_PLAIN: dict[Any, tuple[_Coder, _Coder]] = {
    str: (_same, _same),
    int: (_same, _same),
    bool: (_same, _same),
    object: (_same, _same),
    Decimal: (str, Decimal),
    Fraction: (str, Fraction),
    date: (date.isoformat, date.fromisoformat),
    datetime: (datetime.isoformat, datetime.fromisoformat),
}


@cache
def _coders(hint: Any) -> tuple[_Coder, _Coder]:
    """(encode, decode) of one annotation."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    if isinstance(hint, NewType):
        return _coders(hint.__supertype__)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Dated:
        return _dated(*arguments)
    if origin is tuple:
        return _tuple(arguments)
    if origin in (dict, Mapping):
        return _mapping(*arguments)
    if origin in (Union, types.UnionType):
        return _union(arguments)
    if isinstance(hint, type):
        if issubclass(hint, StrEnum):
            members = {member.value: member for member in hint}
            return str, members.__getitem__
        if hasattr(hint, "to_row"):  # a type that brings its own compact form
            return hint.to_row, hint.from_row  # type: ignore[attr-defined]
        if dataclasses.is_dataclass(hint):
            return _dataclass(hint)
    raise NotEncodable(f"{hint!r} has no plain JSON form: add one in plain_json.py")


def _tuple(arguments: tuple[Any, ...]) -> tuple[_Coder, _Coder]:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        encode, decode = _coders(arguments[0])
        if encode is _same:
            return list, tuple
        return lambda items: [encode(i) for i in items], lambda items: tuple([decode(i) for i in items])
    coders = [_coders(argument) for argument in arguments]
    return (
        lambda items: [encode(i) for (encode, _), i in zip(coders, items, strict=True)],
        lambda items: tuple([decode(i) for (_, decode), i in zip(coders, items, strict=True)]),
    )


def _mapping(key: Any, value: Any) -> tuple[_Coder, _Coder]:
    encode_key, decode_key = _coders(key)
    encode, decode = _coders(value)
    return (
        lambda items: {encode_key(k): encode(items[k]) for k in sorted(items)},
        lambda items: {decode_key(k): decode(v) for k, v in items.items()},
    )


def _dated(value: Any) -> tuple[_Coder, _Coder]:
    encode, decode = _coders(value)
    return (
        lambda dated: [[day.isoformat(), encode(v)] for day, v in dated.entries],
        lambda rows: Dated(tuple([(date.fromisoformat(day), decode(v)) for day, v in rows])),
    )


def _union(arguments: tuple[Any, ...]) -> tuple[_Coder, _Coder]:
    """`X | None`, or `Decimal | str`, where a decimal is told from text by being wrapped in a list."""
    options = [argument for argument in arguments if argument is not types.NoneType]
    if len(options) == 1:
        encode, decode = _coders(options[0])
        if encode is _same:
            return _same, _same
        return (
            lambda value: None if value is None else encode(value),
            lambda value: None if value is None else decode(value),
        )
    if set(options) == {Decimal, str} and len(arguments) == 2:
        return (
            lambda value: [str(value)] if isinstance(value, Decimal) else value,
            lambda value: Decimal(value[0]) if isinstance(value, list) else value,
        )
    raise NotEncodable(f"a union of {arguments!r} has no plain JSON form: add one in plain_json.py")


def _dataclass(cls: type) -> tuple[_Coder, _Coder]:
    hints = get_type_hints(cls)
    plan = []
    for field in dataclasses.fields(cls):
        if field.init:
            default = field.default_factory() if callable(field.default_factory) else field.default
            plan.append((field.name, default, *_coders(hints[field.name])))
    decoders = {name: decode for name, _, _, decode in plan}

    def encode(value: Any) -> dict[str, Any]:
        plain = {}
        for name, default, encode_field, _ in plan:
            held = getattr(value, name)
            if held is not default and held != default:
                plain[name] = encode_field(held)
        return plain

    def decode(plain: dict[str, Any]) -> Any:
        return cls(**{name: decoders[name](held) for name, held in plain.items()})

    return encode, decode
