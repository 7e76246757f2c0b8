"""Undoing: a linked transaction with the opposite legs, once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId, Month, TransactionId
from chalicelib.domain.ledger.post_bill import postings_of_segments
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind
from chalicelib.domain.ledger.transaction_ids import cancellation_id, reversal_id


class ReversalWithoutReason(Refusal):
    """A reversal gives no reason."""


class NotReversible(Refusal):
    """A transaction of this kind is not undone as a whole."""


class NotOnThisBill(Refusal):
    """A bill has no segment of the agreement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Why, when and in which books something is undone."""

    reason: str
    entered_on: date
    accounting_period: Month
    recorded_at: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ReversalWithoutReason("say why: an auditor and perhaps a customer will ask")


def reversals_of(transaction: FinancialTransaction, undoing: Undoing) -> list[FinancialTransaction]:
    """What undoes all of `transaction`: one reversal, or for a bill one for each of its agreements.

    Raises NotReversible for a reversal: post the right thing anew instead.
    """
    if transaction.kind is TransactionKind.REVERSAL:
        raise NotReversible(
            f"{transaction.transaction_id} is a reversal itself: "
            "post what it undid again, under a new reference",
            transaction_id=transaction.transaction_id,
        )
    if transaction.bill is not None:
        agreements = dict.fromkeys(segment.agreement_id for segment in transaction.bill.segments)
        return [cancellation_of(transaction, agreement, undoing) for agreement in agreements]
    return [
        _undo(
            transaction,
            undoing,
            transaction_id=reversal_id(reversed_id=transaction.transaction_id),
            postings=transaction.postings,
        )
    ]


def cancellation_of(
    transaction: FinancialTransaction, agreement_id: AgreementId, undoing: Undoing
) -> FinancialTransaction:
    """What cancels an agreement's charges on a posted bill; the other agreements' stay.

    Raises NotReversible when the transaction posts no bill, NotOnThisBill.
    """
    bill = transaction.bill
    if bill is None:
        raise NotReversible(
            f"{transaction.transaction_id} posts no bill: reverse it as a whole",
            transaction_id=transaction.transaction_id,
        )
    segments = [segment for segment in bill.segments if segment.agreement_id == agreement_id]
    if not segments:
        known = ", ".join(sorted({segment.agreement_id for segment in bill.segments}))
        raise NotOnThisBill(
            f"bill {bill.bill_id} of {bill.account_id} has no charges for agreement {agreement_id}: "
            f"it has {known}",
            agreement_id=agreement_id,
            bill_id=bill.bill_id,
        )
    legs = postings_of_segments(segments, due_on=bill.due_on, receivable=_receivable_of(transaction, bill))
    return _undo(
        transaction,
        undoing,
        transaction_id=cancellation_id(bill_id=bill.bill_id, agreement_id=agreement_id),
        postings=legs,
        cancels=(agreement_id,),
    )


def _receivable_of(transaction: FinancialTransaction, bill: Bill) -> str:
    """The receivable account the bill was posted to (an empty one for a bill of zeros)."""
    due = (posting.gl_account for posting in transaction.postings if posting.due_on == bill.due_on)
    return next(due, "")


def _undo(
    transaction: FinancialTransaction,
    undoing: Undoing,
    *,
    transaction_id: TransactionId,
    postings: Iterable[Posting],
    cancels: tuple[AgreementId, ...] = (),
) -> FinancialTransaction:
    return FinancialTransaction(
        transaction_id=transaction_id,
        account_id=transaction.account_id,
        kind=TransactionKind.REVERSAL,
        # Never in books or at a time before what it undoes: the fold takes them in this order.
        accounting_period=max(undoing.accounting_period, transaction.accounting_period),
        document_date=undoing.entered_on,
        recorded_at=max(undoing.recorded_at, transaction.recorded_at),
        currency=transaction.currency,
        postings=tuple(replace(posting, amount_minor=-posting.amount_minor) for posting in postings),
        reverses=transaction.transaction_id,
        reason=undoing.reason,
        cancels=cancels,
    )
