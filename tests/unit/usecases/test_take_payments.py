"""A bank's file of payments: each line is posted once, and a bad line costs no good one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.kernel.ids import AccountId, Month, Shard
from chalicelib.storage.memory.accounting_periods import MemoryAccountingPeriods
from chalicelib.storage.memory.ledger import MemoryLedgerStore
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.take_payments import PaymentReceived, PaymentTaken, take_payments

TODAY = date(2026, 11, 24)
ACCOUNTS = [AccountId(f"C01.{1 + number // 50:03d}-{number:010d}") for number in range(100)]


@pytest.fixture
def ledger() -> MemoryLedgerStore:
    return MemoryLedgerStore()


def paid(number: int, amount_minor: int = 5_000, *, reference: str = "") -> PaymentReceived:
    return PaymentReceived(
        account_id=ACCOUNTS[number],
        amount_minor=amount_minor,
        received_on=date(2026, 11, 20),
        reference=reference or f"slip-{number}",
    )


def take(ledger: MemoryLedgerStore, payments: Sequence[PaymentReceived]) -> list[PaymentTaken]:
    desk = Desk(
        ledger=ledger,
        periods=MemoryAccountingPeriods(),
        actor="test",
        now=datetime(2026, 11, 24, 12, tzinfo=UTC),
        today=TODAY,
    )
    currencies = dict.fromkeys(ACCOUNTS, "USD")
    return list(take_payments(desk, currencies=currencies, payments=payments, source="BANK"))


def in_ledger(ledger: MemoryLedgerStore) -> dict[str, int]:
    """Transaction id to amount."""
    return {
        one.transaction_id: one.postings[0].amount_minor
        for shard in ("C01.001", "C01.002")
        for one in ledger.transactions_of_shard(Shard(shard))
    }


def test_every_payment_of_a_long_file_is_posted(ledger: MemoryLedgerStore) -> None:
    taken = take(ledger, [paid(number) for number in range(100)])
    assert [(one.already, one.refusal) for one in taken] == [(False, None)] * 100
    assert in_ledger(ledger) == {f"PAY.BANK.slip-{number}": 5_000 for number in range(100)}


def test_the_file_taken_again_adds_nothing(ledger: MemoryLedgerStore) -> None:
    file = [paid(number) for number in range(40)]
    take(ledger, file)
    assert [one.already for one in take(ledger, file)] == [True] * 40
    assert len(in_ledger(ledger)) == 40


def test_a_file_cut_off_halfway_is_completed(ledger: MemoryLedgerStore) -> None:
    file = [paid(number) for number in range(30)]
    take(ledger, file[:11])
    assert [one.already for one in take(ledger, file)] == [True] * 11 + [False] * 19
    assert len(in_ledger(ledger)) == 30


def test_a_bad_line_costs_no_good_one(ledger: MemoryLedgerStore) -> None:
    stranger = PaymentReceived(
        account_id=AccountId("C01.001-STRANGER00"),
        amount_minor=100,
        received_on=date(2026, 11, 20),
        reference="?",
    )
    taken = take(ledger, [paid(1), paid(2, 0), stranger, paid(3)])
    assert [one.refusal.code if one.refusal else "" for one in taken] == [
        "",
        "AmountNotPositive",
        "AccountUnknown",
        "",
    ]
    assert sorted(in_ledger(ledger)) == ["PAY.BANK.slip-1", "PAY.BANK.slip-3"]


def test_one_reference_on_two_lines_is_one_payment(ledger: MemoryLedgerStore) -> None:
    taken = take(ledger, [paid(1, reference="A"), paid(1, reference="A"), paid(2, reference="A")])
    assert (taken[0].already, taken[1].already) == (False, True)
    assert taken[2].refusal is not None
    assert in_ledger(ledger) == {"PAY.BANK.A": 5_000}


def test_payments_go_into_the_books_that_are_open(ledger: MemoryLedgerStore) -> None:
    take(ledger, [paid(1)])
    assert {one.accounting_period for one in ledger.transactions_of_shard(Shard("C01.001"))} == {
        Month(2026, 11)
    }
