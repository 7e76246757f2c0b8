"""Undo a whole transaction: a returned payment, a wrong adjustment, a bill that should not have been."""

from __future__ import annotations

from chalicelib.domain.kernel.ids import AccountId, TransactionId
from chalicelib.domain.ledger.conditions import NotFrozen
from chalicelib.domain.ledger.reversal import Undoing, reversals_of
from chalicelib.usecases.post_transaction import Desk, Posted


def reverse_transaction(
    desk: Desk, *, account_id: AccountId, transaction_id: TransactionId, reason: str
) -> Posted:
    """Post the linked reversal of a transaction, once. Of a bill, what is not canceled yet is canceled.

    Raises TransactionUnknown, NotReversible, ReversalWithoutReason, ConflictingTransaction, and for a bill
    PostingConditionFailed while a run holds its cycle.
    """
    undoing = Undoing(
        reason=reason, entered_on=desk.today, accounting_period=desk.open_period(), recorded_at=desk.now
    )
    transaction = desk.find(account_id, transaction_id)
    wanted = reversals_of(transaction, undoing)
    standing = {
        stored.transaction_id
        for stored in desk.ledger.transactions_of_account(account_id, since=transaction.accounting_period)
        if stored.reverses == transaction_id
    }
    missing = [reversal for reversal in wanted if reversal.transaction_id not in standing]
    conditions = (NotFrozen(transaction.bill.cycle),) if transaction.bill else ()
    # When nothing is missing the ledger itself gives the answer: it compares with what stands there.
    return desk.post(*(missing or wanted), conditions=conditions)
