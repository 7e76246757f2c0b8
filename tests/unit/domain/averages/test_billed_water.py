"""Which billed water counts, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from chalicelib.domain.averages.billed_water import (
    BilledWater,
    MixedPeriods,
    SeveralPremises,
    WaterBill,
    billed_water,
    measured_beside,
    water_bills,
)
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AgreementId, Month, PremiseId, ServicePointId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.ledger.reversal import cancellation_of, reversals_of
from chalicelib.domain.premises.service_agreement import (
    LinkRole,
    ServiceAgreement,
    ServicePointLink,
    ServiceType,
)
from tests.ledger_builders import (
    ACCOUNT,
    DECEMBER,
    NOVEMBER,
    OCTOBER,
    SEWER,
    WATER,
    a_payment,
    a_posted_bill,
    a_segment,
    folded,
    undoing,
)

SINCE = date(2020, 1, 1)
OCTOBERS = Period(date(2026, 10, 1), date(2026, 11, 1))
NOVEMBERS = Period(date(2026, 11, 1), date(2026, 12, 1))


def agreement(
    name: str, service: ServiceType, *points: str, role: LinkRole = LinkRole.ADD
) -> ServiceAgreement:
    return ServiceAgreement(
        agreement_id=AgreementId(name),
        account_id=ACCOUNT,
        service_type=service,
        start=SINCE,
        tariff=Dated.since(SINCE, "R-1"),
        links=tuple(
            ServicePointLink(service_point_id=ServicePointId(point), start=SINCE, role=role)
            for point in points
        ),
    )


def beside(sewer: ServiceAgreement, *others: ServiceAgreement, **premises: str) -> tuple[str, ...]:
    def premises_of(points: frozenset[ServicePointId]) -> frozenset[PremiseId]:
        return frozenset(PremiseId(premises[point]) for point in points)

    return measured_beside(sewer, (sewer, *others), services=(ServiceType.WATER,), premises_of=premises_of)


def test_only_live_segments_count() -> None:
    first = a_posted_bill(
        a_segment(month=OCTOBER), a_segment(month=OCTOBER, agreement=SEWER, service=ServiceType.SEWER)
    )
    second = a_posted_bill(a_segment(month=NOVEMBER), month=DECEMBER)
    canceled = cancellation_of(first, WATER, undoing())
    again = a_posted_bill(
        replace(a_segment(month=OCTOBER, generation=1), quantity=Decimal(44)), bill_id="BILL.C01.2026-11.1"
    )
    history = [first, canceled, again, second, a_payment(100)]

    water = billed_water(history)

    assert [(one.period, one.quantity) for one in water[WATER]] == [
        (OCTOBERS, Decimal(44)),
        (NOVEMBERS, Decimal(50)),
    ]
    assert [one.quantity for one in water[SEWER]] == [Decimal(50)]
    assert billed_water(reversed(history)) == water
    live = folded(*history).live_segments(WATER)
    assert sorted((one.period, one.quantity) for one in live) == [
        (one.period, one.quantity) for one in water[WATER]
    ]


def test_a_bill_that_is_reversed_as_a_whole_counts_no_more() -> None:
    bill = a_posted_bill(a_segment(month=OCTOBER))
    assert billed_water([bill, *reversals_of(bill, undoing())]) == {}
    (one,) = reversals_of(bill, undoing())
    assert billed_water([bill, replace(one, cancels=())]) == {}


def test_sewer_takes_the_water_behind_its_own_meter() -> None:
    sewer = agreement("S", ServiceType.SEWER, "P1")
    near, far = agreement("W1", ServiceType.WATER, "P1"), agreement("W2", ServiceType.WATER, "P2")
    garden = agreement("I", ServiceType.IRRIGATION, "P1")
    assert beside(sewer, near, far, garden) == ("W1",)


def test_without_a_shared_meter_it_takes_the_water_of_its_premise() -> None:
    sewer = agreement("S", ServiceType.SEWER, "P3", role=LinkRole.CHECK)
    near, far = agreement("W1", ServiceType.WATER, "P1"), agreement("W2", ServiceType.WATER, "P2")
    assert beside(sewer, near, far, P1="home", P2="shop", P3="home") == ("W1",)
    assert beside(sewer, near, far, P1="home", P2="home", P3="home") == ("W1", "W2")
    assert beside(sewer, P3="home") == ()


def test_a_sewer_agreement_that_is_linked_to_nothing_takes_the_accounts_water() -> None:
    sewer = agreement("S", ServiceType.SEWER)
    one, other = agreement("W1", ServiceType.WATER, "P1"), agreement("W2", ServiceType.WATER, "P2")
    assert beside(sewer, one) == ("W1",)
    assert beside(sewer, one, other, P1="home", P2="home") == ("W1", "W2")
    with pytest.raises(SeveralPremises, match=r"agreement S .* at several premises"):
        beside(sewer, one, other, P1="home", P2="shop")


def test_an_agreement_whose_own_service_is_averaged_takes_its_own() -> None:
    sewer = agreement("S", ServiceType.SEWER, "P1")
    other = agreement("S2", ServiceType.SEWER, "P1")
    found = measured_beside(
        sewer, (sewer, other), services=(ServiceType.SEWER,), premises_of=lambda _: frozenset()
    )
    assert found == ("S",)


def test_meters_that_were_billed_together_make_one_bill() -> None:
    def used(value: str, unit: Unit, period: Period = OCTOBERS, *, estimated: bool = False) -> BilledWater:
        return BilledWater(period=period, quantity=Decimal(value), unit=unit, estimated=estimated)

    # 1 ccf is 100 cf exactly
    bills = water_bills(
        [used("7", Unit.CCF, NOVEMBERS), used("10", Unit.CCF), used("250", Unit.CUBIC_FOOT, estimated=True)],
        unit=Unit.CCF,
    )
    assert bills == (
        WaterBill(period=OCTOBERS, quantity=Fraction(25, 2), estimated=True),
        WaterBill(period=NOVEMBERS, quantity=Fraction(7)),
    )


def test_meters_that_were_billed_out_of_step_are_not_guessed_at() -> None:
    half = Period(date(2026, 10, 15), date(2026, 11, 15))
    water = [BilledWater(period=one, quantity=Decimal(5), unit=Unit.CCF) for one in (half, OCTOBERS)]
    with pytest.raises(MixedPeriods, match="2026-10-01/2026-11-01 and 2026-10-15/2026-11-15 overlap"):
        water_bills(water, unit=Unit.CCF)


def test_the_month_of_a_bill_is_not_the_month_of_its_water() -> None:
    late = a_posted_bill(a_segment(month=Month(2026, 10)), month=DECEMBER)
    assert [one.period for one in billed_water([late])[WATER]] == [OCTOBERS]
