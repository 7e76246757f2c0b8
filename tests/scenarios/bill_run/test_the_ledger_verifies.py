"""Months of billing, payments and corrections keep every invariant; a forged entry does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from chalicelib.domain.ledger.invariants.violation import INVARIANTS
from chalicelib.usecases.close_accounting_period import close_accounting_period
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.reverse_transaction import reverse_transaction
from chalicelib.usecases.take_payment import take_payment
from chalicelib.usecases.verify_ledger import Findings, verify_shards, verify_whole
from tests.in_process import InProcess
from tests.towns import NOVEMBER, OCTOBER, entry, reads_of_town, the_account, town

SHARDS = ("C01.001", "C01.002")


def two_months() -> InProcess:
    """October billed, paid in part and closed; November billed; one payment bounced."""
    utility = InProcess()
    utility.register(town(shards=2, accounts=3))
    utility.read(reads_of_town(OCTOBER, shards=2) + reads_of_town(NOVEMBER, shards=2))
    utility.bill(OCTOBER)
    desk = desk_of(utility, date(2026, 10, 20))
    for number in (1, 2):
        take_payment(
            desk,
            registry=utility.registry,
            account_id=the_account(number),
            amount_minor=1000 * number,
            received_on=desk.today,
            reference=f"R{number}",
        )
    bounced = utility.ledger_of("C01.001")
    utility.bill(NOVEMBER)
    closing = close_accounting_period(
        OCTOBER,
        reader=utility.ledger_reader,
        periods=utility.periods,
        operations=utility.operations,
        shards=utility.registry.shards_of_cycle("C01"),
        actor="test",
        now=utility.now,
    )
    assert len(list(closing)) == 2
    payment = next(one for one in bounced if one.kind == "payment")
    reverse_transaction(
        desk_of(utility, date(2026, 11, 15)),
        account_id=payment.account_id,
        transaction_id=payment.transaction_id,
        reason="returned by the bank",
    )
    return utility


def desk_of(utility: InProcess, today: date) -> Desk:
    return Desk(ledger=utility.ledger, periods=utility.periods, actor="test", now=utility.now, today=today)


def findings(utility: InProcess) -> Findings:
    reader = utility.ledger_reader
    parts = list(verify_shards(reader, SHARDS, workers=1))
    return verify_whole(parts, reader=reader, operations=utility.operations)


def test_two_months_of_billing_keep_every_invariant() -> None:
    found = findings(two_months())

    assert not found.violations, [str(one) for one in found.violations]
    # 6 accounts; 12 bills, 2 payments, 1 reversal
    assert (found.accounts, found.transactions) == (6, 15)
    unchecked = {number for number in INVARIANTS if not found.checked[number]}
    assert not unchecked, f"these invariants were checked on nothing: {unchecked}"


def test_a_bill_that_no_run_posted_is_found() -> None:
    utility = two_months()
    bill = next(one for one in utility.ledger_of("C01.001") if one.bill and one.bill.period == NOVEMBER)
    assert bill.bill is not None
    forged = replace(bill, recorded_at=bill.recorded_at.replace(year=2027))
    utility.ledger.put_all([forged], audit=[entry()])

    assert {one.invariant for one in findings(utility).violations} == {13}


def test_a_line_altered_behind_the_ledger_is_found() -> None:
    utility = two_months()
    bill = next(one for one in utility.ledger_of("C01.001") if one.bill and one.bill.period == NOVEMBER)
    assert bill.bill is not None
    segment = next(one for one in bill.bill.segments if one.quantity)
    line = segment.lines[-1]._replace(amount_minor=segment.lines[-1].amount_minor + 1)
    altered = replace(
        segment, lines=(*segment.lines[:-1], line), quantity=Decimal(1) + (segment.quantity or 0)
    )
    segments = tuple(altered if one is segment else one for one in bill.bill.segments)
    utility.ledger.put_all([replace(bill, bill=replace(bill.bill, segments=segments))], audit=[entry()])

    broken = findings(utility).violations
    assert {one.account_id for one in broken} >= {bill.account_id}
    assert 5 in {one.invariant for one in broken}
