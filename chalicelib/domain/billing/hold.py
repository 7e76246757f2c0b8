"""Holds: an account is not billed until somebody has looked at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId


class ReasonMissing(Refusal):
    """Something that must be justified came without a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keeps an account out of bill runs from `placed_at` until it is released."""

    hold_id: str
    account_id: AccountId
    reason: str
    placed_at: datetime
    placed_by: str
    released_at: datetime | None = None
    released_by: str = ""

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ReasonMissing(
                f"a hold on account {self.account_id} needs a reason: say why it must not be billed",
                account_id=self.account_id,
            )

    @property
    def is_live(self) -> bool:
        """Whether the account is still held."""
        return self.released_at is None
