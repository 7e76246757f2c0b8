"""Two tariff documents compared by what they say: charges by code, tiers by number, tables by key.

The walk goes over everything in either document, whether it has words for it or not: nothing that differs
goes unmentioned. Documents are the plain data of canonical JSON.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from chalicelib.domain.tariffs.differences.charges import new_charge, order_of, taken_on, under_condition
from chalicelib.domain.tariffs.differences.difference import ABSENT, Difference, Place, Way
from chalicelib.domain.tariffs.differences.tables import is_table, rows_of
from chalicelib.domain.tariffs.differences.words import (
    MAIN,
    change,
    charge_name,
    field_name,
    lowered,
    spoken,
)

Document = Mapping[str, Any]

_BY_NUMBER = {"tiers": "Tier", "steps": "Step"}
_FIRST = ("tariff", "version", "name", "effective_from")


def differences(before: Document, after: Document) -> tuple[Difference, ...]:
    """Every difference: first what the version is called, then section by section; none between equals."""
    return tuple(_Comparison(before, after).of_documents())


class _Comparison:
    """The two documents, for what words need to know of them: labels and currency."""

    def __init__(self, before: Document, after: Document) -> None:
        self._before, self._after = before, after
        self._currency = str(after.get("currency", "USD"))

    def of_documents(self) -> Iterator[Difference]:
        """Every difference from the top."""
        ways: dict[str, Way] = {
            "charges": self._charges,
            "determinants": self._named("Determinant"),
            "formulas": self._named("Formula"),
            "effective_from": self._effective_from,
        }
        keys = _keys(self._before, self._after)
        for key in sorted(keys, key=lambda key: key not in _FIRST):
            place = Place((key,), field_name(key).capitalize(), key)
            old, new = self._before.get(key, ABSENT), self._after.get(key, ABSENT)
            yield from self._told(ways.get(key, self._anything), place, old, new)

    def _told(self, way: Way, place: Place, before: Any, after: Any) -> Iterator[Difference]:
        """What `way` finds; where it has no words for a difference, the plain ones."""
        if _same(before, after):
            return
        found = list(way(place, before, after))
        yield from found or self._plain(place, before, after)

    def _anything(self, place: Place, before: Any, after: Any) -> Iterator[Difference]:
        if is_table(before) and is_table(after):
            yield from self._table(place, before, after)
        elif isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from order_of(place, list(before), list(after))
            for key in _keys(before, after):
                inner = place.under(key, name=f"{place.name}, {field_name(key)}", field=key)
                yield from self._told(self._anything, inner, before.get(key, ABSENT), after.get(key, ABSENT))
        elif _is_list_of_sections(before) and _is_list_of_sections(after):
            yield from self._sections(place, before, after, name=lambda number: f"{place.name} {number}")
        else:
            yield from self._plain(place, before, after)

    def _plain(self, place: Place, before: Any, after: Any) -> Iterator[Difference]:
        """The words that fit everything."""
        name, now = place.name, spoken(after, field=place.field, currency=self._currency)
        was = spoken(before, field=place.field, currency=self._currency)
        if before is ABSENT:
            words = f"{name} is new: {now}"
        elif after is ABSENT:
            words = f"{name} is gone (was {was})"
        elif isinstance(before, Mapping | list) or isinstance(after, Mapping | list):
            words = f"{name} is now {now} (was {was})"
        else:
            words = f"{name}: {change(before, after, field=place.field, currency=self._currency)}"
        yield Difference(place.path, words, before, after)

    def _effective_from(self, place: Place, before: Any, after: Any) -> Iterator[Difference]:
        if before is not ABSENT and after is not ABSENT:
            yield Difference(place.path, f"In force from {after} (was {before})", before, after)

    def _named(self, what: str) -> Way:
        """Things in a mapping by their names."""

        def way(place: Place, before: Any, after: Any) -> Iterator[Difference]:
            old = before if isinstance(before, Mapping) else {}
            new = after if isinstance(after, Mapping) else {}
            yield from order_of(place, list(old), list(new))
            for key in _keys(old, new):
                inner = place.under(key, name=f"{what} {key}", field=what)
                yield from self._told(self._anything, inner, old.get(key, ABSENT), new.get(key, ABSENT))

        return way

    def _charges(self, place: Place, before: Any, after: Any) -> Iterator[Difference]:
        old, new = _by_code(before), _by_code(after)
        if old is None or new is None:
            yield from self._plain(place, before, after)
            return
        yield from order_of(place.called("Charges are rated"), list(old), list(new))
        for code in _keys(old, new):
            if code not in old:
                yield new_charge(place, code, new, currency=self._currency)
            elif code not in new:
                yield Difference((*place.path, code), f"{charge_name(old[code])} is gone", old[code], ABSENT)
            else:
                yield from self._charge(
                    Place((*place.path, code), charge_name(new[code])), old[code], new[code]
                )

    def _charge(self, place: Place, before: Document, after: Document) -> Iterator[Difference]:
        for key in _keys(before, after):
            old, new = before.get(key, ABSENT), after.get(key, ABSENT)
            name = place.name if key in MAIN else f"{place.name}, {field_name(key)}"
            inner = place.under(key, name=name, field=key)
            way: Way = self._anything
            if key == "base":
                way = taken_on(place.name)
            elif key in {"only_if", "unless"}:
                way = under_condition(place.name)
            elif key in _BY_NUMBER and _is_list_of_sections(old) and _is_list_of_sections(new):
                way = self._numbered(_BY_NUMBER[key], str(after.get("code", "")))
            yield from self._told(way, inner, old, new)

    def _numbered(self, what: str, code: str) -> Way:
        return lambda place, before, after: self._sections(
            place, before, after, name=lambda number: f"{what} {number} of {code}"
        )

    def _sections(
        self,
        place: Place,
        before: Sequence[Document],
        after: Sequence[Document],
        *,
        name: Callable[[int], str],
    ) -> Iterator[Difference]:
        """Sections in a list, by their number from 1."""
        for number in range(1, max(len(before), len(after)) + 1):
            inner = place.under(number, name=name(number))
            old = before[number - 1] if number <= len(before) else ABSENT
            new = after[number - 1] if number <= len(after) else ABSENT
            yield from self._told(self._section, inner, old, new)

    def _section(self, place: Place, before: Any, after: Any) -> Iterator[Difference]:
        if not isinstance(before, Mapping) or not isinstance(after, Mapping):
            yield from self._plain(place, before, after)
            return
        for key in _keys(before, after):
            old, new = before.get(key, ABSENT), after.get(key, ABSENT)
            alone = key == "from" or (key in MAIN and not MAIN & (before.keys() | after.keys()) - {key})
            name = place.name if alone else f"{place.name}, {field_name(key)}"
            way: Way = self._start if key == "from" else self._anything
            yield from self._told(way, place.under(key, name=name, field=key), old, new)

    def _start(self, place: Place, before: Any, after: Any) -> Iterator[Difference]:
        """Where a tier, or a step, starts."""
        if is_table(before) and is_table(after):
            yield from self._table(place, before, after, leaf=self._start)
        elif ABSENT in (before, after):
            yield from self._plain(place.called(f"{place.name}, start"), before, after)
        else:
            now, was = (spoken(one, field="from", currency=self._currency) for one in (after, before))
            yield Difference(place.path, f"{place.name} now starts at {now} (was {was})", before, after)

    def _table(
        self,
        place: Place,
        before: Document,
        after: Document,
        *,
        leaf: Way | None = None,
    ) -> Iterator[Difference]:
        for key in _keys(before, after):
            old, new = before.get(key, ABSENT), after.get(key, ABSENT)
            if key != "values":
                inner = place.under(key, name=f"{place.name}, {field_name(key)}", field=key)
                yield from self._told(self._anything, inner, old, new)
        rows_before, rows_after = rows_of(before), rows_of(after)
        for key in _keys(rows_before, rows_after):
            old, new = rows_before.get(key), rows_after.get(key)
            row = new or old
            assert row is not None  # the key is of one of them
            names = ", ".join(
                f"{self._label(name)} {part}" for name, part in zip(row.by, row.keys, strict=False)
            )
            inner = Place((*place.path, "values", *row.keys), f"{place.name}, {names}", place.field)
            if old is not None and new is not None and old.keys != new.keys:
                spelled = f"{inner.name} was written {', '.join(old.keys)}"
                yield Difference(inner.path, spelled, list(old.keys), list(new.keys))
            yield from self._told(
                leaf or self._anything,
                inner,
                old.leaf if old is not None else ABSENT,
                new.leaf if new is not None else ABSENT,
            )

    def _label(self, name: str) -> str:
        for document in (self._after, self._before):
            declared = document.get("determinants")
            section = declared.get(name) if isinstance(declared, Mapping) else None
            if isinstance(section, Mapping) and section.get("label"):
                return lowered(str(section["label"]))
        return field_name(name)


def _keys(before: Mapping[Any, Any], after: Mapping[Any, Any]) -> list[Any]:
    """The keys of both, those of the later one first."""
    return list(dict.fromkeys([*after, *before]))


def _same(before: Any, after: Any) -> bool:
    """Whether two pieces of documents are the same, to the letter."""
    if before is ABSENT or after is ABSENT:
        return before is after
    return json.dumps(before) == json.dumps(after)


def _is_list_of_sections(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _by_code(charges: Any) -> dict[str, Document] | None:
    """Charges by code, None where they do not all have one of their own."""
    if not _is_list_of_sections(charges):
        return None
    found = {str(charge["code"]): charge for charge in charges if "code" in charge}
    return found if len(found) == len(charges) else None
