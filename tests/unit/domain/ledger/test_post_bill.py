"""A bill becomes a balanced transaction."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.ledger.post_bill import LineWithoutGlAccount, transaction_of_bill
from chalicelib.domain.ledger.transaction import UnbalancedTransaction
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.line import LineKind
from tests.ledger_builders import NOVEMBER, SEWER, WATER, a_bill, a_line, a_posted_bill, a_segment, at


def test_debits_name_the_open_items_and_credits_what_was_earned() -> None:
    period = a_segment().period
    water = a_segment(
        lines=(
            a_line(2460, period, charge="base", kind=LineKind.SERVICE_CHARGE),
            a_line(1500, period),
            a_line(
                198,
                period,
                charge="tax",
                kind=LineKind.TAX,
                gl_account="2210",
                fund="general",
                charge_group="tax",
            ),
        )
    )
    sewer = a_segment(3000, agreement=SEWER, service=ServiceType.SEWER)
    bill = a_bill(water, sewer)

    posted = transaction_of_bill(bill, recorded_at=at(NOVEMBER, 10))

    legs = [(p.gl_account, p.fund, p.agreement_id, p.charge_group, p.amount_minor) for p in posted.postings]
    assert legs == [
        ("1200", "water", SEWER, "sewer", 3000),
        ("1200", "general", WATER, "tax", 198),
        ("1200", "water", WATER, "water", 3960),
        ("2210", "general", None, "", -198),
        ("4100", "water", None, "", -6960),
    ]
    assert {p.due_on for p in posted.postings[:3]} == {bill.due_on}
    assert posted.transaction_id == bill.bill_id
    posted.require_sound()


def test_a_discount_lowers_its_charge_group() -> None:
    period = a_segment().period
    lines = (a_line(1000, period), a_line(-250, period, charge="senior", kind=LineKind.DISCOUNT))

    posted = a_posted_bill(a_segment(lines=lines))

    assert [p.amount_minor for p in posted.postings] == [750, -750]


def test_a_line_without_a_gl_account_is_refused() -> None:
    period = a_segment().period

    with pytest.raises(LineWithoutGlAccount, match="usage"):
        a_posted_bill(a_segment(lines=(a_line(1000, period, gl_account=""),)))


def test_legs_that_do_not_add_up_are_not_sound() -> None:
    posted = a_posted_bill()
    off_by_one = replace(posted.postings[0], amount_minor=posted.postings[0].amount_minor + 1)

    with pytest.raises(UnbalancedTransaction, match="off by 1 minor"):
        replace(posted, postings=(off_by_one, *posted.postings[1:])).require_sound()
