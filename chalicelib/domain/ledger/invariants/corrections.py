"""Invariants of what comes from outside and of what undoes: once each, and to zero."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from chalicelib.domain.kernel.ids import AccountId, AgreementId, TransactionId
from chalicelib.domain.ledger.fold import fold_order
from chalicelib.domain.ledger.invariants.history import AccountHistory
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.ledger.post_bill import LineWithoutGlAccount, postings_of_segments
from chalicelib.domain.ledger.transaction import FinancialTransaction, Posting, TransactionKind

_Leg = tuple[str, str, AgreementId | None, str, object]


def posted_once(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 8, for one account: an event is posted once, and clearing holds payments less returns.

    Bills are left to invariant 10. The same payment on two accounts is `payments_posted_once`.
    """
    events = [one for one in history.transactions if one.kind is not TransactionKind.BILL]
    times = Counter(one.transaction_id for one in events)
    for transaction in events:
        if times.pop(transaction.transaction_id, 0) > 1:
            yield _of(8, transaction, "is posted more than once")
    for payment in history.of_kind(TransactionKind.PAYMENT):
        cleared = sum(
            leg.amount_minor for leg in payment.postings if leg.gl_account == history.chart.cash_clearing
        )
        if cleared <= 0 or cleared != sum(max(leg.amount_minor, 0) for leg in payment.postings):
            yield _of(8, payment, f"brings {cleared} minor units to the clearing account, not what was paid")


def payments_posted_once(payments: Iterable[tuple[TransactionId, AccountId]]) -> Iterator[Violation]:
    """Invariant 8, over the whole ledger: no external payment stands on two accounts."""
    holders: dict[TransactionId, AccountId] = {}
    for transaction_id, account_id in payments:
        first = holders.setdefault(transaction_id, account_id)
        if first != account_id:
            yield Violation(
                invariant=8,
                account_id=account_id,
                transaction_id=transaction_id,
                message=f"this payment is posted on account {first} as well",
                data={"also_on": first},
            )


def undone_once(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 9: a reversal names an earlier transaction of the account and adds up with it to zero.

    A transaction is reversed once as a whole, or a bill once for each agreement; a reversal never.
    """
    known = {one.transaction_id: one for one in history.transactions}
    undone: set[tuple[TransactionId, AgreementId | None]] = set()
    for transaction in history.transactions:
        if transaction.kind is not TransactionKind.REVERSAL:
            if transaction.reverses:
                yield _of(9, transaction, f"a {transaction.kind} claims to reverse {transaction.reverses}")
            continue
        original = known.get(transaction.reverses) if transaction.reverses else None
        if original is None or fold_order(original) > fold_order(transaction):
            yield _of(9, transaction, f"reverses {transaction.reverses}, which the account did not have")
            continue
        if original.kind is TransactionKind.REVERSAL:
            yield _of(9, transaction, f"reverses {original.transaction_id}, a reversal itself")
            continue
        for agreement_id in transaction.cancels or (None,):
            part = (original.transaction_id, agreement_id)
            if part in undone or (original.transaction_id, None) in undone:
                yield _of(9, transaction, f"{original.transaction_id} was undone before")
            undone.add(part)
        yield from _remainder(original, transaction)


def _remainder(original: FinancialTransaction, reversal: FinancialTransaction) -> Iterator[Violation]:
    try:
        legs = _undone_legs(original, reversal)
    except LineWithoutGlAccount as refusal:
        yield _of(9, reversal, refusal.message)
        return
    left = _sum_of((*legs, *reversal.postings))
    if left:
        accounts = ", ".join(sorted({leg[0] for leg in left}))
        yield _of(9, reversal, f"does not undo {original.transaction_id} to zero on {accounts}")


def _undone_legs(original: FinancialTransaction, reversal: FinancialTransaction) -> tuple[Posting, ...]:
    bill = original.bill
    if bill is None or not reversal.cancels:
        return original.postings
    segments = [segment for segment in bill.segments if segment.agreement_id in reversal.cancels]
    receivable = next((leg.gl_account for leg in original.postings if leg.due_on == bill.due_on), "")
    return postings_of_segments(segments, due_on=bill.due_on, receivable=receivable)


def _sum_of(legs: Iterable[Posting]) -> dict[_Leg, int]:
    sums: dict[_Leg, int] = {}
    for leg in legs:
        key = (leg.gl_account, leg.fund, leg.agreement_id, leg.charge_group, leg.due_on)
        sums[key] = sums.get(key, 0) + leg.amount_minor
    return {key: amount for key, amount in sums.items() if amount}


def _of(invariant: int, transaction: FinancialTransaction, message: str) -> Violation:
    return Violation(
        invariant=invariant,
        account_id=transaction.account_id,
        transaction_id=transaction.transaction_id,
        message=message,
    )
