"""Payments are the same every time, and most accounts pay what they owe."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.kernel.ids import Month
from cli.demo.payers import Habit, Payers, PaymentMade
from cli.demo.riverbend import account_number

BALANCES = {account_number(number): 10_001 for number in range(1000)}
BILL_DATE = date(2026, 3, 30)


def paid(*, seed: int = 7, until: date = date(2026, 12, 31), month: int = 3) -> list[PaymentMade]:
    payers = Payers(seed=seed)
    return list(payers.payments(BALANCES, period=Month(2026, month), bill_date=BILL_DATE, until=until))


def by_habit(habit: Habit, *, month: int = 3) -> set[int]:
    payers = Payers(seed=7)
    return {p.amount_minor for p in paid(month=month) if payers.habit(p.account) is habit}


def test_the_same_seed_pays_the_same() -> None:
    assert paid() == paid()
    assert paid(seed=8) != paid()


def test_most_pay_in_full_and_some_never() -> None:
    payments = paid()
    assert 600 < sum(p.amount_minor == 10_001 for p in payments) < 950
    assert len(payments) < len(BALANCES)


def test_habits_decide_the_amount_in_whole_cents() -> None:
    assert by_habit(Habit.IN_FULL) == {10_001}
    assert by_habit(Habit.PART) == {6_667}  # two thirds of 10,001, cut to the cent
    assert by_habit(Habit.ROUND_SUMS) == {15_000}  # the next 50 dollars above 100.01
    assert by_habit(Habit.EVERY_OTHER_MONTH) == {10_001}
    assert by_habit(Habit.EVERY_OTHER_MONTH, month=4) == set()
    assert by_habit(Habit.NEVER) == set()


def test_nothing_comes_in_before_the_bill_or_after_today() -> None:
    days = {payment.received_on for payment in paid(until=date(2026, 4, 10))}
    assert min(days) > BILL_DATE
    assert max(days) <= date(2026, 4, 10)


def test_nobody_pays_what_they_do_not_owe() -> None:
    overpaid = dict.fromkeys(BALANCES, -500)
    payments = Payers(seed=7).payments(
        overpaid, period=Month(2026, 3), bill_date=BILL_DATE, until=date(2026, 12, 31)
    )
    assert list(payments) == []


def test_an_account_pays_at_most_once_a_month() -> None:
    accounts = [payment.account for payment in paid()]
    assert len(accounts) == len(set(accounts))
