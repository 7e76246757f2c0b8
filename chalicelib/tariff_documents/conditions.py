"""Reading conditions, their canonical form, and their next revisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition, Reading
from chalicelib.tariff_documents.complaints import tell
from chalicelib.tariff_documents.condition_schema import FORMAT, ConditionDocument, entries_by_key
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.complaints import checked
from chalicelib.yaml_documents.problems import Problem
from chalicelib.yaml_documents.source import Kind, Source

_TOO_LONG_CHARACTERS = 1_000_000


class InvalidCondition(InvalidTariffDocument):
    """A condition cannot be read; `problems` lists everything found, in the order of the file."""


class LoadedCondition(NamedTuple):
    """A condition, its document, and that in canonical JSON: what is stored, frozen and fingerprinted."""

    condition: Condition
    document: ConditionDocument
    canonical: str


_CONDITION = Kind(
    no_mapping="a condition is a mapping: begin with `condition: NAME`", refused=InvalidCondition
)


def load_condition_file(path: Path) -> LoadedCondition:
    """The condition in a YAML file. Raises InvalidCondition with every problem's line and field."""
    return _checked(Source.of(path, kind=_CONDITION))


def load_condition(text: str, *, file: str) -> LoadedCondition:
    """The condition that `text` (YAML, or canonical JSON) declares; `file` is named in problems.

    Raises InvalidCondition with every problem's line and field.
    """
    return _checked(Source(text, file=file, kind=_CONDITION))


def read_condition(canonical: str) -> LoadedCondition:
    """The condition of a canonical document, of which nothing can be wrong any more."""
    return _loaded(ConditionDocument.model_validate_json(canonical), file="canonical")


def with_value(
    before: ConditionDocument | None,
    *,
    name: str,
    day: date,
    value: str,
    keys: Sequence[str] = (),
    by: str | None = None,
    authority: str = "",
) -> str:
    """The next revision of `before` (None: the first) with `value` from `day` on, for `keys` where named.

    It replaces what was declared from that very day; what takes over later stays. To be loaded: what does
    not fit is found there.
    """
    data = _next(before, name=name, by=by)
    entries = {entry["from"]: entry for entry in data.get("values", [])}
    said: dict[str, Any] = {"from": day.isoformat()}
    if keys:
        said["each"] = {**entries.get(said["from"], {}).get("each", {}), **dict.fromkeys(keys, value)}
    else:
        said["value"] = value
    if authority:
        said["authority"] = authority
    entries[said["from"]] = said
    return _dumped({**data, "values": [entries[start] for start in sorted(entries)]})


def with_readings(
    before: ConditionDocument | None,
    *,
    name: str,
    readings: Mapping[str, Iterable[Reading]],
    by: str | None = None,
) -> str:
    """The next revision of `before` (None: the first) with these readings in place of its own."""
    each: dict[tuple[date, date], dict[str, str]] = {}
    for key, measured in readings.items():
        for reading in measured:
            days = reading.period.start, reading.period.end
            each.setdefault(days, {})[key] = f"{reading.amount.normalize():f}"
    entries = [
        {"from": str(start), "to": str(end)}
        | ({"amount": amounts[EVERYWHERE]} if EVERYWHERE in amounts else {"each": amounts})
        for (start, end), amounts in sorted(each.items())
    ]
    return _dumped({**_next(before, name=name, by=by), "readings": entries})


def _next(before: ConditionDocument | None, *, name: str, by: str | None) -> dict[str, Any]:
    if before is None:
        return {"condition": name, "revision": 1} | ({"by": by} if by else {})
    return {**_data(before), "revision": before.revision + 1}


def _checked(source: Source) -> LoadedCondition:
    return _loaded(checked(source, ConditionDocument, tell=tell), file=source.file)


def _loaded(document: ConditionDocument, *, file: str) -> LoadedCondition:
    canonical = _dumped({**_data(document), "format": FORMAT})
    if len(canonical) > _TOO_LONG_CHARACTERS:
        message = f"is longer than {_TOO_LONG_CHARACTERS:,} characters: leave out what no bill needs any more"
        raise InvalidCondition([Problem(file=file, line=1, field="", message=message)])
    histories: dict[str, list[tuple[date, str]]] = {}
    for key, start, value in entries_by_key(document.values):
        histories.setdefault(key, []).append((start, value))
    readings: dict[str, list[Reading]] = {}
    for section in document.readings:
        for key, amount in section.amounts().items():
            readings.setdefault(key, []).append(Reading(Period(section.start, section.end), amount))
    condition = Condition(
        name=document.condition,
        revision=document.revision,
        by=document.by,
        histories={key: Dated(tuple(entries)) for key, entries in histories.items()},
        readings={key: tuple(measured) for key, measured in readings.items()},
        fingerprint=hashlib.sha256(canonical.encode()).hexdigest(),
    )
    return LoadedCondition(condition, document, canonical)


def _data(document: ConditionDocument) -> dict[str, Any]:
    return document.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _dumped(data: Mapping[str, Any]) -> str:
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
