"""Bills: what an account is charged for its services over a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId, CycleCode, Month, RegisterId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import BillLine


class BillKind(StrEnum):
    """Why a bill was made."""

    CYCLE = "cycle"
    OFF_CYCLE = "off_cycle"
    REBILL = "rebill"


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledRead:
    """Two reads of one register and the usage between them, as the bill stands on them.

    `start_value` and `end_value` are dials; `usage` is water in `unit`, signed by the link's role and
    scaled by its share. A rollover or an exchange is named in `event`, so that start and end explain
    themselves.
    """

    register_id: RegisterId
    start_on: date
    start_value: Decimal
    start_quality: ReadQuality
    end_on: date
    end_value: Decimal
    end_quality: ReadQuality
    usage: Decimal
    unit: str
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillSegment:
    """One agreement's charges for one service period.

    `generation` counts the live segment of these days: 0 when first billed, one more each time the segment
    is canceled and billed again.
    """

    agreement_id: AgreementId
    service_type: ServiceType
    period: Period
    generation: int
    quantity: Decimal | None
    unit: str
    estimated: bool
    reads: tuple[BilledRead, ...]
    lines: tuple[BillLine, ...]

    @property
    def total_minor(self) -> int:
        """Sum of the lines, in minor units."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """An account's segments, billed together. It carries no balance: that is a fold over the ledger."""

    bill_id: BillId
    account_id: AccountId
    kind: BillKind
    cycle: CycleCode
    period: Month
    bill_date: date
    due_on: date
    accounting_period: Month
    currency: str
    segments: tuple[BillSegment, ...]

    @property
    def total_minor(self) -> int:
        """Sum of the segments, in minor units."""
        return sum(segment.total_minor for segment in self.segments)
