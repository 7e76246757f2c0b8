"""What a transaction claims for itself: no other may ever have it, in whatever accounting period."""

from __future__ import annotations

from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.ledger.transaction_ids import uniqueness_key


def claims_of(transaction: FinancialTransaction) -> tuple[str, ...]:
    """The transaction's own key first, then for a bill one for each segment.

    A segment claims its agreement's first day in its generation. Bills of one agreement start where the one
    before ended, so of two bills made at the same time only one can be posted. Cycle bills behind the one-way
    door need no claims: the door lets only one run write, and it holds the cycle against bills beside it.
    """
    own = uniqueness_key(account_id=transaction.account_id, transaction_id=transaction.transaction_id)
    segments = transaction.bill.segments if transaction.bill else ()
    return (
        own,
        *(
            f"{transaction.account_id}#{segment.agreement_id}#{segment.period.start}#{segment.generation}"
            for segment in segments
        ),
    )
