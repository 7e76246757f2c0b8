"""Register reads: what the dials showed, and how we know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.kernel.ids import RegisterId


class ReadQuality(StrEnum):
    """How a read came about. Anything but ACTUAL is flagged on the bill."""

    ACTUAL = "actual"
    CUSTOMER = "customer"  # read by the customer
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterRead:
    """The dials of one register at one instant.

    `value` is what the dials showed, before the multiplier. `taken_at` is aware. `read_on` is the day it
    stands for: its day in the utility's time zone, or the period boundary that it was chosen for when an
    interval series was reduced (interval_reduction.py). That day belongs to the period that begins with it.
    """

    register_id: RegisterId
    taken_at: datetime
    read_on: date
    value: Decimal
    quality: ReadQuality = ReadQuality.ACTUAL
    source: str = "manual"
