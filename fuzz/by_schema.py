"""Random values by a JSON Schema: what the schema learns, the fuzzer knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

Values = st.SearchStrategy[Any]


class BySchema:
    """Values by `schema`, as YAML reads them: mappings, lists, and every scalar as text.

    `texts` says what to write in a field of a given name, where any text would do by the schema but hardly
    any means something. Keys of mappings and items of lists go by the name of the field they are in.
    """

    def __init__(self, schema: Mapping[str, Any], *, texts: Mapping[str, Values]) -> None:
        self._definitions: Mapping[str, Any] = schema["$defs"]
        self._texts = texts
        self._known: dict[tuple[str, str], Values] = {}
        self.fields: dict[str, list[Values]] = {}
        """Every field's name → its values, wherever a field of that name may stand."""
        for section in (schema, *self._definitions.values()):
            for name, field in section.get("properties", {}).items():
                self.fields.setdefault(name, []).append(self.values(field, name))

    def section(self, name: str) -> Values:
        """Values of the definition called `name`."""
        return self.values({"$ref": f"#/$defs/{name}"}, "")

    def values(self, schema: Mapping[str, Any], field: str) -> Values:
        """Values by `schema`, in a field called `field`."""
        if "$ref" in schema:
            return self._referred(schema["$ref"].rpartition("/")[2], field)
        if "const" in schema:
            return st.just(str(schema["const"]))
        if "enum" in schema:
            return st.sampled_from([str(value) for value in schema["enum"]])
        choices = [one for one in schema.get("anyOf", schema.get("oneOf", ())) if one.get("type") != "null"]
        if {"type": "number"} in choices:  # or its text, by a pattern that few texts of it would be like
            return self._texts["number"]
        if choices:
            return st.one_of([self.values(one, field) for one in choices])
        match schema.get("type"):
            case "object":
                return self._mappings(schema, field)
            case "array":
                most = min(schema.get("maxItems", 4), 4)
                return st.lists(
                    self.values(schema["items"], field), min_size=schema.get("minItems", 0), max_size=most
                )
            case "integer":
                least = schema.get("minimum", -3)
                return st.integers(least, schema.get("maximum", least + 40)).map(str)
            case "number":
                return self._texts["number"]
            case "boolean":
                return st.sampled_from(["yes", "no", "true", "false"])
            case _:
                return self._text(schema, field)

    def _referred(self, name: str, field: str) -> Values:
        if (name, field) not in self._known:
            # Put in before it is made: a definition may speak of itself.
            self._known[name, field] = st.deferred(lambda: self._known[name, f"{field} "])
            self._known[name, f"{field} "] = self.values(self._definitions[name], field)
        return self._known[name, field]

    def _mappings(self, schema: Mapping[str, Any], field: str) -> Values:
        if "properties" in schema:
            known = {name: self.values(one, name) for name, one in schema["properties"].items()}
            needed = schema.get("required", ())
            return _sections({name: (values, name in needed) for name, values in known.items()})
        patterns = schema.get("patternProperties", {})
        inner = next(iter(patterns.values()), schema.get("additionalProperties", {}))
        keys = self._texts.get(f"{field}.key", self._texts["key"])
        least = schema.get("minProperties", 0)
        return st.dictionaries(keys, self.values(inner, field), min_size=least, max_size=3)

    def _text(self, schema: Mapping[str, Any], field: str) -> Values:
        if field in self._texts:
            return self._texts[field]
        if schema.get("format") == "date":
            return self._texts["date"]
        pattern = schema.get("pattern", "text")
        return self._texts[pattern] if pattern in self._texts else st.from_regex(pattern, fullmatch=True)


@st.composite
def _sections(draw: st.DrawFn, fields: Mapping[str, tuple[Values, bool]]) -> dict[str, Any]:
    """A mapping with all fields that are needed, and a third of the others."""
    return {
        name: draw(values)
        for name, (values, needed) in fields.items()
        if needed or draw(st.integers(0, 2)) == 2
    }
