"""What an account's transactions amount to: balance, open items, credits, what is billed through when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from chalicelib.domain.billing.bill import BilledRead
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Month, RegisterId, TransactionId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.premises.service_agreement import ServiceType


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenItem:
    """What is owed for one agreement's charge group on one due date, and what has paid it.

    The name is the field's: an item stays an open item after it is settled. `original_minor` is what was
    charged less what was canceled; `applied` are (transaction, amount) of the credits that pay it.
    """

    agreement_id: AgreementId | None
    charge_group: str
    due_on: date
    original_minor: int
    applied: tuple[tuple[TransactionId, int], ...] = ()

    @property
    def allocated_minor(self) -> int:
        """How much of it is paid."""
        return sum(amount for _, amount in self.applied)

    @property
    def open_minor(self) -> int:
        """How much of it is still owed."""
        return self.original_minor - self.allocated_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Money in the account's favor: a payment, a credit adjustment, what a cancellation set free.

    What it names (agreement, charge group, due date) it pays first.
    """

    transaction_id: TransactionId
    received_on: date
    amount_minor: int
    applied_minor: int = 0
    agreement_id: AgreementId | None = None
    charge_group: str = ""
    due_on: date | None = None

    @property
    def unapplied_minor(self) -> int:
        """What has not paid anything yet."""
        return self.amount_minor - self.applied_minor

    def is_meant_for(self, item: OpenItem) -> bool:
        """Whether the credit names something and `item` is it."""
        wanted = (self.agreement_id, self.charge_group or None, self.due_on)
        its = (item.agreement_id, item.charge_group, item.due_on)
        named = [(want, have) for want, have in zip(wanted, its, strict=True) if want is not None]
        return bool(named) and all(want == have for want, have in named)


class BilledSegment(NamedTuple):
    """A segment that was posted. A canceled one is kept, not live, for the number of its generation."""

    agreement_id: AgreementId
    service_type: ServiceType
    period: Period
    generation: int
    transaction_id: TransactionId
    is_live: bool
    quantity: Decimal | None
    unit: str
    estimated: bool
    reads: tuple[BilledRead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """The fold of an account's transactions up to a point (domain/ledger/fold.py).

    `balance_minor` is what the customer owes, negative when the utility owes. `items` are ordered by due
    date, `credits` by receipt, `segments` by agreement, day and generation. `through` is the accounting
    period of the last transaction.
    """

    account_id: AccountId
    currency: str = ""
    balance_minor: int = 0
    deposit_minor: int = 0
    items: tuple[OpenItem, ...] = ()
    credits: tuple[Credit, ...] = ()
    segments: tuple[BilledSegment, ...] = ()
    through: Month | None = None

    @property
    def open_items(self) -> tuple[OpenItem, ...]:
        """The items that are not settled, oldest due date first."""
        return tuple(item for item in self.items if item.open_minor)

    @property
    def unapplied_minor(self) -> int:
        """Credit that waits for something to pay."""
        return sum(credit.unapplied_minor for credit in self.credits)

    def past_due_minor(self, today: date) -> int:
        """What was due before `today` and is still open."""
        return sum(item.open_minor for item in self.items if item.due_on < today)

    def live_segments(self, agreement_id: AgreementId) -> tuple[BilledSegment, ...]:
        """The agreement's segments that count, oldest first, as far back as they are kept."""
        return tuple(s for s in self.segments if s.agreement_id == agreement_id and s.is_live)

    def last_live_segment(self, agreement_id: AgreementId) -> BilledSegment | None:
        """The segment up to whose end the agreement is billed."""
        return max(self.live_segments(agreement_id), key=lambda s: s.period.end, default=None)

    def last_billed_reads(self, agreement_id: AgreementId) -> Mapping[RegisterId, BilledRead]:
        """For each register, the read that its last live segment ended on: the next bill opens there."""
        in_order = sorted(self.live_segments(agreement_id), key=lambda s: s.period)
        reads = (read for segment in in_order for read in segment.reads)
        return {read.register_id: read for read in sorted(reads, key=lambda read: read.end_on)}

    def next_generation(self, agreement_id: AgreementId, period: Period) -> int:
        """The generation of a new segment: 0, or one more than any that ever billed some of these days."""
        earlier = (
            segment.generation
            for segment in self.segments
            if segment.agreement_id == agreement_id
            and segment.period.start < period.end
            and period.start < segment.period.end
        )
        return max(earlier, default=-1) + 1
