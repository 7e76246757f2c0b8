"""Transactions come back from their bytes as they were, and a bill stays within one write unit."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from benchmarks.sample_bills import sample_bills
from chalicelib.domain.ledger.chart_of_accounts import ChartOfAccounts
from chalicelib.domain.ledger.post_bill import transaction_of_bill
from chalicelib.domain.ledger.reversal import reversals_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.storage.ledger_codec import UnreadableTransaction, decode_transaction, encode_transaction
from tests.ledger_builders import DECEMBER, NOVEMBER, a_payment, undoing
from tests.ledger_builders import a_posted_bill as posted

_POSTED_AT = datetime(2026, 11, 18, 9, 30, 15, 123456, tzinfo=UTC)
_UNIT_BYTES = 1024


def transactions(services: int) -> list[FinancialTransaction]:
    bills = sample_bills(count=200, services=services)
    return [transaction_of_bill(bill, recorded_at=_POSTED_AT, chart=ChartOfAccounts()) for bill in bills]


def decoded(body: bytes, like: FinancialTransaction) -> FinancialTransaction:
    return decode_transaction(
        body,
        account_id=like.account_id,
        accounting_period=like.accounting_period,
        transaction_id=like.transaction_id,
    )


@pytest.mark.parametrize("services", [1, 2, 3, 4])
def test_bills_come_back_as_they_were_written_twice_alike_and_within_a_unit(services: int) -> None:
    for transaction in transactions(services):
        body = encode_transaction(transaction)
        key_bytes = len(f"pksk b C01.007 2026-11#{transaction.account_id}#{transaction.transaction_id}")
        assert decoded(body, transaction) == transaction
        assert encode_transaction(transaction) == body
        assert len(body) + key_bytes <= _UNIT_BYTES


def test_payments_and_reversals_come_back_as_they_were() -> None:
    payment = a_payment(3000, month=NOVEMBER, reference="A1")
    for transaction in (payment, *reversals_of(payment, undoing(DECEMBER, 2))):
        assert decoded(encode_transaction(transaction), transaction) == transaction


@pytest.mark.parametrize("spoiled", [b"", b"\xff", b"\x01not deflated"], ids=["empty", "layout", "body"])
def test_bytes_that_say_nothing_are_refused(spoiled: bytes) -> None:
    with pytest.raises(UnreadableTransaction):
        decoded(spoiled, posted())
