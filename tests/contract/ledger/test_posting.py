"""What every LedgerStore promises of what is posted, held against the fake and against DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.domain.ledger.conditions import NotFrozen
from chalicelib.domain.ledger.reversal import reversals_of
from chalicelib.domain.ledger.transaction import FinancialTransaction, UnbalancedTransaction
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.usecases.ports.ledger import (
    AccountingPeriodClosed,
    ConflictingTransaction,
    PostingConditionFailed,
    ShardBooks,
    SnapshotReference,
    TransactionAlreadyPosted,
)
from tests.contract.ledger.place import Place, payment, post
from tests.ledger_builders import (
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    SEWER,
    a_posted_bill,
    a_segment,
    entry,
    fresh_shard,
    in_shard,
    undoing,
)


def test_what_is_posted_is_read_back_as_it_was_with_its_audit_entry(place: Place) -> None:
    bill = a_posted_bill(account=place.account)
    post(place, bill)

    assert place.all() == [bill]
    assert place.audited(place.account) == [entry(bill)]


def test_the_same_request_again_is_answered_with_what_stands_there(place: Place) -> None:
    first = payment(place, reference="A1")
    repeated = replace(payment(place, reference="A1", month=DECEMBER), received_on=first.received_on)
    post(place, first)

    with pytest.raises(TransactionAlreadyPosted) as refusal:
        post(place, repeated)

    assert refusal.value.stored == (first,)
    assert place.all() == [first]
    assert len(place.audited(place.account)) == 1


def test_another_amount_under_the_same_reference_is_a_conflict(place: Place) -> None:
    first = payment(place, reference="A1")
    post(place, first)

    with pytest.raises(ConflictingTransaction) as refusal:
        post(place, payment(place, 5001, reference="A1"))

    assert refusal.value.stored == (first,)
    assert place.all() == [first]


def test_an_external_payment_id_posts_once_in_the_whole_ledger(place: Place) -> None:
    first = payment(place, reference="BANK-77")
    post(place, first)
    other_account = in_shard(fresh_shard())

    with pytest.raises(ConflictingTransaction, match=place.account):
        post(place, replace(first, account_id=other_account))


def test_a_transaction_is_reversed_once_even_in_another_accounting_period(place: Place) -> None:
    paid = payment(place)
    post(place, paid)
    (now,) = reversals_of(paid, undoing(NOVEMBER))
    (later,) = reversals_of(paid, undoing(DECEMBER))
    post(place, now)

    with pytest.raises(TransactionAlreadyPosted):
        post(place, later)


def test_of_two_bills_for_the_same_days_one_is_posted(place: Place) -> None:
    one = a_posted_bill(account=place.account, bill_id="OFF.20261101.0")
    other = a_posted_bill(account=place.account, bill_id="OFF.20261102.0")
    post(place, one)

    with pytest.raises(ConflictingTransaction, match=r"OFF\.20261101"):
        post(place, other)


def test_several_transactions_stand_together_or_not_at_all(place: Place) -> None:
    paid, other = payment(place), payment(place, 700)
    closed = payment(place, 900, month=OCTOBER)
    place.store.mark_closed(place.shard, OCTOBER)

    with pytest.raises(AccountingPeriodClosed):
        place.store.append_all([paid, closed], audit=[entry(paid), entry(closed)])
    assert place.all() == []
    assert place.audited(place.account) == []

    place.store.append_all([paid, other], audit=[entry(paid), entry(other)])
    assert {found.transaction_id for found in place.all()} == {paid.transaction_id, other.transaction_id}


def test_a_group_is_done_only_when_all_of_it_stands_there(place: Place) -> None:
    paid, other = payment(place), payment(place, 700)
    place.store.append_all([paid, other], audit=[entry(paid), entry(other)])

    with pytest.raises(TransactionAlreadyPosted) as done:
        place.store.append_all([paid, other], audit=[entry(paid), entry(other)])
    assert done.value.stored == (paid, other)

    with pytest.raises(ConflictingTransaction):
        place.store.append_all([paid, payment(place, 1)], audit=[entry(paid)])


def test_a_closed_period_takes_no_postings_nor_does_any_before_it(place: Place) -> None:
    place.store.mark_closed(place.shard, NOVEMBER)

    for month in (OCTOBER, NOVEMBER):
        with pytest.raises(AccountingPeriodClosed, match=str(month)):
            post(place, payment(place, month=month))
    post(place, payment(place, month=DECEMBER))

    assert [found.accounting_period for found in place.all()] == [DECEMBER]


def test_what_is_posted_already_is_said_so_after_its_period_closed(place: Place) -> None:
    paid = payment(place)
    post(place, paid)
    place.store.mark_closed(place.shard, NOVEMBER)

    with pytest.raises(TransactionAlreadyPosted):
        post(place, paid)


def test_a_bill_beside_the_cycle_is_refused_while_a_run_holds_the_cycle(place: Place) -> None:
    free, held = CycleCode(f"{place.shard}-free"), CycleCode(f"{place.shard}-held")
    place.hold_cycle(held)
    bill = a_posted_bill(account=place.account, bill_id="OFF.20261101.0")

    with pytest.raises(PostingConditionFailed) as refusal:
        place.store.append(bill, audit=entry(bill), conditions=[NotFrozen(free), NotFrozen(held)])
    assert refusal.value.data["condition"] == NotFrozen(held)
    assert place.all() == []

    place.store.append(bill, audit=entry(bill), conditions=[NotFrozen(free)])
    assert place.all() == [bill]


def test_a_bill_is_refused_when_a_run_came_and_went_since_its_inputs_were_read(place: Place) -> None:
    fresh, busy = CycleCode(f"{place.shard}-fresh"), CycleCode(f"{place.shard}-busy")
    place.count_claims(busy, 3)
    bill = a_posted_bill(account=place.account, bill_id="OFF.20261101.0")

    for stale in (NotFrozen(busy, claims=2), NotFrozen(busy, claims=0), NotFrozen(fresh, claims=1)):
        with pytest.raises(PostingConditionFailed) as refusal:
            place.store.append(bill, audit=entry(bill), conditions=[stale])
        assert refusal.value.data["condition"] == stale
    assert place.all() == []

    place.store.append(
        bill, audit=entry(bill), conditions=[NotFrozen(busy, claims=3), NotFrozen(fresh, claims=0)]
    )
    assert place.all() == [bill]


def test_unsound_transactions_are_refused_on_both_paths(place: Place) -> None:
    paid = payment(place)
    unsound = replace(paid, postings=paid.postings[:1])

    with pytest.raises(UnbalancedTransaction):
        post(place, unsound)
    with pytest.raises(UnbalancedTransaction):
        place.store.put_all([unsound])
    assert place.all() == []


def test_a_run_writes_many_and_may_write_them_again(place: Place) -> None:
    bills = [
        a_posted_bill(
            a_segment(),
            a_segment(3000, agreement=SEWER, service=ServiceType.SEWER),
            account=in_shard(place.shard, f"ACCOUNT{number:03d}"),
        )
        for number in range(60)
    ]
    run = AuditEntry(
        entity="bill_run",
        entity_id=place.shard,
        action="posted chunk",
        actor="function:post_chunk",
        at=bills[0].recorded_at,
        unique="chunk",
    )

    units = place.store.put_all(bills, audit=[run])
    assert units == Decimal(60)
    assert place.all() == bills

    place.store.put_all(bills[30:], audit=[run])
    assert place.all() == bills


def test_books_only_move_forward(place: Place) -> None:
    assert place.store.books(place.shard) == ShardBooks()

    place.store.mark_closed(place.shard, NOVEMBER)
    place.store.mark_closed(place.shard, OCTOBER)
    assert place.store.books(place.shard) == ShardBooks(closed_through=NOVEMBER)

    newer = SnapshotReference(period=NOVEMBER, sha256="beef")
    place.store.record_snapshot(place.shard, newer)
    place.store.record_snapshot(place.shard, SnapshotReference(period=OCTOBER, sha256="cafe"))
    place.store.mark_closed(place.shard, NOVEMBER)
    assert place.store.books(place.shard) == ShardBooks(closed_through=NOVEMBER, snapshot=newer)


def test_twenty_payments_at_once_while_a_bill_posts_are_all_there_once(place: Place) -> None:
    payments = [payment(place, 100 + number, reference=f"P{number}") for number in range(20)]
    bill = a_posted_bill(account=place.account, bill_id="OFF.20261101.0")

    def twice(transaction: FinancialTransaction) -> None:
        """Each is sent twice, as an impatient client does."""
        for _ in range(2):
            with suppress(TransactionAlreadyPosted):
                post(place, transaction)

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(twice, [*payments[:10], bill, *payments[10:]]))

    posted = place.all()
    assert sorted(one.transaction_id for one in posted) == sorted(
        one.transaction_id for one in [*payments, bill]
    )
    assert len(place.audited(place.account)) == 21
