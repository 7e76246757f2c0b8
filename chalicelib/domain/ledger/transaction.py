"""Money transactions: immutable, balanced, linked when they correct one another."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Month, TransactionId


class UnbalancedTransaction(Refusal):
    """A transaction's postings do not add up to zero."""


class TransactionKind(StrEnum):
    """What a transaction records."""

    BILL = "bill"
    PAYMENT = "payment"
    ADJUSTMENT = "adjustment"
    REVERSAL = "reversal"
    OPENING = "opening"  # balances taken over from a former system


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One leg: `amount_minor` is positive for a debit, negative for a credit.

    Legs on the receivable control account name the open item they touch: the agreement, its charge group
    and the due date. A payment's receivable leg may leave them out: allocation decides (see open_items).
    """

    gl_account: str
    fund: str
    amount_minor: int
    agreement_id: AgreementId | None = None
    charge_group: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialTransaction:
    """A balanced set of postings under a deterministic id. Never changed, never deleted.

    `accounting_period` decides the books; `document_date` what the customer sees; `received_on` when money
    truly arrived (a payment made in time but loaded late earns no fee). `recorded_at` is the clock of the
    command or run that made it, so a repeated worker writes the same bytes. `reverses` names the one
    transaction this one undoes; `cancels` narrows that to single segments of a bill. `bill` is the bill a
    BILL transaction posts, with its segments and lines.
    """

    transaction_id: TransactionId
    account_id: AccountId
    kind: TransactionKind
    accounting_period: Month
    document_date: date
    recorded_at: datetime
    currency: str
    postings: tuple[Posting, ...]
    received_on: date | None = None
    reverses: TransactionId | None = None
    reason: str = ""
    bill: Bill | None = None
    cancels: tuple[AgreementId, ...] = ()

    def require_sound(self) -> None:
        """Raise UnbalancedTransaction unless the postings add up to zero in whole minor units.

        Every store asks this before it writes. It is no part of making the value: what stands in the ledger
        must be readable also when it is wrong, so that `headgate ledger verify` can name it.
        """
        balance = sum(posting.amount_minor for posting in self.postings)
        if balance or not all(isinstance(posting.amount_minor, int) for posting in self.postings):
            raise UnbalancedTransaction(
                f"transaction {self.transaction_id} of {self.account_id} is off by {balance} minor units: "
                "debits and credits must add up to zero, in whole minor units",
                transaction_id=self.transaction_id,
                off_by_minor=balance,
            )

    def says_the_same(self, other: FinancialTransaction) -> bool:
        """Whether both record one and the same event.

        What only tells when the event was entered is left out: a request repeated an hour later, perhaps in
        the next accounting period, is still the same request.
        """
        return all(getattr(self, name) == getattr(other, name) for name in _SUBSTANCE)


_SUBSTANCE = tuple(
    field.name
    for field in fields(FinancialTransaction)
    if field.name not in {"recorded_at", "accounting_period", "document_date"}
)
