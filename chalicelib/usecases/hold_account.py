"""Keep an account out of bill runs, and let it back in."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.hold import Hold, ReasonMissing
from chalicelib.domain.kernel.ids import AccountId
from chalicelib.usecases.ports.operations import OperationsStore, hold_unknown
from chalicelib.usecases.ports.registry import RegistryStore


def place_hold(
    *,
    account_id: AccountId,
    hold_id: str,
    reason: str,
    actor: str,
    now: datetime,
    registry: RegistryStore,
    operations: OperationsStore,
) -> Hold:
    """Hold an account: runs that freeze from now on except it. Raises AccountUnknown, ReasonMissing."""
    registry.account(account_id)
    hold = Hold(hold_id=hold_id, account_id=account_id, reason=reason, placed_at=now, placed_by=actor)
    entry = _entry(hold, "held", actor, now, {"reason": reason})
    operations.place_hold(hold, audit=entry)
    return hold


def release_hold(
    *,
    account_id: AccountId,
    hold_id: str,
    reason: str,
    actor: str,
    now: datetime,
    operations: OperationsStore,
) -> Hold:
    """Release a hold. Raises HoldUnknown, HoldAlreadyReleased, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing("say why the account may be billed again", account_id=account_id)
    found = next((hold for hold in operations.holds(account_id) if hold.hold_id == hold_id), None)
    if found is None:
        raise hold_unknown(account_id=account_id, hold_id=hold_id)
    released = replace(found, released_at=now, released_by=actor)
    entry = _entry(released, "released", actor, now, {"reason": reason})
    operations.release_hold(released, audit=entry)
    return released


def _entry(hold: Hold, action: str, actor: str, now: datetime, after: dict[str, object]) -> AuditEntry:
    return AuditEntry(
        entity="account",
        entity_id=hold.account_id,
        action=action,
        actor=actor,
        at=now,
        unique=f"{action}.{hold.hold_id}",
        after={"hold_id": hold.hold_id, **after},
    )
