"""Transactions as they were written with layout 1: bytes that must stay readable for ever (docs/adr/0020)."""

from __future__ import annotations

import pytest

from chalicelib.domain.ledger.reversal import reversals_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.storage.ledger_codec import decode_transaction
from tests.ledger_builders import DECEMBER, NOVEMBER, OCTOBER, a_payment, a_posted_bill, a_segment, undoing

BILL = (
    "01031b640932c7c418a4880c738ccc8102e120763830411803fd69080a6a53039847819c205d4358f65502455b"
    "90abbb2e480724c51882d58209449cc1b216d02a90176131180a153eb4dc1891e46005188c3684c405249881e6"
    "c6020100"
)
PAYMENT = "018b06a50c4313904126e62626e8060165908cc1922880d16a8035618025626301"
REVERSAL = (
    "018b560a021a0432c7ccc8d0c8029b394a018e917a21aec1217a8e208d45a925a54579a9290a49c0c22f235521"
    "29312f1b6c099624a30b8c75036ce9062c1e1b0b00"
)

billed = a_posted_bill(a_segment(month=OCTOBER), month=NOVEMBER)
paid = a_payment(3000, month=NOVEMBER, reference="A1")
(returned,) = reversals_of(paid, undoing(DECEMBER, 2))


@pytest.mark.parametrize(
    ("written", "meant"), [(BILL, billed), (PAYMENT, paid), (REVERSAL, returned)], ids=lambda value: ""
)
def test_what_was_written_is_read_as_it_was_meant(written: str, meant: FinancialTransaction) -> None:
    read = decode_transaction(
        bytes.fromhex(written),
        account_id=meant.account_id,
        accounting_period=meant.accounting_period,
        transaction_id=meant.transaction_id,
    )
    assert read == meant
