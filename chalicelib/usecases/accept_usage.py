"""Find an account's unusual usage right, so that it is billed as it was read."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.acceptance import Acceptance
from chalicelib.domain.kernel.ids import AccountId, Month
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.registry import RegistryStore


def accept_usage(
    *,
    account_id: AccountId,
    period: Month,
    reason: str,
    actor: str,
    now: datetime,
    registry: RegistryStore,
    operations: OperationsStore,
) -> Acceptance:
    """Accept what validation finds unusual in a period; runs that freeze from now on bill it.

    Raises AccountUnknown, ReasonMissing.
    """
    registry.account(account_id)
    acceptance = Acceptance(
        account_id=account_id, period=period, reason=reason, accepted_at=now, accepted_by=actor
    )
    entry = AuditEntry(
        entity="account",
        entity_id=account_id,
        action="usage_accepted",
        actor=actor,
        at=now,
        unique=f"usage_accepted.{period}",
        after={"period": str(period), "reason": reason},
    )
    operations.accept(acceptance, audit=entry)
    return acceptance
