"""Publish the utility's profile: from then on documents bear it."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.audit.changes import changes
from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.usecases.ports.registry import Change, RegistryBatch, RegistryStore, UtilityUnknown


def publish_utility_profile(
    profile: UtilityProfile, *, actor: str, now: datetime, registry: RegistryStore
) -> bool:
    """Replace the profile; False when the very same one is in force already. Raises ChangedMeanwhile."""
    try:
        before: UtilityProfile | None = registry.utility()
    except UtilityUnknown:
        before = None
    if before == profile:
        return False
    was, has_become = changes(before, profile) if before else ({}, {"name": profile.name})
    entry = AuditEntry(
        entity="utility",
        entity_id="profile",
        action="published",
        actor=actor,
        at=now,
        unique=f"published.{now.isoformat()}",
        before=was,
        after=has_become,
    )
    registry.save(RegistryBatch(changes=(Change(before, profile),), entries=(entry,)))
    return True
