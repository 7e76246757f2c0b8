"""Show the water an account was billed for, service by service."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.usecases.read_shard_state import LedgerReader


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledUsage:
    """The water of one billed period; `estimated` when no actual read ended it."""

    period: Period
    quantity: Decimal
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageOfService:
    """One agreement's billed water in one unit, oldest period first."""

    agreement_id: AgreementId
    service_type: ServiceType
    unit: str
    periods: tuple[BilledUsage, ...]


def show_usage(account_id: AccountId, *, reader: LedgerReader) -> tuple[UsageOfService, ...]:
    """Billed water of the last thirteen months (LedgerRules.segments_kept_months), canceled charges left out.

    A service that changed its unit comes once for each.
    """
    found: dict[tuple[AgreementId, str], list[BilledUsage]] = {}
    services: dict[AgreementId, ServiceType] = {}
    for segment in reader.account_state(account_id).segments:
        if not segment.is_live or segment.quantity is None:
            continue
        services[segment.agreement_id] = segment.service_type
        found.setdefault((segment.agreement_id, segment.unit), []).append(
            BilledUsage(period=segment.period, quantity=segment.quantity, estimated=segment.estimated)
        )
    return tuple(
        UsageOfService(
            agreement_id=agreement_id,
            service_type=services[agreement_id],
            unit=unit,
            periods=tuple(sorted(periods, key=lambda one: one.period)),
        )
        for (agreement_id, unit), periods in sorted(found.items())
    )
