"""Tariff documents that somebody wrote, and somebody else has edited."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from chalicelib.tariff_documents.json_schema import EXAMPLES as REFERENCE
from fuzz import formulas, words
from fuzz.documents import SCHEMA, charges, read

_SAMPLES = Path(__file__).parents[1] / "samples" / "tariffs"
EXAMPLES = [
    *(path.read_text(encoding="utf-8") for path in sorted(_SAMPLES.glob("*.yaml"))),
    *(json.dumps(json.loads(example.document()), indent=1) for example in REFERENCE),
]
"""The samples, and the examples of the reference, each with a document around it."""
_DATA = [read(text) for text in EXAMPLES]


class _Place(NamedTuple):
    """A mapping or a list, and a key or index in it."""

    holder: Any
    key: Any


def _places(value: Any) -> Iterator[_Place]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield _Place(value, key)
        yield from _places(inner)


def _remove(_draw: st.DrawFn, place: _Place) -> None:
    del place.holder[place.key]


def _rename(draw: st.DrawFn, place: _Place) -> None:
    if isinstance(place.holder, dict):
        fields = st.sampled_from(sorted(SCHEMA.fields))
        place.holder[draw(fields | words.keys | words.names | words.scalars)] = place.holder.pop(place.key)


def _repeat(draw: st.DrawFn, place: _Place) -> None:
    if isinstance(place.holder, list):
        again = copy.deepcopy(place.holder[place.key])
        place.holder.insert(draw(st.integers(0, len(place.holder))), again)


def _rewrite(draw: st.DrawFn, place: _Place) -> None:
    anything = words.scalars | words.keys | words.names | words.codes | formulas.formulas
    place.holder[place.key] = draw(anything)


def _regrow(draw: st.DrawFn, place: _Place) -> None:
    """What the schema allows in a field of this name."""
    place.holder[place.key] = draw(st.one_of(SCHEMA.fields.get(str(place.key), [words.scalars])))


def _add(draw: st.DrawFn, place: _Place) -> None:
    """A field of any name, as the schema has it somewhere."""
    if isinstance(place.holder, dict):
        name = draw(st.sampled_from(sorted(SCHEMA.fields)))
        place.holder[name] = draw(st.one_of(SCHEMA.fields[name]))


def _wrap(draw: st.DrawFn, place: _Place) -> None:
    inner = place.holder[place.key]
    place.holder[place.key] = draw(st.sampled_from([[inner], {"x": inner}, [], {}, [[]]]))


_EDITS: list[Callable[[st.DrawFn, _Place], None]] = [
    *(_remove, _rename, _repeat, _wrap, _add),
    *(_rewrite, _regrow) * 2,
]


@st.composite
def edited(draw: st.DrawFn) -> str:
    """An example in which something was taken out, renamed, repeated, rewritten or added."""
    data = copy.deepcopy(draw(st.sampled_from(_DATA)))
    if draw(st.integers(0, 2)) == 2:
        data["charges"].append(draw(charges))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(data))
        if places:
            draw(st.sampled_from(_EDITS))(draw, draw(st.sampled_from(places)))
    return json.dumps(data, indent=1, ensure_ascii=draw(st.booleans()))


_lines = sorted({line for text in EXAMPLES for line in text.splitlines()})

retyped: st.SearchStrategy[str] = st.one_of(
    words.mistyped(st.sampled_from(EXAMPLES), words.snippets, most=40),
    st.lists(st.sampled_from(_lines) | words.snippets | st.text(max_size=20), max_size=40).map("\n".join),
)
"""An example after slips of the keyboard or a bad merge, and lines of examples in any order."""
