"""What rating is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity
from chalicelib.domain.tariffs.line import BillLine


class Position(StrEnum):
    """Where a bill stands in the life of its agreement."""

    OPENING = "opening"
    REGULAR = "regular"
    CLOSING = "closing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingRequest:
    """What rating needs to know of one agreement and one period.

    `tariff`: the tariff code by day. `period`: the service days, half-open. `usage`: net usage of the
    period, exact, in the register's unit; None where nothing is metered. `determinants`: attributes that
    charges depend on (`meter_size`, `dwelling_units`, …), each dated. `scheduled_days`: days the cycle
    planned for this period, for tariffs that prorate on them.
    """

    tariff: Dated[str]
    period: Period
    bill_date: date
    usage: Quantity | None = None
    determinants: Mapping[str, Dated[Decimal | str]] = field(default_factory=dict)
    position: Position = Position.REGULAR
    scheduled_days: int | None = None


class Rating(NamedTuple):
    """Lines in rating order. `billed_quantity` is in the tariff's billing unit, None without a meter."""

    lines: tuple[BillLine, ...]
    total_minor: int
    currency: str
    billed_quantity: Decimal | None
