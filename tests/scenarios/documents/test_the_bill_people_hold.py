"""The document of a bill, from real runs in memory: what was owed, what was paid, what is new, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.customers.person import BillDelivery
from chalicelib.domain.documents.bill_document import (
    ComparedWith,
    EntryKind,
)
from chalicelib.domain.documents.scanline import is_sound
from chalicelib.domain.kernel.ids import BillId, Month, Shard
from chalicelib.domain.ledger.adjustment import Adjustment
from chalicelib.domain.ledger.transaction_ids import payment_id
from chalicelib.rendering.bill_json import dump_bill, load_bill
from chalicelib.usecases.adjust_account import adjust_account
from chalicelib.usecases.bill_off_cycle import bill_off_cycle
from chalicelib.usecases.find_bill_number import bill_with_number
from chalicelib.usecases.make_bill_document import BillUnknown
from chalicelib.usecases.ports.registry import Change, RegistryBatch, UtilityUnknown
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.reverse_transaction import reverse_transaction
from chalicelib.usecases.take_payment import COUNTER
from tests.office import Office
from tests.people import address_of
from tests.towns import NOVEMBER, OCTOBER, a_read, bill_minor, on_day, the_account

ONE = the_account(1)
OCTOBERS, NOVEMBERS = BillId("BILL.C01.2026-10.0"), BillId("BILL.C01.2026-11.0")


@pytest.fixture
def office() -> Office:
    made = Office()
    made.utility.bill(OCTOBER)
    return made


def test_a_first_bill_asks_for_its_own_charges(office: Office) -> None:
    found = office.document(OCTOBERS)

    # 10 + 2 × 6 for water, 5 + 6 for sewer, 12 for trash
    assert [(one.service_type, one.total_minor) for one in found.services] == [
        ("water", 2200),
        ("sewer", 1100),
        ("trash", 1200),
    ]
    assert found.balance.new_charges_minor == found.balance.due_minor == bill_minor(1) == 4500
    assert (found.balance.previous_minor, found.balance.entries) == (0, ())
    assert found.bill.is_first
    assert found.comparisons == ()
    assert found.payment.amount_minor == 4500
    assert is_sound(found.payment.scanline)
    assert "&amount=45.00" in found.payment.link


def test_it_goes_where_the_water_goes_unless_there_is_another_address(office: Office) -> None:
    found = office.document(OCTOBERS)
    assert found.recipient.name == "Resident 1 of 1"
    assert found.recipient.mailing_address == address_of(1)
    assert found.account.service_addresses == (address_of(1),)
    assert {one.address for one in found.services} == {address_of(1)}, "flat services too"


def test_a_bill_carries_forward_what_was_owed_and_paid(office: Office) -> None:
    office.pays(3000, on_day(OCTOBER, 25))
    office.utility.bill(NOVEMBER)
    balance = office.document(NOVEMBERS).balance

    assert balance.previous_minor == 4500
    assert [(one.kind, one.on, one.amount_minor) for one in balance.entries] == [
        (EntryKind.PAYMENT, date(2026, 10, 25), -3000)
    ]
    assert (balance.forward_minor, balance.past_due_minor) == (1500, 1500), "due on November 1"
    assert (balance.new_charges_minor, balance.due_minor) == (4500, 6000)
    assert balance.previous_bill_date == date(2026, 10, 12)


def test_the_document_of_an_old_bill_stays_what_it_was(office: Office) -> None:
    before = office.document(OCTOBERS)
    office.pays(4500, on_day(OCTOBER, 25))
    office.utility.bill(NOVEMBER)

    assert dump_bill(office.document(OCTOBERS)) == dump_bill(before)


def test_a_returned_payment_and_adjustments_are_told_apart(office: Office) -> None:
    office.pays(4500, on_day(OCTOBER, 20))
    reverse_transaction(
        office.posting(on_day(OCTOBER, 23)),
        account_id=ONE,
        transaction_id=payment_id(source=COUNTER, external_id="1"),
        reason="check returned",
    )
    adjust_account(
        office.posting(on_day(OCTOBER, 24)),
        registry=office.utility.registry,
        adjustment=Adjustment(account_id=ONE, amount_minor=-250, reason="leak", reference="A1"),
    )
    office.utility.bill(NOVEMBER)
    balance = office.document(NOVEMBERS).balance

    assert [(one.kind, one.amount_minor) for one in balance.entries] == [
        (EntryKind.PAYMENT, -4500),
        (EntryKind.RETURNED_PAYMENT, 4500),
        (EntryKind.ADJUSTMENT, -250),
    ]
    assert (balance.payments_minor, balance.adjustments_minor, balance.forward_minor) == (0, -250, 4250)


def test_who_has_paid_too_much_is_asked_for_nothing(office: Office) -> None:
    office.pays(20000, on_day(OCTOBER, 25))
    office.utility.bill(NOVEMBER)
    found = office.document(NOVEMBERS)

    assert found.balance.due_minor == 4500 - 20000 + 4500
    assert found.payment.amount_minor == 0
    assert is_sound(found.payment.scanline)


def test_a_corrected_bill_shows_what_it_takes_back_and_what_it_charges(office: Office) -> None:
    agreement = next(
        one.agreement_id for one in office.document(OCTOBERS).services if one.service_type == "water"
    )
    done = rebill_segment(
        desk=office.billing(),
        posting=office.posting(on_day(OCTOBER, 20)),
        artefacts=office.utility.artefacts,
        account_id=ONE,
        bill_id=OCTOBERS,
        agreement_id=agreement,
        reason="wrong rate",
    )
    bill = next(one.bill for one in done.transactions if one.bill)
    found = office.document(bill.bill_id)

    assert found.bill.corrects == "C01-1-1/2610"
    assert found.bill.number == f"C01-1-1/2610R1{agreement}"
    assert [(one.kind, one.amount_minor, one.bill_number) for one in found.balance.entries] == [
        (EntryKind.CORRECTION, -2200, "C01-1-1/2610")
    ]
    assert (found.balance.previous_minor, found.balance.due_minor) == (4500, 4500)
    assert [(history.service_type, len(history.points)) for history in found.usage] == [("water", 1)]
    assert found.usage[0].points[0].quantity == 6, "counted once, not twice"


def test_the_next_bill_is_compared_with_the_last_and_it_adds_up(office: Office) -> None:
    office.utility.read([a_read(1, Month(2026, 12), value=130)])
    office.utility.bill(NOVEMBER)
    (found,) = office.document(NOVEMBERS).comparisons

    # October 10 to November 10 has a day more than the month before: 6 ccf in 31 days is less a day.
    assert (found.compared_with, found.bill_number) == (ComparedWith.LAST_BILL, "C01-1-1/2610")
    assert (found.days_before, found.days_now) == (30, 31)
    assert (found.usage_before, found.usage_now) == (Decimal(6), Decimal(6))
    # 6 ccf × 30/31 are 5.806: 0.194 ccf less, at 2.00 for water and 1.00 for sewer; the day brings it back
    assert (found.usage_minor, found.days_minor) == (-58, 58)
    assert (found.rate_minor, found.other_minor) == (0, 0)


def test_a_bill_outside_the_cycle_for_who_moves_out_is_the_final_one(office: Office) -> None:
    whole = office.utility.registry.account(ONE)
    ended = tuple(replace(one, end=on_day(NOVEMBER, 10)) for one in whole.agreements)
    office.utility.registry.save(RegistryBatch(changes=(Change(whole, replace(whole, agreements=ended)),)))
    done = bill_off_cycle(
        desk=office.billing(),
        posting=office.posting(on_day(NOVEMBER, 10)),
        artefacts=office.utility.artefacts,
        account_id=ONE,
        through=on_day(NOVEMBER, 10),
        reason="moving out",
    )
    bill = next(one.bill for one in done.transactions if one.bill)
    found = office.document(bill.bill_id)

    assert found.bill.is_final
    assert found.bill.number == "C01-1-1/261110"
    assert "final_bill" in [message.code for message in found.messages]
    assert not office.document(OCTOBERS).bill.is_final


def test_messages_and_leaflets_follow_the_utilitys_rules(office: Office) -> None:
    first = office.document(OCTOBERS)
    office.utility.bill(NOVEMBER)
    late = office.document(NOVEMBERS)
    office.change(delivery=BillDelivery.PAPERLESS)
    paperless = office.document(NOVEMBERS)

    assert [message.code for message in first.messages] == ["first_bill"]
    assert [message.code for message in late.messages] == ["past_due", "winterize"], "the campaign has begun"
    assert late.inserts == ("assistance", "water_quality")
    assert paperless.recipient.paperless
    assert paperless.inserts == ()


def test_a_shard_of_a_run_gives_the_same_documents_as_one_by_one(office: Office) -> None:
    office.pays(3000, on_day(OCTOBER, 25))
    run = office.utility.bill(NOVEMBER)
    together = list(office.documents.documents_of_run(run.run_id, Shard("C01.001")))

    assert [one.account.account_id for one in together] == [the_account(number) for number in (1, 2, 3)]
    for one in together:
        assert one == office.document(NOVEMBERS, one.account.account_id)


def test_a_bill_is_found_by_the_number_printed_on_it(office: Office) -> None:
    utility = office.utility

    def found(number: str) -> BillId | None:
        return bill_with_number(number, account_id=ONE, registry=utility.registry, ledger=utility.ledger)

    assert found(office.document(OCTOBERS).bill.number) == OCTOBERS
    assert found("C01-1-1/2609") is None
    assert found("C01-1-2/2610") is None, "another account's"


def test_the_document_is_json_and_back(office: Office) -> None:
    found = office.document(OCTOBERS)
    assert load_bill(dump_bill(found)) == found
    assert load_bill(dump_bill(found)).bill.due_on == date(2026, 11, 1)


def test_a_bill_that_is_not_there_is_refused_with_what_to_do(office: Office) -> None:
    for absent in ("BILL.C01.2026-09.0", "PAY.counter.1", "nonsense"):
        with pytest.raises(BillUnknown, match="headgate bill list"):
            office.document(BillId(absent))


def test_without_a_profile_documents_are_refused(office: Office) -> None:
    office.utility.registry._utility = None
    with pytest.raises(UtilityUnknown, match="headgate utility publish"):
        office.document(OCTOBERS)
