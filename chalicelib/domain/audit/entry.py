"""Who changed what, when, from what to what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change, written in the same transaction as the change itself.

    `unique` makes the entry's key unique without a shared counter: derive it from the change (a transaction
    id, a read's key) so that a retry writes the same entry, not a second one. `before` and `after` hold
    impersonal facts only; a personal field is named, its value is not repeated.
    """

    entity: str  # kind of thing: "account", "meter_read", "bill_run"
    entity_id: str
    action: str  # verb in the past tense: "opened", "imported", "posted"
    actor: str  # "cli:…", "function:…", later a staff user's id
    at: datetime
    unique: str
    correlation_id: str = ""
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
