"""Who signs in, and for which customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.kernel.ids import PersonId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A sign-in of the customer pool and the person it acts for.

    Holds ids only: address and password are the pool's. `created_by` is the actor, as in audit entries.
    """

    user_id: UserId
    person_id: PersonId
    created_at: datetime
    created_by: str
