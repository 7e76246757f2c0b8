"""Tables of fields in Markdown, from the JSON Schema."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]

# What a definition is called on the page, and where on it that is told.
_PLACES = {
    "Amount": ("an amount", "amounts-and-tables"),
    "QuantitySection": ("a quantity", "the-quantity-a-charge-is-taken-on"),
    "RoundingSection": ("`to`, `rule`", "rounding-a-quantity-or-a-formula"),
    "UsageSection": ("a section", "usage"),
    "ProrationSection": ("a section", "proration"),
    "DayRange": ("`from`, `to`", ""),
    "ShortestOpening": ("`days`, `charge`", ""),
    "Cells": ("amounts by key", ""),
}
_ELSEWHERE = {  # enumerations with a table of their own
    "Effectivity": "[which day](#effectivity)",
    "Source": "[a source](#determinants)",
    "Unit": "a unit of water",
}
_SAID = {  # what the schema cannot say in a word or two
    "format": "`1`",
    "base": "a list of codes",
    "by": "a name, or a list of them",
    "conversions": "figures by unit",
    "determinants": "[sections](#determinants) by name",
    "formula": "[a formula](formulas.md)",
    "formulas": "[formulas](#formulas) by name",
    "steps": "a list of [steps](#a-step)",
    "translations": "texts by language and code",
    "seasons": "`from: MM-DD` by name",
    "tiers": "a list of `from` and `rate`, [amounts](#amounts-and-tables)",
    "values": "amounts by key",
    "charges": "a list of [charges](#charges)",
}
_PATTERNS = {
    "^[a-z][a-z0-9_]*$": "a name",
    "^[A-Z0-9][A-Z0-9._-]*$": "a code",
    "^[A-Z]{3}$": "a currency",
}


class FieldTables:
    """Tables of the fields of definitions in `schema`."""

    def __init__(self, schema: Schema) -> None:
        self._definitions: Mapping[str, Schema] = schema["$defs"]
        self._document = schema

    def table(self, name: str, *, without: Iterable[str] = ()) -> str:
        """The fields of the definition `name` (empty: the document itself), but for those named."""
        section = self._definitions[name] if name else self._document
        needed = section.get("required", ())
        rows = ["| field | takes | default | meaning |", "|---|---|---|---|"]
        for field, schema in section["properties"].items():
            if field not in without:
                default = "needed" if field in needed else _default(schema)
                takes = self._takes(schema) if schema.get("type") == "boolean" else _SAID.get(field)
                takes = takes or self._takes(schema)
                rows.append(f"| `{field}` | {takes} | {default} | {schema['description']} |")
        return "\n".join(rows)

    def description(self, name: str) -> str:
        """What the definition `name` is, in a sentence."""
        return str(self._definitions[name]["description"])

    def _takes(self, schema: Schema) -> str:
        if "$ref" in schema:
            return self._referred(schema["$ref"].rpartition("/")[2])
        if "const" in schema:
            return f"`{schema['const']}`"
        if "enum" in schema:
            return ", ".join(f"`{value}`" for value in schema["enum"])
        choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        if {"type": "number"} in [{"type": one.get("type")} for one in choices]:
            return "a figure"
        if choices:
            return " or ".join(dict.fromkeys(map(self._takes, choices)))
        match schema.get("type"):
            case "boolean":
                return "yes or no"
            case "integer":
                return "a whole number"
            case _:
                return _text(schema)

    def _referred(self, name: str) -> str:
        if name in _ELSEWHERE:
            return _ELSEWHERE[name]
        if name in _PLACES:
            words, anchor = _PLACES[name]
            return f"[{words}](#{anchor})" if anchor else words
        return self._takes(self._definitions[name])


def _text(schema: Schema) -> str:
    if schema.get("format") == "date":
        return "a day"
    return _PATTERNS.get(schema.get("pattern", ""), "text")


def _default(schema: Schema) -> str:
    default = schema.get("default")
    if default is True or default is False:
        return "yes" if default else "no"
    return (
        "" if default in (None, "") else f"`{default if isinstance(default, str) else json.dumps(default)}`"
    )
