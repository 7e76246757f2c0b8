"""Tables as rows: one figure under one key for each determinant the table is looked up by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.domain.tariffs.determinants import table_key


class Row(NamedTuple):
    """`keys` as the document writes them, one for each name in `by`."""

    by: tuple[str, ...]
    keys: tuple[str, ...]
    leaf: Any


def is_table(value: Any) -> bool:
    """Whether a piece of a document is a table."""
    return isinstance(value, Mapping) and "by" in value and isinstance(value.get("values"), Mapping)


def rows_of(table: Mapping[str, Any]) -> dict[tuple[object, ...], Row]:
    """The rows by what they are looked up by and their keys as tables compare them: 1.50 is 1.5."""
    by = table["by"] if isinstance(table["by"], list) else [table["by"]]
    names = tuple(map(str, by))
    return {
        (names, *map(table_key, keys)): Row(names, keys, leaf)
        for keys, leaf in _leaves(table["values"], len(names))
    }


def _leaves(values: Mapping[str, Any], depth: int) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in values.items():
        if depth > 1 and isinstance(value, Mapping) and value:
            yield from (((key, *keys), leaf) for keys, leaf in _leaves(value, depth - 1))
        else:
            yield (key,), value
