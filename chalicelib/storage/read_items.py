"""Register reads as DynamoDB items: one item per register and year, one attribute per read.

The attribute's name is the instant (`20160301T000917Z`), its text `value|quality|day|source`. Reads are small
and few (13 to 30 a year): a year of them is one read unit, and a condition on each attribute keeps importers
that work at the same time from losing one another's reads, without a version number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.record_read import plain_value

_LETTERS = {ReadQuality.ACTUAL: "a", ReadQuality.CUSTOMER: "c", ReadQuality.ESTIMATED: "e"}
_QUALITIES = {letter: quality for quality, letter in _LETTERS.items()}


def item_key(register_id: RegisterId, year: int) -> tuple[str, str]:
    """The key (pk, sk) of a register's reads of one year."""
    return f"REG#{register_id}", f"READS#{year:04d}"


def register_of(item: Mapping[str, Any]) -> RegisterId:
    """The register that a stored item belongs to."""
    return RegisterId(item["pk"]["S"][4:])


def year_of(read: MeterRead) -> int:
    """The year under which a read is kept: that of the day it stands for, as bills look for it."""
    return read.read_on.year


def instant_name(taken_at: datetime) -> str:
    """The attribute of an instant."""
    utc = taken_at.astimezone(UTC)
    return utc.strftime("%Y%m%dT%H%M%S.%fZ" if utc.microsecond else "%Y%m%dT%H%M%SZ")


def read_text(read: MeterRead) -> str:
    """A read as its attribute's text."""
    day = read.read_on.strftime("%Y%m%d")
    return f"{plain_value(read.value)}|{_LETTERS[read.quality]}|{day}|{read.source}"


def reads_in(item: Mapping[str, Any]) -> list[MeterRead]:
    """The reads of a stored item, oldest first."""
    register_id = register_of(item)
    found = []
    for name in sorted(item):
        if name[0] not in "12":  # pk, sk
            continue
        value, letter, day, source = item[name]["S"].split("|", 3)
        found.append(
            MeterRead(
                register_id=register_id,
                taken_at=datetime.fromisoformat(name),
                read_on=date.fromisoformat(day),
                value=Decimal(value),
                quality=_QUALITIES[letter],
                source=source,
            )
        )
    return found
