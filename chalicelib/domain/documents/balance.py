"""The balance forward of a bill: what the last bill left, what happened since, what this one adds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.documents.bill_document import BalanceEntry, BalanceForward, EntryKind
from chalicelib.domain.kernel.ids import BillId, TransactionId
from chalicelib.domain.ledger.transaction import FinancialTransaction, TransactionKind

_PAYMENTS = {EntryKind.PAYMENT, EntryKind.RETURNED_PAYMENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account's transactions around one bill, in the order in which documents tell of them.

    `since` are those between the bill before (`previous`, None for a first one) and `bill`. `before_minor` is
    what was owed when `since` began.
    """

    bill: FinancialTransaction
    previous: FinancialTransaction | None
    since: tuple[FinancialTransaction, ...]
    before_minor: int


def statement_order(transaction: FinancialTransaction) -> tuple[datetime, bool, str]:
    """As things became known, whatever books took them: a document made again says what it said.

    A correction shows what it canceled before what it charges instead.
    """
    return (
        transaction.recorded_at,
        transaction.kind is TransactionKind.BILL,
        transaction.transaction_id,
    )


def statement_of(
    bill_id: BillId, transactions: Iterable[FinancialTransaction], *, balance_minor: int, receivable: str
) -> Statement | None:
    """The statement around a bill among `transactions`, None when it is not there.

    `transactions` are all of the account since some accounting period, up to now; `balance_minor` is what is
    owed after the last of them. The bill's own figures follow by going back from there, so that nothing
    older has to be read.
    """
    ordered = sorted(transactions, key=statement_order)
    places = [
        place for place, one in enumerate(ordered) if one.bill is not None and one.bill.bill_id == bill_id
    ]
    if not places:
        return None
    place = places[0]
    earlier = [index for index in range(place) if ordered[index].bill is not None]
    first = earlier[-1] + 1 if earlier else 0
    after = sum(owed_minor(one, receivable) for one in ordered[first:])
    return Statement(
        bill=ordered[place],
        previous=ordered[earlier[-1]] if earlier else None,
        since=tuple(ordered[first:place]),
        before_minor=balance_minor - after,
    )


def owed_minor(transaction: FinancialTransaction, receivable: str) -> int:
    """What a transaction adds to what the customer owes."""
    return sum(posting.amount_minor for posting in transaction.postings if posting.gl_account == receivable)


def balance_forward(
    statement: Statement, *, receivable: str, number_of: Callable[[BillId], str]
) -> BalanceForward:
    """The balance forward of the statement's bill; `number_of` gives printed bill numbers."""
    bill = statement.bill
    entries = [
        _entry(one, amount, number_of) for one in statement.since if (amount := owed_minor(one, receivable))
    ]
    payments = sum(entry.amount_minor for entry in entries if entry.kind in _PAYMENTS)
    others = sum(entry.amount_minor for entry in entries if entry.kind not in _PAYMENTS)
    forward = statement.before_minor + payments + others
    new = owed_minor(bill, receivable)
    around = (*([statement.previous] if statement.previous else []), *statement.since)
    not_yet_due = _due_from(around, bill.document_date, receivable)
    return BalanceForward(
        previous_minor=statement.before_minor,
        previous_bill_date=statement.previous.document_date if statement.previous else None,
        entries=tuple(entries),
        payments_minor=payments,
        adjustments_minor=others,
        forward_minor=forward,
        past_due_minor=max(0, forward - not_yet_due),
        new_charges_minor=new,
        due_minor=forward + new,
    )


def _due_from(transactions: Sequence[FinancialTransaction], day: date, receivable: str) -> int:
    """What was charged in these and is due on `day` or later: payments settle the older first."""
    charged = sum(
        posting.amount_minor
        for one in transactions
        for posting in one.postings
        if posting.gl_account == receivable and posting.due_on is not None and posting.due_on >= day
    )
    return max(0, charged)


def _entry(
    transaction: FinancialTransaction, amount: int, number_of: Callable[[BillId], str]
) -> BalanceEntry:
    undone = transaction.reverses
    about = undone if undone is not None and _is_bill(undone) else None
    return BalanceEntry(
        kind=_kind(transaction),
        on=transaction.received_on or transaction.document_date,
        amount_minor=amount,
        bill_number=number_of(BillId(about)) if about else "",
    )


def _kind(transaction: FinancialTransaction) -> EntryKind:
    match transaction.kind:
        case TransactionKind.PAYMENT:
            return EntryKind.PAYMENT
        case TransactionKind.OPENING:
            return EntryKind.OPENING_BALANCE
        case TransactionKind.REVERSAL if transaction.reverses and _is_bill(transaction.reverses):
            return EntryKind.CORRECTION
        case TransactionKind.REVERSAL if transaction.reverses and transaction.reverses.startswith("PAY."):
            return EntryKind.RETURNED_PAYMENT
        case _:
            return EntryKind.ADJUSTMENT


def _is_bill(transaction_id: TransactionId) -> bool:
    return transaction_id.startswith(("BILL.", "OFF.", "RE."))
