"""Mapping documents: what a read file's columns mean. YAML, checked against a schema, told off by line."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.files.document import load_document

_TRIED_ON = datetime(2026, 11, 30, 13, 45, 59, tzinfo=UTC)  # any instant, to try formats on


class InvalidMapping(Refusal):
    """A mapping document cannot be used. `data["problems"]` lists every problem with file and line."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone: write one such as America/Los_Angeles") from None


def _unit(name: object) -> Unit | None:
    if name == "dials":
        return None
    try:
        return Unit.parse(str(name))
    except Refusal as refusal:
        raise ValueError(refusal.message) from None


def _format(pattern: str) -> str:
    try:
        datetime.strptime(_TRIED_ON.strftime(pattern), pattern)  # noqa: DTZ007
    except ValueError as error:
        raise ValueError(f"{pattern!r} is not a date format: {error}") from None
    return pattern


_Column = Annotated[str, Field(min_length=1)]
_Formats = Annotated[
    tuple[Annotated[str, BeforeValidator(_format)], ...], BeforeValidator(_listed), Field(min_length=1)
]


class MeterColumns(_Part):
    """How a row names its register: the number on the meter and, for compound meters, the position."""

    column: _Column
    register_column: str = ""
    register_default: str = "0"
    registers: dict[str, str] = {}  # the file's word for a position → ours


class TakenAt(_Part):
    """When a read was taken: one column, or a day and a time. Formats are strptime's, tried in order."""

    column: _Column
    time_column: str = ""
    formats: _Formats
    at: time = time(0)  # for files that give the day alone


class Value(_Part):
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
            raise ValueError("decimal_sign and thousands_sign are the same")
        return self


class Quality(_Part):
    """How a row says whether somebody read the meter. Unlisted words are rejected."""

    column: _Column
    words: dict[str, ReadQuality]


class Reduce(_Part):
    """Keep the rows of an interval file that lie nearest to the expected read days of a cycle."""

    to: Literal["period_boundaries"]
    cycle: _Column
    at: time = time(0)
    tolerance_hours: Annotated[int, Field(gt=0, le=240)]

    @property
    def tolerance(self) -> timedelta:
        """How far from a boundary a row may lie."""
        return timedelta(hours=self.tolerance_hours)


class ReadsMapping(_Part):
    """What the columns of one kind of read file mean. docs/reads.md explains every field."""

    format: Literal["headgate/reads-mapping@1"]
    source: Annotated[str, Field(pattern=r"^[a-z0-9_.-]{1,32}$")]
    encoding: str = "utf-8-sig"
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] = ","
    header: tuple[str, ...] | None = None  # names for the columns of a file without a header line
    time_zone: Annotated[ZoneInfo, BeforeValidator(_zone)]
    meter: MeterColumns
    taken_at: TakenAt
    value: Value
    quality: Quality | None = None
    reduce: Reduce | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

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
    return load_document(path, ReadsMapping, kind="mapping", refused=InvalidMapping)
