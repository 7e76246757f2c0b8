"""Each invariant of the ledger, broken by hand, is found under its own number; a sound ledger breaks none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.billing.run import BillRun, RunDates, RunState, Tally
from chalicelib.domain.kernel.ids import RunId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.ledger.invariants.batches import (
    ClosedRun,
    batch_control,
    batches_known,
    batches_of,
)
from chalicelib.domain.ledger.invariants.check_account import check_account, counted_in
from chalicelib.domain.ledger.invariants.corrections import payments_posted_once
from chalicelib.domain.ledger.invariants.history import AccountHistory, history_of
from chalicelib.domain.ledger.invariants.periods import closed_books_unchanged
from chalicelib.domain.ledger.invariants.totals import control_totals, totals_of, trial_balance
from chalicelib.domain.ledger.reversal import reversals_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from tests.ledger_builders import (
    ACCOUNT,
    CHART,
    CYCLE,
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    RULES,
    a_line,
    a_payment,
    a_posted_bill,
    a_read,
    a_segment,
    an_id,
    folded,
    in_shard,
    moved,
    undoing,
)

# October is billed in November, November in December: 50.00 each.
FIRST = a_posted_bill(a_segment(month=OCTOBER), month=NOVEMBER)
SECOND = a_posted_bill(a_segment(month=NOVEMBER), month=DECEMBER)
PAID = a_payment(3000, month=NOVEMBER, reference="A1")
BOUNCED = a_payment(2000, month=NOVEMBER, reference="A2")
(RETURNED,) = reversals_of(BOUNCED, undoing(DECEMBER, 2))
SOUND = (FIRST, PAID, BOUNCED, SECOND, RETURNED)


def history(*transactions: FinancialTransaction) -> AccountHistory:
    return history_of(ACCOUNT, transactions, rules=RULES)


def broken(*transactions: FinancialTransaction) -> set[int]:
    return {violation.invariant for violation in check_account(history(*transactions))}


def unbalanced(transaction: FinancialTransaction, by_minor: int) -> FinancialTransaction:
    """A copy whose first leg is off: what a defect in storage, not in the domain, would bring back."""
    first, *others = transaction.postings
    copy = replace(transaction)
    wrong = replace(first, amount_minor=first.amount_minor + by_minor)
    object.__setattr__(copy, "postings", (wrong, *others))
    return copy


def with_segment(transaction: FinancialTransaction, **changes: object) -> FinancialTransaction:
    """The bill with another first segment; its postings stay as they were."""
    assert transaction.bill is not None
    first, *others = transaction.bill.segments
    segments = (replace(first, **changes), *others)  # type: ignore[arg-type]
    return replace(transaction, bill=replace(transaction.bill, segments=segments))


def test_a_sound_account_breaks_nothing_and_everything_is_looked_at() -> None:
    sound = history(*SOUND)

    assert [str(violation) for violation in check_account(sound)] == []
    # two bills of a segment and a line each, two payments, one returned
    counted = counted_in(sound)
    assert (counted[1], counted[5], counted[6], counted[8], counted[9], counted[12]) == (5, 2, 2, 2, 1, 2)


def cases() -> Iterator[tuple[int, str, tuple[FinancialTransaction, ...]]]:
    november = Period(date(2026, 11, 1), date(2026, 12, 1))
    yield 1, "a leg is a cent too high", (FIRST, unbalanced(PAID, 1), SECOND)
    yield 1, "another currency", (FIRST, replace(PAID, currency="EUR"), SECOND)
    yield (
        5,
        "the lines say more than was posted",
        (with_segment(FIRST, lines=(a_line(5001, Period(date(2026, 10, 1), date(2026, 11, 1))),)), PAID),
    )
    yield 6, "the same days twice", (FIRST, a_posted_bill(a_segment(month=OCTOBER), month=DECEMBER))
    yield (
        6,
        "days that nobody billed",
        (FIRST, with_segment(SECOND, period=Period(date(2026, 11, 3), date(2026, 12, 1)))),
    )
    yield 7, "metered water on no reads", (FIRST, with_segment(SECOND, reads=()))
    yield (
        7,
        "opens elsewhere than the bill before closed",
        (FIRST, with_segment(SECOND, reads=(a_read(november, start=151, usage=50),))),
    )
    yield (
        7,
        "bills more than the reads show",
        (FIRST, with_segment(SECOND, quantity=Decimal(60))),
    )
    yield 8, "the same payment in two months", (FIRST, PAID, replace(PAID, accounting_period=DECEMBER))
    yield 9, "undone twice", (*SOUND, replace(RETURNED, transaction_id=an_id("REV.again")))
    yield 9, "undoes what is not there", (FIRST, PAID, SECOND, RETURNED)
    yield 10, "a bill number twice", (FIRST, replace(FIRST, accounting_period=DECEMBER))
    wrong = a_line(5001, november, quantity=Decimal(50))  # 50 at 1.00 is 50.00
    yield (
        12,
        "a line a cent off its own figures",
        (FIRST, a_posted_bill(a_segment(month=NOVEMBER, lines=(wrong,)), month=DECEMBER)),
    )
    deposit = tuple(
        replace(leg, gl_account=CHART.deposits) if leg.gl_account == CHART.cash_clearing else leg
        for leg in PAID.postings
    )
    yield 15, "a payment moves the deposits", (FIRST, replace(PAID, postings=deposit), SECOND)


@pytest.mark.parametrize(
    ("number", "story", "transactions"), list(cases()), ids=lambda value: str(value)[:40]
)
def test_a_broken_account_is_found(
    number: int, story: str, transactions: tuple[FinancialTransaction, ...]
) -> None:
    assert number in broken(*transactions), story


def test_a_fold_that_loses_money_is_found_by_sums_of_its_own() -> None:
    sound = history(*SOUND)
    forgetful = replace(sound, state=replace(sound.state, balance_minor=sound.state.balance_minor - 1))

    assert 3 in {one.invariant for one in check_account(forgetful)}


def test_an_item_paid_beyond_its_amount_is_found() -> None:
    sound = history(*SOUND)
    item, *others = sound.state.items
    overpaid = replace(item, applied=(*item.applied, (PAID.transaction_id, 9000)))
    forgetful = replace(sound, state=replace(sound.state, items=(overpaid, *others)))

    assert 4 in {one.invariant for one in check_account(forgetful)}


def test_a_trial_balance_that_is_off_is_found() -> None:
    assert not list(trial_balance(totals_of([history(*SOUND)])))
    off = list(trial_balance(totals_of([history(FIRST, unbalanced(PAID, 7))])))
    assert [(one.invariant, one.data["off_by_minor"]) for one in off] == [(2, 7)]


def test_control_accounts_that_differ_from_the_customers_are_found() -> None:
    totals = totals_of([history(*SOUND)])
    assert not list(control_totals(totals, receivable=CHART.receivable, deposits=CHART.deposits))
    totals.gl["USD", CHART.receivable] += 1
    totals.gl["USD", CHART.deposits] -= 5
    found = control_totals(totals, receivable=CHART.receivable, deposits=CHART.deposits)
    assert [one.invariant for one in found] == [3, 15]


def test_a_payment_on_two_accounts_is_found() -> None:
    elsewhere = moved(PAID, in_shard(CYCLE + ".009", "ZZZZZZZZZZ"))  # type: ignore[arg-type]
    both = [(one.transaction_id, one.account_id) for one in (PAID, elsewhere, BOUNCED)]

    assert [one.invariant for one in payments_posted_once(both)] == [8]
    assert not list(payments_posted_once(both[1:]))


def test_a_posting_into_closed_books_is_found() -> None:
    closed = {ACCOUNT: folded(FIRST, PAID)}
    late = {ACCOUNT: folded(FIRST, PAID, a_payment(1, month=NOVEMBER, reference="late"))}

    assert not list(closed_books_unchanged(NOVEMBER, stored=closed, fresh=closed))
    (found,) = closed_books_unchanged(NOVEMBER, stored=closed, fresh=late)
    assert (found.invariant, found.data["closed_minor"], found.data["now_minor"]) == (11, 2000, 1999)
    assert [one.invariant for one in closed_books_unchanged(NOVEMBER, stored=closed, fresh={})] == [11]


def a_run(**changes: object) -> BillRun:
    run = BillRun(
        run_id=RunId("R1"),
        cycle=CYCLE,
        period=NOVEMBER,
        wave=1,
        opened_at=FIRST.recorded_at,
        today=date(2026, 11, 10),
        dates=RunDates(bill_date=date(2026, 11, 10), due_on=date(2026, 11, 28), accounting_period=NOVEMBER),
        state=RunState.CLOSED,
        tally=Tally(accounts=1, billed=1, amount_minor=5000),
        passed_at=FIRST.recorded_at,
    )
    return replace(run, **changes)  # type: ignore[arg-type]


def test_a_run_that_lost_a_bill_is_found() -> None:
    run = a_run()
    sound = ClosedRun(run=run, drafts=run.tally, postings=run.tally)
    posted = batches_of([FIRST])
    assert not list(batch_control(sound, posted))
    assert not list(batches_known(posted, [run]))

    assert {one.invariant for one in batch_control(sound, batches_of([]))} == {13}
    lost = replace(sound, drafts=Tally(accounts=2, billed=1, amount_minor=5000))
    assert {one.invariant for one in batch_control(lost, posted)} == {13}
    assert {one.invariant for one in batches_known(posted, [])} == {13}


def test_sums_of_parts_are_the_sum_of_the_whole() -> None:
    together = totals_of([history(*SOUND), history(FIRST)])
    parts = totals_of([history(*SOUND)])
    parts.take(totals_of([history(FIRST)]))
    assert parts == together
    assert isinstance(parts.gl, Counter)
