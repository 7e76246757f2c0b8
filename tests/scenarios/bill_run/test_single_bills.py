"""One account's bills: previewed, made beside the cycle, made anew, made again to compare."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.billing.bill import Bill, BillKind
from chalicelib.domain.billing.bill_account import Billed, Excepted
from chalicelib.domain.billing.run import ApprovalPolicy, RunState
from chalicelib.domain.kernel.ids import AgreementId, BillId
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.bill_off_cycle import UnableToBill, bill_off_cycle
from chalicelib.usecases.find_inputs import InputsNotKept
from chalicelib.usecases.ports.ledger import PostingConditionFailed
from chalicelib.usecases.preview_bill import preview_bill
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.replay_bill import replay_bill
from tests.in_process import InProcess
from tests.towns import NOVEMBER, OCTOBER, a_read, bill_minor, on_day, reads_of_town, the_account, town

ONE = the_account(1)


@pytest.fixture
def utility() -> InProcess:
    made = InProcess()
    made.register(town())
    made.read(reads_of_town(OCTOBER))
    return made


def off_cycle(utility: InProcess, through: date) -> Bill:
    done = bill_off_cycle(
        desk=utility.billing_desk(),
        posting=utility.posting_desk(through),
        artefacts=utility.artefacts,
        account_id=ONE,
        through=through,
        reason="moving out",
    )
    (transaction,) = done.transactions
    assert transaction.bill is not None
    return transaction.bill


def bills(utility: InProcess) -> list[Bill]:
    return [t.bill for t in utility.ledger_of() if t.bill and t.account_id == ONE]


def test_a_preview_is_the_bill_that_the_run_then_makes(utility: InProcess) -> None:
    outcome = preview_bill(
        desk=utility.billing_desk(), account_id=ONE, period=OCTOBER, today=on_day(OCTOBER, 12)
    )
    assert isinstance(outcome, Billed)
    assert bills(utility) == []
    utility.bill(OCTOBER)
    assert bills(utility) == [outcome.bill]


def test_a_preview_says_why_there_would_be_no_bill(utility: InProcess) -> None:
    outcome = preview_bill(
        desk=utility.billing_desk(), account_id=ONE, period=NOVEMBER, today=on_day(NOVEMBER, 12)
    )
    assert isinstance(outcome, Excepted)
    assert "no read" in outcome.exceptions[0].message


def test_a_bill_beside_the_cycle_bills_up_to_its_day_and_the_cycle_goes_on_from_there(
    utility: InProcess,
) -> None:
    utility.bill(OCTOBER)
    utility.read([a_read(1, OCTOBER, day=25, value=109)])
    bill = off_cycle(utility, on_day(OCTOBER, 25))
    # 3 ccf since 10 October, 106 to 109: 10 + 5 + 12 + 3 × 3
    assert (bill.kind, bill.total_minor) == (BillKind.OFF_CYCLE, 3600)

    utility.read(reads_of_town(NOVEMBER))
    utility.bill(NOVEMBER)
    periods = [str(s.period) for b in bills(utility) for s in b.segments if s.service_type == "water"]
    assert periods == ["2026-09-10/2026-10-10", "2026-10-10/2026-10-25", "2026-10-25/2026-11-10"]


def test_a_bill_beside_the_cycle_needs_a_read_on_its_day(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    with pytest.raises(UnableToBill, match="no read on 2026-10-25"):
        off_cycle(utility, on_day(OCTOBER, 25))


def test_no_bill_is_posted_beside_a_run_that_holds_the_cycle(utility: InProcess) -> None:
    run = utility.bill(OCTOBER, policy=ApprovalPolicy(always_ask=True))
    assert run.state is RunState.AWAITING_APPROVAL
    with pytest.raises(PostingConditionFailed):
        off_cycle(utility, on_day(OCTOBER, 10))


def test_a_bill_whose_inputs_a_whole_run_has_overtaken_is_refused(utility: InProcess) -> None:
    desk = utility.billing_desk()

    class Slow(BillingDesk):
        def bill(self, inputs):  # type: ignore[no-untyped-def]
            utility.bill(OCTOBER)  # claims, posts and closes while this clerk was away
            return super().bill(inputs)

    slow = Slow(**{name: getattr(desk, name) for name in desk.__dataclass_fields__})
    with pytest.raises(PostingConditionFailed):
        bill_off_cycle(
            desk=slow,
            posting=utility.posting_desk(on_day(OCTOBER, 10)),
            artefacts=utility.artefacts,
            account_id=ONE,
            through=on_day(OCTOBER, 10),
            reason="moving out",
        )
    assert [bill.kind for bill in bills(utility)] == [BillKind.CYCLE]


def test_a_segment_billed_anew_replaces_the_one_that_was_wrong(utility: InProcess) -> None:
    # the clerk misread 136 for 106; the customer's own read of the morning is the better one
    wrong = InProcess()
    wrong.register(town())
    wrong.read([a_read(1, OCTOBER, value=136), a_read(2, OCTOBER), a_read(3, OCTOBER)])
    wrong.bill(OCTOBER)
    (bill,) = bills(wrong)
    assert bill.total_minor == (10 + 5 + 12 + 3 * 36) * 100
    earlier = replace(a_read(1, OCTOBER, value=106), taken_at=datetime(2026, 10, 10, 6, tzinfo=UTC))
    wrong.read([earlier])

    water = AgreementId(f"{ONE}.water")
    rebill_segment(
        desk=wrong.billing_desk(),
        posting=wrong.posting_desk(on_day(OCTOBER, 20)),
        artefacts=wrong.artefacts,
        account_id=ONE,
        bill_id=bill.bill_id,
        agreement_id=water,
        reason="misread",
    )

    state = wrong.ledger_reader.account_state(ONE)
    # sewer stays at 5 + 36, trash at 12; water is 10 + 2 × 6 instead of 10 + 2 × 36
    assert state.balance_minor == (5 + 36 + 12 + 10 + 12) * 100
    (live,) = state.live_segments(water)
    assert live.generation == 1
    replaced = next(b for b in bills(wrong) if b.kind is BillKind.REBILL)
    assert replay_bill(bill=replaced, operations=wrong.operations, artefacts=wrong.artefacts).is_equal


def test_a_segment_is_billed_anew_though_later_ones_are_billed_already(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    utility.read(reads_of_town(NOVEMBER))
    utility.bill(NOVEMBER)
    first = next(bill for bill in bills(utility) if bill.account_id == ONE and bill.period == OCTOBER)
    before = utility.ledger_reader.account_state(ONE)
    water = AgreementId(f"{ONE}.water")

    rebill_segment(
        desk=utility.billing_desk(),
        posting=utility.posting_desk(on_day(NOVEMBER, 25)),
        artefacts=utility.artefacts,
        account_id=ONE,
        bill_id=first.bill_id,
        agreement_id=water,
        reason="a second look",
    )

    state = utility.ledger_reader.account_state(ONE)
    assert state.balance_minor == before.balance_minor
    again, later = sorted(state.live_segments(water), key=lambda one: one.period.start)
    assert (again.generation, later.generation) == (1, 0)
    assert again.reads == next(one.reads for one in before.live_segments(water) if one.period == again.period)
    replaced = next(bill for bill in bills(utility) if bill.kind is BillKind.REBILL)
    assert replay_bill(bill=replaced, operations=utility.operations, artefacts=utility.artefacts).is_equal


def test_every_posted_bill_comes_out_again_from_its_frozen_inputs(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    utility.read([a_read(1, OCTOBER, day=25, value=109)])
    off_cycle(utility, on_day(OCTOBER, 25))
    # what happened since changes nothing: the registry and the reads are not looked at again
    utility.registry = InProcess().registry
    for transaction in utility.ledger_of():
        assert transaction.bill is not None
        found = replay_bill(bill=transaction.bill, operations=utility.operations, artefacts=utility.artefacts)
        assert found.differences == ()


def test_a_bill_that_was_tampered_with_differs_and_the_line_is_named(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    (bill,) = bills(utility)
    first = bill.segments[0]
    line = first.lines[0]._replace(amount_minor=first.lines[0].amount_minor + 1)
    forged = replace(bill, segments=(replace(first, lines=(line, *first.lines[1:])), *bill.segments[1:]))
    found = replay_bill(bill=forged, operations=utility.operations, artefacts=utility.artefacts)
    assert not found.is_equal
    assert any("line 1" in difference for difference in found.differences)


def test_a_bill_of_no_run_cannot_be_replayed(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    (bill,) = bills(utility)
    with pytest.raises(InputsNotKept):
        replay_bill(
            bill=replace(bill, bill_id=BillId("BILL.C01.2026-10.7")),
            operations=utility.operations,
            artefacts=utility.artefacts,
        )


def test_the_bill_of_the_month_is_what_the_town_says(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    assert [bill.total_minor for bill in bills(utility)] == [bill_minor(1)]
