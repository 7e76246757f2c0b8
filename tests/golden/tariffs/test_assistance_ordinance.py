"""Assistance that the others pay for: Philadelphia. Every figure worked by hand.

Philadelphia Water Department, rates and charges effective September 1, 2021: quantity charges with the rider
that funds the Tiered Assistance Program ($0.69 on water and $1.09 on sewer for a thousand cubic feet),
service charge, stormwater charge, and 25 percent off for senior citizens. Enrolled customers pay a share of
their income instead (Philadelphia Code 19-1605): 2 percent up to half the poverty level, 2.5 up to the whole,
3 up to one and a half, 4 beyond in special hardship, and 12 dollars at least. Two of the bills are the
department's own.
"""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.facts import DeterminantMissing
from tests.golden.tariffs.bills import bill, book_of, cents, declared, words

SEPTEMBER = date(2021, 9, 1)
BOOK = book_of(
    "philadelphia-water",
    conditions=[
        declared("rider_water", (SEPTEMBER, "0.069")),
        declared("rider_sewer", (SEPTEMBER, "0.109")),
    ],
)
OCTOBER = Period(date(2021, 10, 1), date(2021, 11, 1))


def ccf(units: int) -> Quantity:
    return Quantity.of(units, Unit.CCF)


def test_the_typical_bill_is_the_one_published() -> None:
    rating = bill(BOOK, "PHILADELPHIA-WATER", ccf(5), OCTOBER, meter_size="5/8")
    assert cents(rating) == [
        ("WATER", 2334),  # 5 × (4.599 + 0.069)
        ("SEWER", 1685),  # 5 × (3.261 + 0.109)
        ("SERVICE", 1210),
        ("STORM", 1686),
    ]
    assert rating.total_minor == 6915
    assert words(rating, "WATER") == [
        "5 ccf of tier 1 at 4.668 = 23.34 USD; Tariff PHILADELPHIA-WATER@1, quantity charges and TAP rider"
    ]


def test_the_senior_citizens_bill_is_the_one_published() -> None:
    rating = bill(BOOK, "PHILADELPHIA-WATER", ccf(3), OCTOBER, meter_size="5/8", senior="yes")
    assert cents(rating) == [
        ("WATER", 1400),  # 3 × 4.668 = 14.004
        ("SEWER", 1011),  # 3 × 3.37
        ("SERVICE", 1210),
        ("STORM", 1686),
        ("SENIOR", -1327),  # 25 % of 53.07 = 13.2675
    ]
    assert rating.total_minor == 3980


def test_all_blocks_carry_the_rider() -> None:
    rating = bill(BOOK, "PHILADELPHIA-WATER", ccf(25), OCTOBER, meter_size="5/8")
    assert cents(rating)[:3] == [
        ("WATER", 9336),  # 20 × 4.668
        ("WATER", 2151),  # 5 × (4.233 + 0.069)
        ("SEWER", 8425),  # 25 × 3.37
    ]


def test_the_largest_users_fill_four_blocks() -> None:
    rating = bill(BOOK, "PHILADELPHIA-WATER", ccf(21000), OCTOBER, meter_size="5/8")
    assert cents(rating)[:4] == [
        ("WATER", 9336),
        ("WATER", 421596),  # 980 × 4.302
        ("WATER", 6370700),  # 19,000 × (3.284 + 0.069)
        ("WATER", 326300),  # 1,000 × (3.194 + 0.069)
    ]


def test_what_the_program_costs_is_the_riders_part_of_the_others_bills() -> None:
    without = book_of(
        "philadelphia-water",
        conditions=[declared("rider_water", (SEPTEMBER, "0")), declared("rider_sewer", (SEPTEMBER, "0"))],
    )
    paying, spared = (
        bill(book, "PHILADELPHIA-WATER", ccf(10), OCTOBER, meter_size="5/8") for book in (BOOK, without)
    )
    assert paying.total_minor - spared.total_minor == 178  # 10 × (0.069 + 0.109)


@pytest.mark.parametrize(
    ("income", "poverty_level", "amount"),
    [
        ("900", "45", 1800),  # 2 %
        ("400", "20", 1200),  # 8.00, but 12 at least
        ("600", "30", 1200),
        ("1111.11", "50", 2222),  # 2 % = 22.2222: half the poverty level belongs to the first tier
        ("1111.11", "50.01", 2778),  # 2.5 % = 27.77775
        ("1500", "100", 3750),
        ("1500", "101", 4500),  # 3 %
        ("2010", "150", 6030),
        ("3000", "151", 12000),  # 4 %
        ("100", "200", 1200),
    ],
)
def test_an_enrolled_household_pays_a_share_of_its_income(
    income: str, poverty_level: str, amount: int
) -> None:
    for metered in (2, 30):
        rating = bill(
            BOOK,
            "PHILADELPHIA-WATER",
            ccf(metered),
            OCTOBER,
            meter_size="5/8",
            assisted="yes",
            senior="yes",
            income=income,
            poverty_level=poverty_level,
        )
        assert cents(rating) == [("TAP", amount)]


def test_a_bill_before_the_rider_is_declared_is_an_exception() -> None:
    undeclared = book_of("philadelphia-water")
    with pytest.raises(DeterminantMissing, match="needs rider_sewer and no such condition is declared"):
        bill(undeclared, "PHILADELPHIA-WATER", ccf(5), OCTOBER, meter_size="5/8")
