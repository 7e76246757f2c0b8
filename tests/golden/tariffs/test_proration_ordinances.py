"""Bills by days: Coachella Valley and Los Alamos. Every figure worked by hand.

Coachella Valley Water District, domestic water 2016 (service charges from November): the monthly service
charge is prorated by day on a thirty-day period when service is started or terminated (CVWDC 3.05.150(B)(1)),
on no other bill; water in five tiers by budget, the indoor budget being 8 CCF.

Los Alamos County, New Mexico, sewer through June 30, 2025, and from July 1, 2025: a customer charge, and a
monthly charge for each dwelling unit where several share a meter.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.rating import Position
from tests.golden.tariffs.bills import bill, book_of, cents, words

COACHELLA = book_of("coachella-domestic")
LOS_ALAMOS = book_of("los-alamos-sewer-1", "los-alamos-sewer-2")


def days(count: int) -> Period:
    return Period(date(2017, 3, 1), date(2017, 3, 1) + timedelta(days=count))


def ccf(units: int) -> Quantity:
    return Quantity.of(units, Unit.CCF)


@pytest.mark.parametrize(
    ("count", "position", "amount"),
    [
        (30, Position.REGULAR, 692),
        (28, Position.REGULAR, 692),
        (33, Position.REGULAR, 692),
        (12, Position.OPENING, 277),  # 6.92 × 12/30 = 2.768
        (28, Position.OPENING, 646),  # 6.92 × 28/30 = 6.4587
        (30, Position.CLOSING, 692),
        (31, Position.CLOSING, 715),  # 6.92 × 31/30 = 7.1507
        (1, Position.CLOSING, 23),  # 6.92 / 30 = 0.2307
    ],
)
def test_the_service_charge_goes_by_days_when_service_starts_or_ends(
    count: int, position: Position, amount: int
) -> None:
    rating = bill(
        COACHELLA,
        "COACHELLA-DOMESTIC",
        ccf(0),
        days(count),
        position=position,
        outdoor_budget="12",
        **{"class": "single family"},
    )
    assert cents(rating) == [("SERVICE", amount)]


def test_the_tiers_of_an_opening_bill_are_whole() -> None:
    rating = bill(
        COACHELLA,
        "COACHELLA-DOMESTIC",
        ccf(10),
        days(12),
        position=Position.OPENING,
        outdoor_budget="12",
        **{"class": "single family"},
    )
    assert cents(rating) == [("SERVICE", 277), ("WATER", 760), ("WATER", 264)]  # 8 × 0.95, 2 × 1.32
    assert words(rating, "SERVICE") == [
        "6.92 × 12/30 = 2.77 USD (2.768 rounded half up); Tariff COACHELLA-DOMESTIC@1, CVWDC 3.05.150(B)(1); "
        "12/30 because it is an opening bill"
    ]


def test_five_tiers_by_budget() -> None:
    # The budget is 8 + 12 = 20; 175 percent of it are 35, 300 percent 60.
    rating = bill(
        COACHELLA,
        "COACHELLA-DOMESTIC",
        ccf(70),
        days(30),
        outdoor_budget="12",
        **{"class": "single family"},
    )
    assert cents(rating) == [
        ("SERVICE", 692),
        ("WATER", 760),  # 8 × 0.95
        ("WATER", 1584),  # 12 × 1.32
        ("WATER", 3690),  # 15 × 2.46
        ("WATER", 11675),  # 25 × 4.67
        ("WATER", 6130),  # 10 × 6.13
    ]


def test_the_rates_of_both_years_count_for_their_days() -> None:
    # Ten days of June, twenty of July.
    period = Period(date(2025, 6, 21), date(2025, 7, 21))
    rating = bill(LOS_ALAMOS, "LOS-ALAMOS-SEWER", None, period, metering="individual")
    assert cents(rating) == [
        ("CUSTOMER", 437),  # 13.11 × 10/30
        ("CUSTOMER", 935),  # 14.03 × 20/30 = 9.3533
        ("MONTHLY", 1582),  # 47.45 × 10/30 = 15.8167
        ("MONTHLY", 3385),  # 50.77 × 20/30 = 33.8467
    ]
    assert words(rating, "CUSTOMER") == [
        "13.11 × 10/30 = 4.37 USD; Tariff LOS-ALAMOS-SEWER@1, sewer rates; "
        "10/30 because the terms changed on 2025-07-01",
        "14.03 × 20/30 = 9.35 USD (rounded half up); Tariff LOS-ALAMOS-SEWER@2, sewer rates; "
        "20/30 because the terms changed on 2025-07-01",
    ]


def test_dwelling_units_on_a_shared_meter_before_on_and_after_the_change() -> None:
    def amounts(start: date, end: date) -> list[tuple[str, int]]:
        period = Period(start, end)
        rating = bill(LOS_ALAMOS, "LOS-ALAMOS-SEWER", None, period, metering="shared", dwelling_units="12")
        return cents(rating)

    assert amounts(date(2025, 6, 1), date(2025, 7, 1)) == [
        ("CUSTOMER", 1311),
        ("MONTHLY", 47448),  # 12 × 39.54
    ]
    assert amounts(date(2025, 6, 16), date(2025, 7, 16)) == [
        ("CUSTOMER", 656),  # 13.11 × 15/30 = 6.555
        ("CUSTOMER", 702),  # 14.03 × 15/30 = 7.015
        ("MONTHLY", 23724),  # 474.48 × 15/30
        ("MONTHLY", 25386),  # 12 × 42.31 = 507.72; × 15/30
    ]
    assert amounts(date(2025, 7, 1), date(2025, 8, 1)) == [
        ("CUSTOMER", 1403),
        ("MONTHLY", 50772),
    ]
