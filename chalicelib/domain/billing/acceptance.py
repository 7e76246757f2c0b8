"""A person has looked at unusual usage and found it right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.billing.hold import ReasonMissing
from chalicelib.domain.kernel.ids import AccountId, Month


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """For one account and one period of its cycle, what validation finds no longer keeps the bill back.

    It covers usage that was measured; a read that is missing or cannot be billed stays an exception.
    """

    account_id: AccountId
    period: Month
    reason: str
    accepted_at: datetime
    accepted_by: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ReasonMissing(
                f"say why the usage of account {self.account_id} is right", account_id=self.account_id
            )
