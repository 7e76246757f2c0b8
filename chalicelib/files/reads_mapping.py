"""Mapping documents: what a read file's columns mean. YAML, checked against a schema, told off by line."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.files.time_zones import time_zone
from chalicelib.yaml_documents.complaints import checked, plainly
from chalicelib.yaml_documents.fields import Section, listed, refuse
from chalicelib.yaml_documents.problems import InvalidDocument
from chalicelib.yaml_documents.source import Kind, Source

_TRIED_ON = datetime(2026, 11, 30, 13, 45, 59, tzinfo=UTC)  # any instant, to try formats on


class InvalidMapping(InvalidDocument):
    """A mapping cannot be used; `problems` lists everything found, in the order of the file."""


_MAPPING = Kind(
    no_mapping="a mapping of reads begins with `format: headgate/reads-mapping@1`", refused=InvalidMapping
)
_SOURCE = r"^[a-z0-9_.-]{1,32}$"
_WORDS = {_SOURCE: "{value} is no source: write small letters, digits, -, . and _, such as drive-by"}


def _unit(name: object) -> Unit | None:
    if name == "dials":
        return None
    try:
        return Unit.parse(str(name))
    except Refusal as refusal:
        raise refuse(refusal.message) from None


def _format(pattern: str) -> str:
    try:
        datetime.strptime(_TRIED_ON.strftime(pattern), pattern)  # noqa: DTZ007
    except ValueError as error:
        raise refuse(f"{pattern!r} is not a date format: {error}") from None
    return pattern


_Column = Annotated[str, Field(min_length=1)]
_Formats = Annotated[
    tuple[Annotated[str, BeforeValidator(_format)], ...], BeforeValidator(listed), Field(min_length=1)
]


class MeterColumns(Section):
    """How a row names its register: the number on the meter and, for compound meters, the position."""

    column: _Column
    register_column: str = ""
    register_default: str = "0"
    registers: dict[str, str] = Field(default_factory=dict)  # the file's word for a position → ours


class TakenAt(Section):
    """When a read was taken: one column, or a day and a time. Formats are strptime's, tried in order."""

    column: _Column
    time_column: str = ""
    formats: _Formats
    at: time = time(0)  # for files that give the day alone


class Value(Section):
    """The number read. `unit: dials` takes it as it stands on the register; a unit converts it exactly."""

    column: _Column
    unit: Annotated[Unit | None, BeforeValidator(_unit)]
    scale: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    decimal_sign: Literal[".", ","] = "."
    thousands_sign: Literal["", ".", ",", " ", "'", "_"] = ""
    scientific: bool = False

    @model_validator(mode="after")
    def _signs_differ(self) -> Self:
        if self.decimal_sign == self.thousands_sign:
            raise refuse("is the decimal sign, too: write another", "thousands_sign")
        return self


class Quality(Section):
    """How a row says whether somebody read the meter. Unlisted words are rejected."""

    column: _Column
    words: dict[str, ReadQuality]


class Reduce(Section):
    """Keep the rows of an interval file that lie nearest to the expected read days of a cycle."""

    to: Literal["period_boundaries"]
    cycle: _Column
    at: time = time(0)
    tolerance_hours: Annotated[int, Field(gt=0, le=240)]

    @property
    def tolerance(self) -> timedelta:
        """How far from a boundary a row may lie."""
        return timedelta(hours=self.tolerance_hours)


class ReadsMapping(Section):
    """What the columns of one kind of read file mean. docs/reads.md explains every field."""

    format: Literal["headgate/reads-mapping@1"]
    source: Annotated[str, Field(pattern=_SOURCE)]
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    header: tuple[str, ...] | None = None  # names for the columns of a file without a header line
    time_zone: Annotated[ZoneInfo, BeforeValidator(time_zone)]
    meter: MeterColumns
    taken_at: TakenAt
    value: Value
    quality: Quality | None = None
    reduce: Reduce | None = None

    model_config = ConfigDict(arbitrary_types_allowed=True)

    @property
    def columns(self) -> list[str]:
        """The columns that a file must have."""
        named = [
            self.meter.column,
            self.meter.register_column,
            self.taken_at.column,
            self.taken_at.time_column,
        ]
        named += [self.value.column, self.quality.column if self.quality else ""]
        return list(dict.fromkeys(name for name in named if name))


def load_reads_mapping(path: Path) -> ReadsMapping:
    """The mapping in a YAML file. Raises InvalidMapping with file, line and cause of every problem."""
    return checked(Source.of(path, kind=_MAPPING), ReadsMapping, tell=partial(plainly, own=_WORDS))
