"""What every LedgerStore promises of what is read, held against the fake and against DynamoDB."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.domain.kernel.ids import Month, TransactionId
from chalicelib.domain.ledger.reversal import reversals_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from tests.contract.ledger.place import Place, payment, post
from tests.ledger_builders import DECEMBER, NOVEMBER, OCTOBER, a_posted_bill, fresh_shard, in_shard, undoing


def test_an_account_is_read_by_itself_from_a_period_on(place: Place) -> None:
    october, december = payment(place, month=OCTOBER), payment(place, month=DECEMBER)
    neighbor = replace(payment(place), account_id=in_shard(place.shard, "NEIGHBOR00"))
    for transaction in (december, neighbor, october):
        post(place, transaction)

    def of_account(**since: object) -> list[FinancialTransaction]:
        return list(place.store.transactions_of_account(place.account, **since))  # type: ignore[arg-type]

    assert of_account() == [october, december]
    assert of_account(since=NOVEMBER) == [december]
    assert of_account(since=DECEMBER.plus(1)) == []
    assert list(place.store.transactions_of_account(in_shard(fresh_shard()))) == []


def test_an_account_is_read_up_to_a_period(place: Place) -> None:
    bills = [a_posted_bill(account=place.account, month=month) for month in (OCTOBER, NOVEMBER, DECEMBER)]
    place.store.put_all(bills)

    def read(since: Month | None, through: Month | None) -> list[FinancialTransaction]:
        return list(place.store.transactions_of_account(place.account, since=since, through=through))

    assert read(None, NOVEMBER) == bills[:2]
    assert read(NOVEMBER, NOVEMBER) == bills[1:2]
    assert read(DECEMBER, NOVEMBER) == []


def test_a_shard_knows_its_first_and_last_period(place: Place) -> None:
    assert place.store.extent(place.shard) is None

    place.store.put_all([a_posted_bill(account=place.account, month=DECEMBER)])
    post(place, payment(place, month=OCTOBER))

    assert place.store.extent(place.shard) == (OCTOBER, DECEMBER)


def test_one_transaction_is_found_in_whatever_period_it_stands(place: Place) -> None:
    bills = [a_posted_bill(account=place.account, month=month) for month in (OCTOBER, DECEMBER)]
    late = a_posted_bill(account=place.account, month=DECEMBER, bill_id="BILL.C01.2026-03.1")
    off_cycle = a_posted_bill(account=place.account, month=OCTOBER, bill_id="OFF.20261012.0")
    bills += [late, off_cycle]
    other = a_posted_bill(account=in_shard(place.shard, "ZYXWVUTSRQ"), month=NOVEMBER)
    place.store.put_all([*bills, other])

    for bill in bills:
        assert place.store.find(place.account, bill.transaction_id) == bill
    assert place.store.find(other.account_id, other.transaction_id) == other
    assert place.store.find(place.account, other.transaction_id) is None
    assert place.store.find(in_shard(fresh_shard()), other.transaction_id) is None


def test_single_postings_are_known_by_their_claims(place: Place) -> None:
    bill = a_posted_bill(account=place.account)
    place.store.put_all([bill])
    [undone] = reversals_of(bill, undoing())
    post(place, undone)

    ids = [bill.transaction_id, undone.transaction_id, TransactionId("REV.none")]
    assert place.store.claimed(place.account, ids) == {undone.transaction_id}
    assert place.store.claimed(in_shard(place.shard, "ZYXWVUTSRQ"), ids) == frozenset()


def test_a_shard_is_read_by_accounting_periods_both_ends_included(place: Place) -> None:
    by_month = {month: payment(place, month=month) for month in (OCTOBER, NOVEMBER, DECEMBER)}
    for transaction in by_month.values():
        post(place, transaction)
    place.store.mark_closed(place.shard, OCTOBER)

    def of_shard(**ends: object) -> list[FinancialTransaction]:
        return list(place.store.transactions_of_shard(place.shard, **ends))  # type: ignore[arg-type]

    assert of_shard() == list(by_month.values())
    assert of_shard(since=NOVEMBER) == [by_month[NOVEMBER], by_month[DECEMBER]]
    assert of_shard(through=NOVEMBER) == [by_month[OCTOBER], by_month[NOVEMBER]]
    assert of_shard(since=NOVEMBER, through=NOVEMBER) == [by_month[NOVEMBER]]
