"""Manifold meters, dwelling units and fees: Redwood City and Wheeling. Every figure worked by hand.

City of Redwood City, California, Code section 38.5: (a) from November 7, 2002, a residential service charge
for every dwelling unit equivalent, a unit counting 1 up to nine of them, 0.75 from ten to 59, 0.5 from 60;
(b) from July 1, 2010 and 2011, a service charge by meter size for others; (c) the charge of a manifold is the
sum of its meters'.

Wheeling, West Virginia, water rate schedule 1, effective May 30, 2013: declining blocks, a minimum by meter
size, and charges for reconnection, for a returned check (the bank's fee, 25 dollars at most) and for delayed
payment (ten percent, once).
"""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from tests.golden.tariffs.bills import bill, book_of, cents, words

RESIDENTIAL = book_of("redwood-city-residential")
METERS = book_of("redwood-city-meters-1", "redwood-city-meters-2")
WHEELING = book_of("wheeling-water")

MARCH = Period(date(2011, 3, 1), date(2011, 4, 1))
JUNE = Period(date(2013, 6, 3), date(2013, 7, 3))


@pytest.mark.parametrize(
    ("units", "amount"),
    [
        ("1", 1080),
        ("9", 9720),  # 9 × 10.80
        ("10", 8100),  # 7.5 equivalents
        ("59", 47790),  # 44.25
        ("60", 32400),  # 30
    ],
)
def test_dwelling_units_count_less_the_more_there_are(units: str, amount: int) -> None:
    rating = bill(RESIDENTIAL, "REDWOOD-CITY-RESIDENTIAL", None, MARCH, units=units)
    assert cents(rating) == [("SERVICE", amount)]


def test_the_words_name_the_equivalents() -> None:
    rating = bill(RESIDENTIAL, "REDWOOD-CITY-RESIDENTIAL", None, MARCH, units="10")
    assert words(rating, "SERVICE") == [
        "7.5 dwelling unit equivalents at 10.80 = 81.00 USD; "
        "Tariff REDWOOD-CITY-RESIDENTIAL@1, section 38.5(a)"
    ]


def test_a_manifold_pays_for_each_of_its_meters() -> None:
    alone = bill(METERS, "REDWOOD-CITY-METERS", None, MARCH, meter_size="2")
    manifold = bill(METERS, "REDWOOD-CITY-METERS", None, MARCH, meter_size="2", second_meter="5/8")
    assert cents(alone) == [("METER", 14415)]
    assert cents(manifold) == [("METER", 14415), ("METER-2", 1802)]


def test_a_manifold_in_the_month_the_charges_rise() -> None:
    # 15 days of June 2011 and 15 of July.
    period = Period(date(2011, 6, 16), date(2011, 7, 16))
    rating = bill(METERS, "REDWOOD-CITY-METERS", None, period, meter_size="2", second_meter="5/8")
    assert cents(rating) == [
        ("METER", 7208),  # 144.15 × 15/30 = 72.075
        ("METER", 7856),  # 157.12 × 15/30
        ("METER-2", 901),  # 18.02 × 15/30
        ("METER-2", 982),  # 19.64 × 15/30
    ]


def test_a_manifold_that_loses_its_second_meter_pays_for_its_days() -> None:
    period = Period(date(2011, 4, 1), date(2011, 5, 1))
    removed = Dated(((date(2011, 1, 1), "5/8"), (date(2011, 4, 11), "none")))
    rating = bill(METERS, "REDWOOD-CITY-METERS", None, period, meter_size="2", second_meter=removed)
    assert cents(rating) == [("METER", 14415), ("METER-2", 601)]  # 18.02 × 10/30 = 6.0067


def gallons(count: int) -> Quantity:
    return Quantity.of(count, Unit.US_GALLON)


def test_a_bill_without_fees() -> None:
    rating = bill(WHEELING, "WHEELING-WATER", gallons(3400), JUNE, meter_size="5/8")
    assert cents(rating) == [("WATER", 1160), ("WATER", 1260)]  # 1 × 11.60, 2.4 × 5.25
    unused = bill(WHEELING, "WHEELING-WATER", gallons(0), JUNE, meter_size="1")
    assert cents(unused) == [("MIN", 2900)]


@pytest.mark.parametrize(("bank_fee", "charge"), [("12.50", 1250), ("25", 2500), ("32", 2500)])
def test_a_returned_check_costs_what_the_bank_takes_up_to_a_limit(bank_fee: str, charge: int) -> None:
    rating = bill(
        WHEELING,
        "WHEELING-WATER",
        gallons(1000),
        JUNE,
        meter_size="5/8",
        returned=Dated(((date(2013, 6, 12), bank_fee),)),
    )
    assert cents(rating) == [("WATER", 1160), ("RETURNED", charge)]


def test_fees_of_one_period_each_in_a_line_of_its_day() -> None:
    rating = bill(
        WHEELING,
        "WHEELING-WATER",
        gallons(1000),
        JUNE,
        meter_size="5/8",
        unpaid=Dated(((date(2013, 6, 20), "24.20"),)),
        returned=Dated(((date(2013, 6, 12), "32"),)),
        reconnected=Dated(((date(2013, 6, 25), "1"), (date(2013, 7, 3), "1"))),  # the second in the next bill
    )
    assert cents(rating) == [
        ("WATER", 1160),
        ("RECONNECT", 2500),
        ("RETURNED", 2500),
        ("LATE", 242),  # 10 % of 24.20
    ]
    assert words(rating, "RETURNED") == [
        "100% of 32.00 for 2013-06-12, limited to 25.00 USD; Tariff WHEELING-WATER@1, returned check charge"
    ]
