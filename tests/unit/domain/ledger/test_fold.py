"""What an account's transactions amount to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import Month
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.adjustment import Adjustment, adjustment_transaction
from chalicelib.domain.ledger.fold import fold_account, fold_order
from chalicelib.domain.ledger.reversal import cancellation_of, reversals_of
from chalicelib.domain.ledger.rules import AllocationPolicy, LedgerRules
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.premises.service_agreement import ServiceType
from tests.ledger_builders import (
    ACCOUNT,
    CHART,
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    RULES,
    SEWER,
    WATER,
    a_payment,
    a_posted_bill,
    a_read,
    a_segment,
    at,
    folded,
    open_amounts,
    undoing,
)


def a_credit(amount_minor: int, *, month: Month = NOVEMBER, **names: object) -> FinancialTransaction:
    adjustment = Adjustment(
        account_id=ACCOUNT,
        amount_minor=-amount_minor,
        reason="leak allowance",
        reference="L1",
        **names,  # type: ignore[arg-type]
    )
    return adjustment_transaction(
        adjustment,
        currency="USD",
        entered_on=date(month.year, month.month, 18),
        accounting_period=month,
        recorded_at=at(month, 18),
        chart=CHART,
    )


def two_services(month: Month = NOVEMBER) -> FinancialTransaction:
    before = month.plus(-1)
    return a_posted_bill(
        a_segment(5000, month=before),
        a_segment(3000, month=before, agreement=SEWER, service=ServiceType.SEWER),
        month=month,
    )


def test_a_bill_opens_an_item_for_each_charge_group() -> None:
    state = folded(two_services())

    assert open_amounts(state) == {("2026-11-28", "sewer"): 3000, ("2026-11-28", "water"): 5000}
    assert state.balance_minor == 8000


def test_a_payment_pays_the_oldest_due_date_first() -> None:
    state = folded(two_services(OCTOBER), two_services(NOVEMBER), a_payment(9000))

    # 8000 settle October, 1000 are left for November's items, of which sewer comes first by name.
    assert open_amounts(state) == {("2026-11-28", "sewer"): 2000, ("2026-11-28", "water"): 5000}
    assert state.balance_minor == 16000 - 9000


def test_a_charge_group_can_be_given_priority_from_a_day_on() -> None:
    water_first = AllocationPolicy(charge_group_priority=("water", "sewer"))
    rules = LedgerRules(
        allocation=Dated(((date(2000, 1, 1), AllocationPolicy()), (date(2026, 11, 15), water_first)))
    )
    bill = two_services()

    before = fold_account(AccountState(account_id=ACCOUNT), [bill, a_payment(4000, day=14)], rules=rules)
    after = fold_account(AccountState(account_id=ACCOUNT), [bill, a_payment(4000, day=15)], rules=rules)

    assert open_amounts(before) == {("2026-11-28", "water"): 4000}  # sewer 3000, then 1000 of water
    assert open_amounts(after) == {("2026-11-28", "sewer"): 3000, ("2026-11-28", "water"): 1000}


def test_what_is_paid_too_much_waits_and_pays_the_next_bill() -> None:
    overpaid = folded(a_posted_bill(), a_payment(6000))
    assert (overpaid.balance_minor, overpaid.unapplied_minor) == (-1000, 1000)

    next_bill = folded(
        a_posted_bill(), a_payment(6000), a_posted_bill(a_segment(month=NOVEMBER), month=DECEMBER)
    )
    assert open_amounts(next_bill) == {("2026-12-28", "water"): 4000}
    assert next_bill.unapplied_minor == 0


def test_a_credit_pays_what_it_names_first() -> None:
    state = folded(two_services(), a_credit(1000, agreement_id=WATER, charge_group="water"))

    assert open_amounts(state) == {("2026-11-28", "sewer"): 3000, ("2026-11-28", "water"): 4000}


def test_a_returned_payment_reopens_exactly_what_it_had_paid() -> None:
    first, second = a_payment(8000, day=12), a_payment(3000, day=16)
    bills = (two_services(OCTOBER), two_services(NOVEMBER))
    (returned,) = reversals_of(first, undoing())

    state = folded(*bills, first, second, returned)

    # The first payment had settled October; the second sewer in November, and stays there.
    assert open_amounts(state) == {
        ("2026-10-28", "sewer"): 3000,
        ("2026-10-28", "water"): 5000,
        ("2026-11-28", "water"): 5000,
    }
    assert [credit.amount_minor for credit in state.credits] == [3000]


def test_a_payment_returned_after_its_items_were_forgotten_is_charged_anew() -> None:
    payment = a_payment(5000)
    much_later = Month(2027, 9)
    (returned,) = reversals_of(payment, undoing(much_later, day=3))

    state = folded(a_posted_bill(), payment, returned)

    assert open_amounts(state) == {("2027-09-03", ""): 5000}


def test_a_segment_cancelled_after_it_was_paid_leaves_a_credit_for_its_replacement() -> None:
    wrong = a_posted_bill(a_segment(5000))
    payment = a_payment(5000)
    cancelled = cancellation_of(wrong, WATER, undoing(reason="misread"))
    right = a_posted_bill(
        a_segment(4200, generation=1), bill_id="RE.BILL.C01.2026-11.0.W1.1", recorded_at=at(NOVEMBER, 20)
    )

    credited = folded(wrong, payment, cancelled)
    assert (credited.balance_minor, credited.unapplied_minor, credited.open_items) == (-5000, 5000, ())

    rebilled = folded(wrong, payment, cancelled, right)
    assert (rebilled.balance_minor, rebilled.unapplied_minor, rebilled.open_items) == (-800, 800, ())


def test_cancelling_one_service_leaves_the_other_as_it_was() -> None:
    bill = two_services()
    state = folded(bill, cancellation_of(bill, SEWER, undoing()))

    assert open_amounts(state) == {("2026-11-28", "water"): 5000}
    assert [(s.agreement_id, s.is_live) for s in state.segments] == [(SEWER, False), (WATER, True)]


def test_a_cancelled_segment_makes_way_for_the_next_generation() -> None:
    bill = a_posted_bill()
    period = a_segment().period
    assert folded().next_generation(WATER, period) == 0
    assert folded(bill).next_generation(WATER, period) == 1

    cancelled = folded(bill, cancellation_of(bill, WATER, undoing()))
    assert cancelled.live_segments(WATER) == ()
    assert cancelled.next_generation(WATER, period) == 1


def test_the_next_bill_opens_on_the_reads_the_last_live_one_ended_with() -> None:
    october = a_segment(reads=(a_read(a_segment().period, start=100, usage=50),))
    november = a_segment(month=NOVEMBER)
    second = a_posted_bill(november, month=DECEMBER)

    both = folded(a_posted_bill(october), second)
    assert both.last_billed_reads(WATER) == {"REG-1": november.reads[0]}

    undone = folded(a_posted_bill(october), second, cancellation_of(second, WATER, undoing(DECEMBER)))
    assert undone.last_billed_reads(WATER) == {"REG-1": october.reads[0]}
    last = undone.last_live_segment(WATER)
    assert last is not None
    assert last.period.end == date(2026, 11, 1)


def test_the_clock_decides_before_the_order_of_arrival() -> None:
    transactions = [two_services(), a_payment(9000), a_credit(500)]

    assert folded(*transactions) == folded(*reversed(transactions))


def test_a_deposit_is_no_part_of_the_balance() -> None:
    payment = a_payment(10000)
    to_deposit = replace(payment.postings[1], gl_account=CHART.deposits)
    state = folded(replace(payment, postings=(payment.postings[0], to_deposit)))

    assert (state.balance_minor, state.deposit_minor) == (0, 10000)


MONTHS = [OCTOBER.plus(number) for number in range(9)]


@st.composite
def histories(draw: st.DrawFn) -> list[FinancialTransaction]:
    """Months of bills and payments, some returned or cancelled, now or later."""
    history: list[FinancialTransaction] = []
    for month in MONTHS[: draw(st.integers(1, len(MONTHS)))]:
        amounts = draw(st.tuples(st.integers(-500, 9000), st.integers(1, 4000)))
        bill = a_posted_bill(
            a_segment(amounts[0], month=month.plus(-1)),
            a_segment(amounts[1], month=month.plus(-1), agreement=SEWER, service=ServiceType.SEWER),
            month=month,
        )
        history.append(bill)
        history += [
            a_payment(paid, month=month) for paid in draw(st.lists(st.integers(1, 12000), max_size=2))
        ]
    for index, transaction in enumerate(list(history)):
        later = draw(st.sampled_from([*MONTHS, None, None, None]))
        if later is not None and later >= transaction.accounting_period:
            undo = undoing(later, day=20 + index % 5)
            if transaction.bill is None:
                history += reversals_of(transaction, undo)
            else:
                history.append(cancellation_of(transaction, draw(st.sampled_from([WATER, SEWER])), undo))
    return history


@settings(max_examples=200, deadline=None)
@given(history=histories())
def test_items_credits_and_balance_agree_whatever_happens(history: list[FinancialTransaction]) -> None:
    state = folded(*history)

    receivable = sum(p.amount_minor for t in history for p in t.postings if p.gl_account == CHART.receivable)
    assert state.balance_minor == receivable
    assert state.balance_minor == sum(i.open_minor for i in state.items) - state.unapplied_minor
    assert all(0 <= item.allocated_minor <= item.original_minor for item in state.items)
    assert all(0 <= credit.applied_minor <= credit.amount_minor for credit in state.credits)
    for credit in state.credits:
        applied = sum(
            amount for i in state.items for name, amount in i.applied if name == credit.transaction_id
        )
        assert applied <= credit.applied_minor
    assert not (state.open_items and state.unapplied_minor)


@settings(max_examples=200, deadline=None)
@given(history=histories(), cut=st.integers(0, 40))
def test_a_fold_that_is_resumed_gives_what_an_unbroken_one_gives(
    history: list[FinancialTransaction], cut: int
) -> None:
    in_order = sorted(history, key=fold_order)
    resumed = fold_account(folded(*in_order[:cut]), in_order[cut:], rules=RULES)

    assert resumed == folded(*history)


def test_money_of_two_bills_with_one_due_date_makes_one_item() -> None:
    same_day = date(2026, 11, 28)
    one = a_posted_bill(a_segment(1000), due_on=same_day)
    other = a_posted_bill(a_segment(2000, month=NOVEMBER), bill_id="OFF.20261120.0", due_on=same_day)

    assert open_amounts(folded(one, other)) == {("2026-11-28", "water"): 3000}
    assert open_amounts(folded(one, other, cancellation_of(one, WATER, undoing()))) == {
        ("2026-11-28", "water"): 2000
    }


@pytest.mark.parametrize("months", [14, 30])
def test_the_last_live_segment_is_never_forgotten(months: int) -> None:
    state = folded(a_posted_bill(), a_payment(100, month=NOVEMBER.plus(months)))

    assert len(state.live_segments(WATER)) == 1
