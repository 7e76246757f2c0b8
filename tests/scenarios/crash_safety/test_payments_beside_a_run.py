"""People pay while their bills are being posted."""

from __future__ import annotations

from tests.faults.payments import PAYMENTS, billed_and_paid
from tests.faults.plan import Plan


def test_twenty_payments_beside_the_posting_of_bills_all_count_once() -> None:
    plan = Plan.of(5)
    one_by_one = billed_and_paid(plan, at_once=False)
    assert billed_and_paid(plan, at_once=True) == one_by_one
    assert sum("#PAY." in sort_key for _, sort_key in one_by_one.items) == PAYMENTS
