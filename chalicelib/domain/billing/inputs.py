"""Everything a bill is made from. Frozen with a run, so that the same bill can be made again years later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from chalicelib.domain.billing.bill import BilledRead, BillKind
from chalicelib.domain.billing.run import RunDates
from chalicelib.domain.kernel.ids import AccountId, AgreementId, CycleCode, Month, RegisterId, ServicePointId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.metering.plausibility import DEFAULT_LIMITS, PlausibilityLimits
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import ServicePoint


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledBefore:
    """Up to where an agreement is billed: the end of its last live segment and the reads it closed with.

    `until` is None where no segment is live. `canceled` are the days and generations of segments that were
    canceled and may be billed again.
    """

    until: date | None
    reads: tuple[BilledRead, ...] = ()
    canceled: tuple[tuple[Period, int], ...] = ()

    def next_generation(self, period: Period) -> int:
        """The generation of a new segment: 0, or one more than any that ever billed some of these days."""
        return max((number for days, number in self.canceled if days.overlap(period)), default=-1) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInputs:
    """One account with its agreements as they stood when the run froze it. Nothing here names a person.

    `bills_made` counts the account's bills of the run's cycle and period, live or reversed. `holds` are the
    reasons for which the account is held. `accepted`: a person found this period's unusual usage right.
    """

    account_id: AccountId
    currency: str
    agreements: tuple[ServiceAgreement, ...]
    billed: Mapping[AgreementId, BilledBefore] = field(default_factory=dict)
    bills_made: int = 0
    holds: tuple[str, ...] = ()
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingTerms:
    """What all bills of a run have in common.

    `today` decides whether a missing read is waited for, estimated or excepted. `scheduled_days` are the days
    the cycle planned for the period (None: its first). `through` ends every period on that day instead of
    the schedule's window: bills outside a cycle.
    """

    kind: BillKind
    cycle: CycleCode
    period: Month
    schedule: Schedule
    dates: RunDates
    today: date
    scheduled_days: int | None = None
    through: date | None = None
    limits: PlausibilityLimits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True, kw_only=True)
class MeteringInputs:
    """Meters and reads of the accounts concerned, with the history that validation looks back on."""

    service_points: Mapping[ServicePointId, ServicePoint] = field(default_factory=dict)
    reads: Mapping[RegisterId, tuple[MeterRead, ...]] = field(default_factory=dict)
