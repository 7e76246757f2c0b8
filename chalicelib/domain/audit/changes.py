"""What changed between two states of a thing, as an audit entry tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.personal import personal_fields


def changes(before: Any, after: Any) -> tuple[dict[str, object], dict[str, object]]:
    """The fields of a dataclass that differ, with their values before and after, as JSON has them.

    Personal fields are only named: their values are `…`.
    """
    hidden = personal_fields(type(after))
    names = [
        field.name for field in fields(after) if getattr(before, field.name) != getattr(after, field.name)
    ]

    def told(thing: Any) -> dict[str, object]:
        return {name: "…" if name in hidden else plain(getattr(thing, name)) for name in names}

    return told(before), told(after)


def plain(value: Any) -> Any:
    """A domain value as JSON has it: numbers with a fraction and days become text."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case Decimal() | date():
            return str(value)
        case Dated():
            return [[str(day), plain(entry)] for day, entry in value.entries]
        case Mapping():
            return {str(plain(key)): plain(entry) for key, entry in value.items()}
        case frozenset() | set():
            return sorted(map(plain, value))
        case tuple() | list():
            return [plain(entry) for entry in value]
        case _ if is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
        case _:
            return str(value)
