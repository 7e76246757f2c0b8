"""The schema of conditions: facts declared for everybody at once. docs/conditions.md explains every field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Protocol

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from chalicelib.domain.tariffs.conditions import EVERYWHERE
from chalicelib.domain.tariffs.determinants import table_key
from chalicelib.tariff_documents.fields import Figure, Name
from chalicelib.yaml_documents.fields import Day, Section, refuse

FORMAT = 1
"""The version of this schema, kept in canonical documents."""


def _keyed(entries: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in entries.items():
        if table_key(key) in found:
            raise refuse(f"{table_key(key)!r} is there already: keep one of them", key)
        found[table_key(key)] = value
    return found


Declared = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(table_key)
]
Note = Annotated[str, StringConstraints(max_length=200)]


class ValueSection(Section):
    """What holds from a day until the next entry takes over: one `value`, or one for `each` key of `by`.

    A key that `each` leaves out keeps the value it had. `authority` is the resolution that declared it.
    """

    start: Annotated[Day, Field(alias="from")]
    value: Declared | None = None
    each: Annotated[dict[str, Declared], AfterValidator(_keyed)] = Field(default_factory=dict)
    authority: Note = ""


class ReadingSection(Section):
    """What was measured over the days `[from, to)`: one `amount`, or one for `each` key of `by`."""

    start: Annotated[Day, Field(alias="from")]
    end: Annotated[Day, Field(alias="to")]
    amount: Figure | None = None
    each: Annotated[dict[str, Figure], AfterValidator(_keyed)] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _rises(self) -> ReadingSection:
        if self.end <= self.start:
            raise refuse(f"must come after {self.start}: `to` is the day after the last one measured", "to")
        return self

    def amounts(self) -> Mapping[str, Any]:
        """The figures by key; EVERYWHERE is the key of one that is the same everywhere."""
        return self.each if self.amount is None else {EVERYWHERE: self.amount}


class ConditionDocument(Section):
    """One revision of a condition: all that was declared so far, or all that was measured."""

    format: Annotated[Literal[1], BeforeValidator(lambda value: 1 if value == "1" else value)] = 1
    condition: Name
    revision: Annotated[int, Field(ge=1)]
    label: Note = ""
    unit: Note = ""
    by: Name | None = None
    values: list[ValueSection] = Field(default_factory=list)
    readings: list[ReadingSection] = Field(default_factory=list)

    @model_validator(mode="after")
    def _is_whole(self) -> ConditionDocument:
        if not self.values and not self.readings:
            raise refuse("declares nothing: add values, or readings", "values")
        if self.values and self.readings:
            raise refuse("a condition is declared or measured: keep either values or readings", "readings")
        _require_fit(self.by, "values", "value", self.values, lambda entry: entry.value)
        _require_fit(self.by, "readings", "amount", self.readings, lambda entry: entry.amount)
        _require_order(self.values)
        _require_no_gap(self.readings)
        return self


class _Entry(Protocol):
    @property
    def each(self) -> Mapping[str, Any]: ...


def _require_fit(
    by: str | None, section: str, field: str, entries: Sequence[_Entry], plain: Callable[[Any], object]
) -> None:
    """Every entry says one thing for all, or one for each key, as `by` has it."""
    for place, entry in enumerate(entries):
        path = (section, place)
        if by is None and entry.each:
            raise refuse("what it differs by is missing: add `by:` with a determinant", *path, "each")
        if by is None and plain(entry) is None:
            raise refuse("is missing: add it", *path, field)
        if by is not None and plain(entry) is not None:
            raise refuse(f"the condition differs by {by}: write `each`, a {field} by key", *path, field)
        if by is not None and not entry.each:
            raise refuse(f"is missing: add a {field} for each {by}", *path, "each")


def _require_order(values: Sequence[ValueSection]) -> None:
    for place in range(1, len(values)):
        before, start = values[place - 1].start, values[place].start
        if start == before:
            raise refuse(f"{start} is there already: keep one entry a day", "values", place, "from")
        if start < before:
            raise refuse(f"{start} comes after {before}: sort the entries by day", "values", place, "from")


def _require_no_gap(readings: Sequence[ReadingSection]) -> None:
    """What is measured at one place is measured on every day from its first to its last, once."""
    ends: dict[str, date] = {}
    for place, reading in enumerate(readings):
        for key in reading.amounts():
            end = ends.setdefault(key, reading.start)
            at = f" at {key}" if key else ""
            if reading.start < end:
                raise refuse(
                    f"{reading.start} is measured{at} before: readings must follow one another",
                    *("readings", place, "from"),
                )
            if reading.start > end:
                raise refuse(
                    f"nothing is measured{at} from {end} to before {reading.start}: add those days",
                    *("readings", place, "from"),
                )
            ends[key] = reading.end


def entries_by_key(values: Sequence[ValueSection]) -> Iterator[tuple[str, date, str]]:
    """Every declared value as (key, day, value); EVERYWHERE is the key of one for all."""
    for entry in values:
        if entry.value is not None:
            yield EVERYWHERE, entry.start, entry.value
        for key, value in entry.each.items():
            yield key, entry.start, value


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of conditions, for editors."""
    schema = ConditionDocument.model_json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Headgate condition",
    }
