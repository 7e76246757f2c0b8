"""What a customer is shown of an account, and of its water."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.customers.person import Address
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.ledger.reversal import cancellation_of
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.premises.service_point import Premise
from chalicelib.usecases.show_account import AccountOverview, DueAmount, show_account
from chalicelib.usecases.show_usage import show_usage
from tests.in_process import InProcess
from tests.ledger_builders import (
    SEWER,
    WATER,
    a_posted_bill,
    a_segment,
    entry,
    undoing,
)
from tests.towns import (
    NOVEMBER,
    OCTOBER,
    bill_minor,
    household,
    reads_of_town,
    the_account,
    town,
    usage_ccf,
)

ONE = the_account(1)
ADDRESS = Address(lines=("12 Weir Lane",), city="Riverbend", region="CA", postal_code="90000")


@pytest.fixture
def utility() -> InProcess:
    """Account 1 is billed for two months and has paid nothing; its water and sewer share a place."""
    made = InProcess()
    made.register(town(accounts=1))
    made.register([Premise(premise_id=household(1)[0].premise_id, address=ADDRESS)])
    for month in (OCTOBER, NOVEMBER):
        made.read(reads_of_town(month, accounts=1))
        made.bill(month)
    return made


def shown(utility: InProcess, *, today: date, whole: AccountWithAgreements | None = None) -> AccountOverview:
    return show_account(
        whole or utility.registry.account(ONE),
        reader=utility.ledger_reader,
        registry=utility.registry,
        today=today,
    )


def test_what_is_due_on_one_day_is_one_amount(utility: InProcess) -> None:
    overview = shown(utility, today=date(2026, 11, 20))

    month = bill_minor(1)
    assert overview.dues == (DueAmount(date(2026, 11, 1), month), DueAmount(date(2026, 12, 1), month))
    assert (overview.balance_minor, overview.past_due_minor) == (2 * month, month)


def test_nothing_is_past_due_on_the_day_it_is_due(utility: InProcess) -> None:
    assert shown(utility, today=date(2026, 11, 1)).past_due_minor == 0


def test_an_account_that_was_never_billed_owes_nothing(utility: InProcess) -> None:
    _, newcomer = household(7)
    utility.register([newcomer])
    overview = shown(utility, today=date(2026, 11, 20), whole=newcomer)
    assert (overview.balance_minor, overview.past_due_minor, overview.dues) == (0, 0, ())


def test_each_place_is_named_once_and_a_lost_one_not_at_all(utility: InProcess) -> None:
    assert shown(utility, today=date(2026, 11, 20)).service_addresses == (ADDRESS,)
    _, other = household(7)
    assert shown(utility, today=date(2026, 11, 20), whole=other).service_addresses == ()


def test_services_that_ended_are_left_out_unless_all_have(utility: InProcess) -> None:
    whole = utility.registry.account(ONE)
    today = date(2026, 11, 20)
    water = next(one for one in whole.agreements if one.service_type is ServiceType.WATER)

    def ending(day: date, *agreements: AgreementId) -> AccountWithAgreements:
        ended = (replace(one, end=day) if one.agreement_id in agreements else one for one in whole.agreements)
        return replace(whole, agreements=tuple(ended))

    def services(whole: AccountWithAgreements) -> list[str]:
        return [one.service_type for one in shown(utility, today=today, whole=whole).agreements]

    everything = [one.agreement_id for one in whole.agreements]
    assert services(ending(today, water.agreement_id)) == ["sewer", "trash"]
    assert services(ending(date(2026, 11, 21), water.agreement_id)) == ["sewer", "trash", "water"]
    assert services(ending(today, *everything)) == ["sewer", "trash", "water"]


# Water


def test_water_is_shown_by_service_and_flat_services_are_not(utility: InProcess) -> None:
    found = show_usage(ONE, reader=utility.ledger_reader)

    assert [(one.service_type, one.unit) for one in found] == [
        (ServiceType.SEWER, "ccf"),
        (ServiceType.WATER, "ccf"),
    ]
    assert all(one.periods == found[0].periods for one in found)
    assert [one.quantity for one in found[0].periods] == [Decimal(usage_ccf(1))] * 2
    assert [one.period.end for one in found[0].periods] == [date(2026, 10, 10), date(2026, 11, 10)]


def test_water_whose_charges_were_canceled_is_not_shown() -> None:
    utility = InProcess()
    segments = [a_segment(month=OCTOBER, agreement=one) for one in (WATER, SEWER)]
    bill = a_posted_bill(*segments)
    utility.ledger.put_all([bill])
    undone = cancellation_of(bill, WATER, undoing())
    utility.ledger.append(undone, audit=entry(undone))

    found = show_usage(bill.account_id, reader=utility.ledger_reader)

    assert [one.agreement_id for one in found] == [SEWER]


def test_a_service_that_changed_its_unit_comes_once_for_each() -> None:
    utility = InProcess()
    bills = [
        a_posted_bill(replace(a_segment(month=month.plus(-1)), unit=unit), month=month)
        for month, unit in ((OCTOBER, "ccf"), (NOVEMBER, "kgal"))
    ]
    utility.ledger.put_all(bills)

    found = show_usage(bills[0].account_id, reader=utility.ledger_reader)

    assert [(one.unit, len(one.periods)) for one in found] == [("ccf", 1), ("kgal", 1)]
