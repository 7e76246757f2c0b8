"""Numbers that are printed on bills, and what they say of them."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.documents.bill_numbers import NoBillId, bill_number, corrected_bill, month_of_bill
from chalicelib.domain.kernel.ids import AgreementId, BillId, CycleCode, Month
from chalicelib.domain.ledger.transaction_ids import cycle_bill_id, off_cycle_bill_id, rebill_id

CYCLE = CycleCode("C01.north")  # codes may hold points
FIRST = cycle_bill_id(cycle=CYCLE, period=Month(2026, 11))
SECOND = cycle_bill_id(cycle=CYCLE, period=Month(2026, 11), generation=1)
OFF = off_cycle_bill_id(billed_through=date(2026, 11, 20))


def corrected(bill_id: BillId, *, generation: int = 1, agreement: str = "AB12") -> BillId:
    return rebill_id(bill_id=bill_id, agreement_id=AgreementId(agreement), generation=generation)


@pytest.mark.parametrize(
    ("bill_id", "number"),
    [
        (FIRST, "20-000137-4/2611"),
        (SECOND, "20-000137-4/2611-2"),
        (OFF, "20-000137-4/261120"),
        (corrected(FIRST), "20-000137-4/2611R1AB12"),
        (corrected(OFF), "20-000137-4/261120R1AB12"),
        (corrected(corrected(FIRST), generation=2), "20-000137-4/2611R2AB12"),
    ],
)
def test_a_number_says_the_account_the_month_and_the_correction(bill_id: BillId, number: str) -> None:
    assert bill_number(account_number="20-000137-4", bill_id=bill_id) == number


def test_a_correction_knows_the_bill_it_corrects() -> None:
    once, twice = corrected(FIRST), corrected(corrected(FIRST), generation=2)
    assert corrected_bill(FIRST) is None
    assert corrected_bill(once) == FIRST
    assert corrected_bill(twice) == once
    assert corrected_bill(corrected(SECOND, agreement="a.b.c")) == SECOND


def test_the_month_is_found_in_any_of_them() -> None:
    for bill_id in (FIRST, SECOND, OFF, corrected(corrected(OFF), generation=2)):
        assert month_of_bill(bill_id) == Month(2026, 11)


@pytest.mark.parametrize("text", ["", "PAY.counter.1", "BILL.C01", "RE.BILL.C01.2026-11.0", f"{FIRST}.x.1"])
def test_what_is_no_bill_is_refused(text: str) -> None:
    with pytest.raises(NoBillId):
        bill_number(account_number="1", bill_id=BillId(text))
