"""Cancel one service's charges on a posted bill, and bill them anew in the same step if wanted."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId, TransactionId
from chalicelib.domain.ledger.conditions import NotFrozen
from chalicelib.domain.ledger.post_bill import transaction_of_bill
from chalicelib.domain.ledger.reversal import Undoing, cancellation_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.usecases.post_transaction import Desk, Posted


class ReplacementDoesNotFit(Refusal):
    """A replacing bill is not for what was canceled: account, agreement, days or generation differ."""


def cancel_segment(
    desk: Desk,
    *,
    account_id: AccountId,
    bill_id: BillId,
    agreement_id: AgreementId,
    reason: str,
    replacement: Bill | None = None,
) -> Posted:
    """Cancel an agreement's charges on a bill, once; `replacement` is posted together with it or not at all.

    What had paid the canceled charges is free again and pays the replacement. Nothing is posted while a bill
    run holds the cycle.

    Raises TransactionUnknown, NotOnThisBill, ReversalWithoutReason, ReplacementDoesNotFit,
    ConflictingTransaction, PostingConditionFailed, PeriodNotOpen.
    """
    billed = desk.find(account_id, TransactionId(bill_id))
    undoing = Undoing(
        reason=reason, entered_on=desk.today, accounting_period=desk.open_period(), recorded_at=desk.now
    )
    work = [cancellation_of(billed, agreement_id, undoing)]
    if replacement is not None:
        _require_fit(billed, agreement_id, replacement)
        work.append(
            transaction_of_bill(
                replacement,
                recorded_at=_not_before(desk.now, billed),
                chart=desk.rules.chart,
            )
        )
    return desk.post(*work, conditions=(NotFrozen(billed.bill.cycle),) if billed.bill else ())


def _not_before(now: datetime, transaction: FinancialTransaction) -> datetime:
    return max(now, transaction.recorded_at)


def _require_fit(billed: FinancialTransaction, agreement_id: AgreementId, replacement: Bill) -> None:
    old = [s for s in (billed.bill.segments if billed.bill else ()) if s.agreement_id == agreement_id]
    new = replacement.segments
    fits = (
        replacement.account_id == billed.account_id
        and replacement.currency == billed.currency
        and bool(new)
        and all(segment.agreement_id == agreement_id for segment in new)
        and min(segment.period.start for segment in new) == min(segment.period.start for segment in old)
        and max(segment.period.end for segment in new) == max(segment.period.end for segment in old)
        and min(segment.generation for segment in new) > max(segment.generation for segment in old)
    )
    if not fits:
        raise ReplacementDoesNotFit(
            f"bill {replacement.bill_id} does not replace agreement {agreement_id} "
            f"on {billed.transaction_id}: it must bill the same days of the same agreement, "
            "in a later generation",
            bill_id=replacement.bill_id,
            replaces=billed.transaction_id,
        )
