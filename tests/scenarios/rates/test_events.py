"""A reconnection is billed once: on the bill of the period it happened in, and on no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.billing.bill import Bill, BillKind
from chalicelib.domain.billing.run import ApprovalPolicy
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.tariffs.determinants import InvalidDeterminant
from chalicelib.usecases.bill_off_cycle import bill_off_cycle
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.record_event import (
    AgreementUnknown,
    EventDayBilled,
    EventOutsideService,
    EventUnknown,
    EventWhileBilling,
    Happening,
    Recorded,
)
from tests import drought
from tests.in_process import InProcess
from tests.scenarios.rates.desks import billing, events, posting
from tests.towns import NOVEMBER, OCTOBER, a_read, on_day, reads_of_town, the_account, town

ONE = the_account(1)
WATER = AgreementId(f"{ONE}.water")
RECONNECTED = Happening(
    account_id=ONE, agreement_id=WATER, event="reconnected", day=date(2026, 10, 20), value="1"
)


@pytest.fixture
def utility() -> InProcess:
    made = InProcess()
    made.register(town(accounts=1))
    made.read(reads_of_town(OCTOBER, accounts=1))
    made.read(reads_of_town(NOVEMBER, accounts=1))
    drought.put_in_force(made.store)
    return made


def record(utility: InProcess, **changes: object) -> Recorded:
    utility.now += timedelta(minutes=1)
    return events(utility).record(replace(RECONNECTED, **changes))  # type: ignore[arg-type]


def bills(utility: InProcess) -> list[Bill]:
    return [transaction.bill for transaction in utility.ledger_of() if transaction.bill]


def fees(utility: InProcess) -> list[tuple[str, str, int]]:
    """Every fee on every bill: which bill, the day, the amount in cents."""
    return [
        (bill.bill_id, str(line.period.start), line.amount_minor)
        for bill in bills(utility)
        for segment in bill.segments
        for line in segment.lines
        if line.charge == "RECONNECT"
    ]


def test_it_is_billed_with_the_period_it_happened_in_and_never_again(utility: InProcess) -> None:
    record(utility)
    utility.bill(OCTOBER)
    assert fees(utility) == []  # October's bill ends on the 10th
    utility.bill(NOVEMBER)
    assert fees(utility) == [("BILL.C01.2026-11.0", "2026-10-20", 4500)]
    account = utility.ledger_reader.account_state(ONE)
    assert account.balance_minor == sum(bill.total_minor for bill in bills(utility))


def test_on_the_day_of_the_read_it_belongs_to_the_next_bill(utility: InProcess) -> None:
    record(utility, day=date(2026, 10, 10))
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    assert fees(utility) == [("BILL.C01.2026-11.0", "2026-10-10", 4500)]


def test_a_period_that_is_cut_charges_it_once(utility: InProcess) -> None:
    desk = drought.condition_desk(utility.store, utility.lives, utility.now)
    loaded = drought.stage(1, day_2026_10_15="2", day_2026_10_20="0", day_2026_10_25="2")
    drought.declare(desk, loaded, since=date(2026, 10, 12))
    record(utility)
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    water = next(segment for segment in bills(utility)[1].segments if segment.agreement_id == WATER)
    assert len({line.period for line in water.lines if line.charge == "USE"}) == 4
    assert fees(utility) == [("BILL.C01.2026-11.0", "2026-10-20", 4500)]


def test_twice_a_day_is_a_value_of_two_and_repeating_changes_nothing(utility: InProcess) -> None:
    assert record(utility) is Recorded.RECORDED
    assert record(utility) is Recorded.THERE_ALREADY
    assert record(utility, value="2") is Recorded.RECORDED
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    assert fees(utility) == [("BILL.C01.2026-11.0", "2026-10-20", 9000)]


def test_what_did_not_happen_after_all_is_taken_back(utility: InProcess) -> None:
    record(utility)
    assert record(utility, value=None) is Recorded.RECORDED
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    assert fees(utility) == []
    told = [
        (one.action, one.before.get("value"), one.after["value"])
        for one in utility.audit.all_entries()
        if one.unique.startswith("event.")
    ]
    assert told == [("recorded an event", None, "1"), ("took an event back", "1", None)]


def test_a_bill_that_replaces_another_charges_it_in_its_place(utility: InProcess) -> None:
    record(utility)
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    rebill_segment(
        desk=billing(utility),
        posting=posting(utility, on_day(NOVEMBER, 20)),
        artefacts=utility.artefacts,
        account_id=ONE,
        bill_id=bills(utility)[1].bill_id,
        agreement_id=WATER,
        reason="test",
    )
    anew = next(bill for bill in bills(utility) if bill.kind is BillKind.REBILL)
    assert [bill_id for bill_id, _, _ in fees(utility)] == ["BILL.C01.2026-11.0", anew.bill_id]
    (live,) = [
        one
        for one in utility.ledger_reader.account_state(ONE).live_segments(WATER)
        if RECONNECTED.day in one.period
    ]
    assert live.transaction_id == anew.bill_id  # the first one is cancelled: one live bill has the fee
    # water and its fee twice, once cancelled: the balance is that of the two months
    state = utility.ledger_reader.account_state(ONE)
    assert state.balance_minor == sum(bill.total_minor for bill in bills(utility)[:2])


def test_an_off_cycle_bill_charges_what_happened_before_its_day(utility: InProcess) -> None:
    record(utility)
    utility.bill(OCTOBER)
    utility.read([a_read(1, OCTOBER, day=25, value=109)])
    bill_off_cycle(
        desk=billing(utility),
        posting=posting(utility, on_day(OCTOBER, 25)),
        artefacts=utility.artefacts,
        account_id=ONE,
        through=on_day(OCTOBER, 25),
        reason="moving out",
    )
    utility.bill(NOVEMBER)
    assert [(day, amount) for _, day, amount in fees(utility)] == [("2026-10-20", 4500)]


def test_an_event_of_billed_days_is_refused_with_the_first_day_that_is_not(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    with pytest.raises(EventDayBilled, match="record the event with a day from 2026-10-10 on"):
        record(utility, day=date(2026, 10, 9))
    assert record(utility, day=date(2026, 10, 10)) is Recorded.RECORDED


def test_while_a_run_holds_the_cycle_no_event_slips_in(utility: InProcess) -> None:
    run = utility.bill(OCTOBER, policy=ApprovalPolicy(always_ask=True))
    with pytest.raises(EventWhileBilling, match=run.run_id):
        record(utility)


def test_a_run_that_begins_meanwhile_is_told_of(utility: InProcess) -> None:
    registry = utility.registry
    kept = registry.save

    def slowly(*arguments: object, **named: object) -> None:
        utility.bill(OCTOBER)
        kept(*arguments, **named)  # type: ignore[arg-type]

    registry.save = slowly  # type: ignore[method-assign, assignment]
    assert record(utility, day=date(2026, 9, 20)) is Recorded.OVERTAKEN
    assert fees(utility) == []


@pytest.mark.parametrize(
    ("changes", "refusal", "message"),
    [
        ({"event": "returned_payment"}, EventUnknown, "it knows reconnected"),
        ({"value": "once"}, InvalidDeterminant, "write a number"),
        ({"day": date(2026, 9, 9)}, EventOutsideService, "runs from 2026-09-10"),
        ({"agreement_id": AgreementId("nobody's")}, AgreementUnknown, "has no agreement nobody's"),
        ({"agreement_id": AgreementId(f"{ONE}.trash")}, EventUnknown, "it knows none"),
    ],
)
def test_what_could_not_be_billed_is_refused(
    utility: InProcess, changes: dict[str, object], refusal: type[Refusal], message: str
) -> None:
    with pytest.raises(refusal, match=message):
        record(utility, **changes)
