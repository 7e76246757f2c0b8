"""Who is left out, why, and how they are billed after all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from chalicelib.domain.billing.bill_account import Excepted
from chalicelib.domain.billing.run import RunState
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.premises.bill_cycle import AtWindowClose
from chalicelib.usecases.accept_usage import accept_usage
from chalicelib.usecases.hold_account import place_hold, release_hold
from chalicelib.usecases.open_bill_run import NothingToBill
from chalicelib.usecases.show_bill_run import excepted_accounts
from tests.in_process import InProcess
from tests.towns import (
    NOVEMBER,
    OCTOBER,
    SEPTEMBER,
    a_read,
    bill_minor,
    on_day,
    reads_of_town,
    schedule,
    the_account,
    town,
)


@pytest.fixture
def utility() -> InProcess:
    made = InProcess()
    made.register(town(accounts=3))
    made.read(reads_of_town(SEPTEMBER))  # what the dials showed on moving in: the beginning of history
    return made


def left_out(utility: InProcess, run_id: str) -> list[Excepted]:
    found = excepted_accounts(run_id, operations=utility.operations, artefacts=utility.artefacts)  # type: ignore[arg-type]
    return list(found)


def balance(utility: InProcess, number: int) -> int:
    return utility.ledger_reader.account_state(the_account(number)).balance_minor


def test_an_account_without_a_read_waits_for_it_and_is_billed_in_the_next_wave(utility: InProcess) -> None:
    utility.read([a_read(1, OCTOBER), a_read(3, OCTOBER)])
    first = utility.bill(OCTOBER)
    assert (first.tally.billed, first.tally.excepted, first.tally.skipped) == (2, 1, 0)
    (missing,) = left_out(utility, first.run_id)
    assert missing.account_id == the_account(2)
    assert {e.code for e in missing.exceptions} == {"no_read_yet"}

    utility.read([a_read(2, OCTOBER, day=13)])
    second = utility.retry(first, on=on_day(OCTOBER, 14))

    assert (second.wave, second.state) == (2, RunState.CLOSED)
    assert (second.tally.accounts, second.tally.billed, second.tally.skipped) == (3, 1, 2)
    assert [balance(utility, n) for n in (1, 2, 3)] == [bill_minor(n) for n in (1, 2, 3)]


def test_a_late_bill_leaves_as_many_days_to_pay(utility: InProcess) -> None:
    first = utility.bill(OCTOBER)
    utility.read(reads_of_town(OCTOBER))
    second = utility.retry(first, on=on_day(OCTOBER, 16))
    # the schedule bills on the 12th and is due on 1 November, 20 days later: 16 October + 20 = 5 November
    assert (second.dates.bill_date, second.dates.due_on) == (on_day(OCTOBER, 16), on_day(NOVEMBER, 5))


def test_what_is_still_unread_when_the_window_closes_is_estimated(utility: InProcess) -> None:
    utility.read(reads_of_town(OCTOBER) + [a_read(n, NOVEMBER) for n in (1, 3)])
    utility.bill(OCTOBER)
    first = utility.bill(NOVEMBER)
    assert first.tally.excepted == 1

    second = utility.retry(first, on=on_day(NOVEMBER, 18))

    assert (second.tally.billed, second.tally.estimated) == (1, 1)
    state = utility.ledger_reader.account_state(the_account(2))
    water = [s for s in state.segments if s.service_type == "water"][-1]
    (read,) = water.reads
    # 7 ccf in the 30 days to 10 October; 31 days to 10 November: 7.23, of which the dials show 7
    assert (read.end_on, read.end_value, read.end_quality) == (
        on_day(NOVEMBER, 10),
        107 + 7,
        ReadQuality.ESTIMATED,
    )


def test_a_utility_may_rather_except_than_estimate(utility: InProcess) -> None:
    utility.change(schedule(NOVEMBER), schedule(NOVEMBER, policy=AtWindowClose.EXCEPT))
    utility.read(reads_of_town(OCTOBER) + [a_read(n, NOVEMBER) for n in (1, 3)])
    utility.bill(OCTOBER)
    first = utility.bill(NOVEMBER)
    second = utility.retry(first, on=on_day(NOVEMBER, 20))
    assert (second.tally.billed, second.tally.excepted) == (0, 1)


def test_nothing_is_left_to_retry_when_everybody_is_billed(utility: InProcess) -> None:
    utility.read(reads_of_town(OCTOBER))
    run = utility.bill(OCTOBER)
    with pytest.raises(NothingToBill):
        utility.retry(run, on=on_day(OCTOBER, 14))


def test_a_later_read_of_the_window_does_not_bill_a_second_time(utility: InProcess) -> None:
    utility.read([a_read(1, OCTOBER), a_read(3, OCTOBER)])
    first = utility.bill(OCTOBER)
    utility.read([a_read(1, OCTOBER, day=13, value=110), a_read(2, OCTOBER, day=13)])
    utility.retry(first, on=on_day(OCTOBER, 14))
    assert balance(utility, 1) == bill_minor(1)


def test_usage_far_above_history_waits_until_a_person_finds_it_right(utility: InProcess) -> None:
    # account 1 uses 6 ccf a month; then 100 ccf: more than 4 times the usual and more than 20 m3
    utility.read(reads_of_town(OCTOBER))
    utility.read([a_read(1, NOVEMBER, value=206), a_read(2, NOVEMBER), a_read(3, NOVEMBER)])
    utility.bill(OCTOBER)
    first = utility.bill(NOVEMBER)
    (held_back,) = left_out(utility, first.run_id)
    assert [e.code for e in held_back.exceptions] == ["far_above_history"] * 2  # sewer and water
    assert held_back.withheld_minor == (10 + 5 + 12 + 3 * 100) * 100

    accept_usage(
        account_id=the_account(1),
        period=NOVEMBER,
        reason="pool filled",
        actor="test",
        now=datetime(2026, 11, 13, tzinfo=UTC),
        registry=utility.registry,
        operations=utility.operations,
    )
    second = utility.retry(first, on=on_day(NOVEMBER, 13))

    assert second.tally.billed == 1
    assert balance(utility, 1) == bill_minor(1) + (10 + 5 + 12 + 3 * 100) * 100


def test_a_register_that_went_backwards_is_estimated_only_from_the_day_the_schedule_says(
    utility: InProcess,
) -> None:
    utility.read(reads_of_town(OCTOBER))
    utility.bill(OCTOBER)
    utility.read([a_read(1, NOVEMBER, value=50), a_read(2, NOVEMBER), a_read(3, NOVEMBER)])

    first = utility.bill(NOVEMBER)  # on the 12th; estimates from the 14th
    assert first.tally.reasons == {"register_went_backwards": 1}
    second = utility.retry(first, on=on_day(NOVEMBER, 14))

    assert (second.tally.billed, second.tally.estimated) == (1, 1)


def test_a_held_account_is_left_out_until_it_is_released(utility: InProcess) -> None:
    utility.read(reads_of_town(OCTOBER))
    now = datetime(2026, 10, 11, tzinfo=UTC)
    place_hold(
        account_id=the_account(2),
        hold_id="h1",
        reason="disputed meter",
        actor="test",
        now=now,
        registry=utility.registry,
        operations=utility.operations,
    )
    first = utility.bill(OCTOBER)
    (held,) = left_out(utility, first.run_id)
    assert [(e.code, e.message) for e in held.exceptions] == [("on_hold", "disputed meter")]

    release_hold(
        account_id=the_account(2),
        hold_id="h1",
        reason="settled",
        actor="test",
        now=now,
        operations=utility.operations,
    )
    second = utility.retry(first, on=on_day(OCTOBER, 13))
    assert second.tally.billed == 1
    assert balance(utility, 2) == bill_minor(2)
