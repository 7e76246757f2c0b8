"""Cancel one agreement's segment on a posted bill and bill the same days anew."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.billing.bill import BillKind, BillSegment
from chalicelib.domain.billing.inputs import AccountInputs, BilledBefore
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, BillId, TransactionId
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.transaction_ids import rebill_id
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.bill_off_cycle import keep_inputs, require_billed
from chalicelib.usecases.cancel_segment import cancel_segment
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.post_transaction import Desk, Posted


class SegmentNotOnBill(Refusal):
    """A bill has no segment of an agreement."""


def rebill_segment(
    *,
    desk: BillingDesk,
    posting: Desk,
    artefacts: RunArtefacts,
    account_id: AccountId,
    bill_id: BillId,
    agreement_id: AgreementId,
    reason: str,
) -> Posted:
    """Bill the days of a segment again, on today's reads, facts and tariffs, in its next generation.

    Cancellation and new bill are posted together or not at all. Raises TransactionUnknown, SegmentNotOnBill,
    UnableToBill, and what cancel_segment raises.
    """
    posted = posting.find(account_id, TransactionId(bill_id)).bill
    segments = posted.segments if posted else ()
    segment = next((one for one in segments if one.agreement_id == agreement_id), None)
    if posted is None or segment is None:
        raise SegmentNotOnBill(
            f"bill {bill_id} of account {account_id} has no segment of agreement {agreement_id}",
            account_id=account_id,
            bill_id=bill_id,
            agreement_id=agreement_id,
        )
    end = segment.period.end
    inputs = desk.gather(account_id=account_id, period=None, today=posting.today, through=end)
    state = desk.ledger.account_state(account_id)
    dates = replace(inputs.terms.dates, accounting_period=posting.open_period())
    account = _as_before(inputs.account, segment, state)
    inputs = replace(
        inputs,
        account=account,
        terms=replace(inputs.terms, dates=dates),
        metering=desk.metering_of(account, through=end),  # later bills may have taken over the reads
    )
    billed = require_billed(desk.bill(inputs))
    generation = billed.bill.segments[0].generation
    bill = replace(
        billed.bill,
        bill_id=rebill_id(bill_id=bill_id, agreement_id=agreement_id, generation=generation),
        kind=BillKind.REBILL,
        period=posted.period,
    )
    keep_inputs(replace(billed, bill=bill), inputs, artefacts=artefacts, desk=desk)
    return cancel_segment(
        posting,
        account_id=account_id,
        bill_id=bill_id,
        agreement_id=agreement_id,
        reason=reason,
        replacement=bill,
    )


def _as_before(account: AccountInputs, segment: BillSegment, state: AccountState) -> AccountInputs:
    """The account as if `segment` had just been canceled and nothing after it been billed."""
    earlier = [
        one for one in state.live_segments(segment.agreement_id) if one.period.end <= segment.period.start
    ]
    last = max(earlier, key=lambda one: one.period.end, default=None)
    generations = tuple(
        (one.period, one.generation) for one in state.segments if one.agreement_id == segment.agreement_id
    )
    before = BilledBefore(
        until=segment.period.start,
        reads=last.reads if last is not None and last.period.end == segment.period.start else (),
        canceled=generations,
    )
    return replace(
        account,
        agreements=tuple(one for one in account.agreements if one.agreement_id == segment.agreement_id),
        billed={segment.agreement_id: before},
        holds=(),
    )
