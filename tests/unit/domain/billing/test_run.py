"""Control totals, the verdict on drafts, and the dates of a run."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.billing.approval import ControlTotalsOff, Verdict, judge
from chalicelib.domain.billing.door import Door, DoorShut, DoorState
from chalicelib.domain.billing.hold import Hold, ReasonMissing
from chalicelib.domain.billing.run import ApprovalPolicy, Tally
from chalicelib.domain.billing.run_dates import own_dates, run_dates
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId
from tests.towns import NOVEMBER, OCTOBER, on_day, schedule

POLICY = ApprovalPolicy(most_excepted_per_mille=50, most_estimated_per_mille=100)
WEEKDAYS = BusinessCalendar()


def tally(**counts: int) -> Tally:
    return Tally(**{"accounts": 1000, "billed": 1000, **counts})  # type: ignore[arg-type]


def test_tallies_add_up_with_their_reasons() -> None:
    one = Tally(accounts=3, billed=2, excepted=1, amount_minor=500, currency="USD", reasons={"no_read": 1})
    two = Tally(accounts=2, billed=1, skipped=1, amount_minor=70, reasons={})
    three = Tally(accounts=1, excepted=1, reasons={"no_read": 1, "on_hold": 1})
    both = one + two + three
    assert both == Tally(
        accounts=6,
        billed=3,
        excepted=2,
        skipped=1,
        amount_minor=570,
        currency="USD",
        reasons={"no_read": 2, "on_hold": 1},
    )
    assert both.balances


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ({}, Verdict.GO),
        ({"billed": 950, "excepted": 50}, Verdict.GO),
        ({"billed": 949, "excepted": 51}, Verdict.ASK),
        ({"estimated": 100}, Verdict.GO),
        ({"estimated": 101}, Verdict.ASK),
        ({"billed": 0, "skipped": 1000}, Verdict.GO),
    ],
)
def test_drafts_go_on_by_themselves_up_to_the_thresholds(counts: dict[str, int], verdict: Verdict) -> None:
    assert judge(tally(**counts), POLICY) is verdict


def test_whoever_wants_to_be_asked_is_asked() -> None:
    assert judge(tally(), ApprovalPolicy(always_ask=True)) is Verdict.ASK


def test_totals_that_do_not_balance_are_never_posted() -> None:
    with pytest.raises(ControlTotalsOff, match="1000 accounts came in"):
        judge(tally(billed=999), POLICY)


def test_a_run_in_time_has_the_schedules_dates() -> None:
    dates = run_dates(schedule=schedule(OCTOBER), today=on_day(OCTOBER, 11), calendar=WEEKDAYS)
    assert (dates.bill_date, dates.due_on) == (on_day(OCTOBER, 12), on_day(NOVEMBER, 1))
    assert dates.accounting_period == OCTOBER


def test_a_late_run_leaves_as_many_days_rolled_to_a_business_day() -> None:
    # billed on 18 October instead of the 12th: 18 October + 20 days is Saturday 7 November, so Monday the 9th
    dates = run_dates(schedule=schedule(OCTOBER), today=on_day(OCTOBER, 18), calendar=WEEKDAYS)
    assert (dates.bill_date, dates.due_on) == (on_day(OCTOBER, 18), date(2026, 11, 9))


def test_a_run_in_the_next_month_is_posted_to_that_months_books() -> None:
    dates = run_dates(schedule=schedule(OCTOBER), today=on_day(NOVEMBER, 2), calendar=WEEKDAYS)
    assert dates.accounting_period == NOVEMBER


def test_a_single_bill_has_dates_of_its_own_also_before_the_cycle_is_billed() -> None:
    dates = own_dates(schedule=schedule(OCTOBER), today=on_day(OCTOBER, 1), calendar=WEEKDAYS)
    assert (dates.bill_date, dates.due_on) == (on_day(OCTOBER, 1), on_day(OCTOBER, 21))


@pytest.mark.parametrize(
    ("run_id", "manifest_hash", "state"),
    [
        ("other", "drafts", DoorState.PASSED),
        ("mine", "other", DoorState.PASSED),
        ("mine", "drafts", DoorState.CLAIMED),
    ],
)
def test_only_the_run_that_passed_with_these_drafts_may_post(
    run_id: str, manifest_hash: str, state: DoorState
) -> None:
    door = Door(
        cycle=CycleCode("C01"),
        period=Month(2026, 10),
        wave=1,
        run_id=RunId(run_id),
        state=state,
        manifest_hash=manifest_hash,
    )
    with pytest.raises(DoorShut):
        door.require_passed(run_id=RunId("mine"), manifest_hash="drafts")


def test_a_hold_needs_a_reason() -> None:
    with pytest.raises(ReasonMissing):
        Hold(
            hold_id="h",
            account_id=AccountId("C01.001-1"),
            reason="  ",
            placed_at=datetime(2026, 10, 1, tzinfo=UTC),
            placed_by="test",
        )
