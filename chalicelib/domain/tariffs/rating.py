"""Rating: one agreement's period and usage, on the tariff in force, as exact bill lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """Lines in the order of the tariff's charges. `billed_quantity` is in the tariff's billing unit."""

    lines: tuple[BillLine, ...]
    total_minor: int
    currency: str
    billed_quantity: Decimal | None


class TariffBook:
    """Tariff versions compiled for rating."""

    @property
    def fingerprints(self) -> dict[str, str]:
        """`CODE@version` → SHA-256 (hex) of the canonical document."""
        raise NotImplementedError

    def rate(self, request: RatingRequest) -> Rating:
        """Rate one period. Raises a Refusal that says what is missing."""
        raise NotImplementedError


def compile_book(versions: Iterable[object]) -> TariffBook:
    """A book of `versions`."""
    raise NotImplementedError
