"""Which messages and leaflets go with a bill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.documents.bill_document import (
    BalanceForward,
    BillFacts,
    ServiceCharges,
    UsageHistory,
    UsagePoint,
)
from chalicelib.domain.documents.circumstances import BillInLife
from chalicelib.domain.kernel.ids import AgreementId, BillId, CycleCode
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.utility.profile import BillMessage, BillRule, Circumstance

DAY = date(2026, 11, 12)


def point(month: str, quantity: str, days: int = 30) -> UsagePoint:
    start = date.fromisoformat(f"{month}-01")
    return UsagePoint(
        month=month,
        start=start,
        end=start + timedelta(days=days),
        days=days,
        quantity=Decimal(quantity),
        estimated=False,
    )


WATER = ServiceCharges(
    agreement_id=AgreementId("W1"),
    service_type=ServiceType.WATER,
    address=None,
    start=date(2026, 10, 10),
    end=date(2026, 11, 10),
    days=31,
    quantity=Decimal(8),
    unit="ccf",
    estimated=False,
    reads=(),
    lines=(),
    charges_minor=3600,
    discounts_minor=0,
    taxes_minor=0,
    total_minor=3600,
)
CALM = BillInLife(
    bill=BillFacts(
        bill_id=BillId("BILL.C01.2026-11.0"),
        number="1/2611",
        kind=BillKind.CYCLE,
        cycle=CycleCode("C01"),
        bill_date=DAY,
        due_on=DAY + timedelta(days=21),
        currency="USD",
    ),
    balance=BalanceForward(
        previous_minor=0,
        previous_bill_date=None,
        entries=(),
        payments_minor=0,
        adjustments_minor=0,
        forward_minor=0,
        past_due_minor=0,
        new_charges_minor=3600,
        due_minor=3600,
    ),
    services=(WATER,),
    usage=(UsageHistory(service_type=ServiceType.WATER, unit="ccf", points=(point("2026-11", "8"),)),),
    paperless=False,
)


def with_usage(*points: UsagePoint) -> BillInLife:
    return replace(CALM, usage=(UsageHistory(service_type=ServiceType.WATER, unit="ccf", points=points),))


TRUE_OF = {
    Circumstance.ALWAYS: CALM,
    Circumstance.ON_PAPER: CALM,
    Circumstance.PAPERLESS: replace(CALM, paperless=True),
    Circumstance.PAST_DUE: replace(CALM, balance=replace(CALM.balance, past_due_minor=1)),
    Circumstance.CREDIT_BALANCE: replace(CALM, balance=replace(CALM.balance, due_minor=-1)),
    Circumstance.ESTIMATED: replace(CALM, services=(replace(WATER, estimated=True),)),
    Circumstance.HIGH_USAGE: with_usage(point("2025-11", "8"), point("2026-11", "12")),
    Circumstance.ZERO_USAGE: replace(CALM, services=(replace(WATER, quantity=Decimal(0)),)),
    Circumstance.CORRECTED: replace(CALM, bill=replace(CALM.bill, corrects="1/2610")),
    Circumstance.FIRST_BILL: replace(CALM, bill=replace(CALM.bill, is_first=True)),
    Circumstance.FINAL_BILL: replace(CALM, bill=replace(CALM.bill, is_final=True)),
}


@pytest.mark.parametrize("circumstance", Circumstance)
def test_every_circumstance_is_true_of_one_bill_and_told_from_another(circumstance: Circumstance) -> None:
    assert TRUE_OF[circumstance].holds(circumstance)
    if circumstance is not Circumstance.ALWAYS:
        other = TRUE_OF[Circumstance.PAPERLESS] if circumstance is Circumstance.ON_PAPER else CALM
        assert not other.holds(circumstance)


@pytest.mark.parametrize(
    ("then", "now", "days", "high"),
    [
        ("8", "11", 30, False),  # 37 % more
        ("8", "12", 30, True),  # just half as much again
        ("8", "12", 33, False),  # over more days
        ("0", "12", 30, False),  # nothing to compare with
    ],
)
def test_usage_is_high_by_the_day_not_by_the_bill(then: str, now: str, days: int, high: bool) -> None:
    life = with_usage(point("2025-11", then), point("2026-11", now, days))
    assert life.holds(Circumstance.HIGH_USAGE) is high


@pytest.mark.parametrize(
    ("rule", "follows"),
    [
        (BillRule(start=DAY), True),
        (BillRule(start=DAY + timedelta(days=1)), False),
        (BillRule(end=DAY), False),
        (BillRule(end=DAY + timedelta(days=1)), True),
        (BillRule(services=("water", "sewer")), True),
        (BillRule(services=("sewer",)), False),
        (BillRule(cycles=("C01",)), True),
        (BillRule(cycles=("C02",)), False),
        (BillRule(when=(Circumstance.ON_PAPER, Circumstance.ESTIMATED)), False),
    ],
)
def test_a_rule_asks_for_everything_it_names(rule: BillRule, follows: bool) -> None:
    assert CALM.follows(rule) is follows


def test_messages_come_by_rank_then_by_code() -> None:
    def message(code: str, rank: int) -> BillMessage:
        return BillMessage(code=code, rule=BillRule(), title={"en": code}, text={"en": code}, rank=rank)

    found = CALM.messages([message("b", 1), message("c", 9), message("a", 1)])
    assert [one.code for one in found] == ["c", "a", "b"]
