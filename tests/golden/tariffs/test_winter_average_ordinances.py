"""Sewer on the winter's average: Bartlesville, Vancouver, Santa Rosa. Every figure worked by hand.

City of Bartlesville, Oklahoma, Sewer Service FAQ (rates of the winter 2011/12): bills of December to March
take the metered volume; bills of April to November the lower of that and 1.2 times the average of the lowest
three of the four winter bills, none counted below 2,000 gallons; a new resident's average is 7,000 gallons.

City of Vancouver, Washington, Municipal Code 14.04.230(A), effective January 1, 2023 and 2024: residential
sewer is charged on the winter's average whatever is metered, three CCF a month at least unless the customer
is a low-income senior.

City of Santa Rosa, California, City Code chapter 14-04, meters read on and after July 1, 2023 and 2024: water
up to the sewer cap (the winter's average) at one rate, above it at a higher one.
"""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.facts import DeterminantMissing
from tests.golden.tariffs.bills import LONG_AGO, bill, book_of, cents, words

BARTLESVILLE = book_of("bartlesville-sewer")
VANCOUVER = book_of("vancouver-sewer-1", "vancouver-sewer-2")
SANTA_ROSA = book_of("santa-rosa-water-1", "santa-rosa-water-2")

NOVEMBER = Period(date(2011, 11, 23), date(2011, 12, 23))
JUNE = Period(date(2012, 6, 1), date(2012, 7, 1))
MARCH = Period(date(2012, 3, 1), date(2012, 4, 1))

# The winter's bills were 8, 12, 30 and 10 thousand gallons: (8 + 12 + 10) / 3 = 10; the cap is 1.2 × 10 = 12.
TEN = "10"


def kgal(units: str) -> Quantity:
    return Quantity.of(units, Unit.KGAL)


def test_a_winter_bill_takes_the_metered_volume() -> None:
    rating = bill(BARTLESVILLE, "BARTLESVILLE-SEWER", kgal("12"), NOVEMBER, bill_date=date(2011, 12, 24))
    assert cents(rating) == [
        ("FIXED", 293),
        ("FLOW", 3648),  # 12 × 3.04
        ("CAPITAL", 1500),  # 12 × 1.25
    ]


@pytest.mark.parametrize(
    ("metered", "flow", "capital"),
    [
        ("9.3", 2827, 1163),  # 9.3 × 3.04 = 28.272; 9.3 × 1.25 = 11.625
        ("12", 3648, 1500),  # at the cap
        ("12.001", 3648, 1500),  # a gallon above it
        ("18.4", 3648, 1500),
    ],
)
def test_a_summer_bill_stops_at_one_and_a_fifth_of_the_average(metered: str, flow: int, capital: int) -> None:
    rating = bill(BARTLESVILLE, "BARTLESVILLE-SEWER", kgal(metered), JUNE, winter_average=TEN)
    assert cents(rating) == [("FIXED", 293), ("FLOW-CAPPED", flow), ("CAPITAL-CAPPED", capital)]


def test_a_new_resident_is_assumed_to_average_seven_thousand_gallons() -> None:
    rating = bill(BARTLESVILLE, "BARTLESVILLE-SEWER", kgal("15"), JUNE)
    assert cents(rating) == [
        ("FIXED", 293),
        ("FLOW-CAPPED", 2554),  # 1.2 × 7 = 8.4; 8.4 × 3.04 = 25.536
        ("CAPITAL-CAPPED", 1050),  # 8.4 × 1.25
    ]
    assert words(rating, "FLOW-CAPPED") == [
        "8.4 kgal at 3.04 = 25.54 USD (25.536 rounded half up); Tariff BARTLESVILLE-SEWER@1, "
        "capped residential method; metered 15 kgal, at most 8.4"
    ]


def test_the_month_of_the_bill_decides_not_that_of_the_service() -> None:
    in_march, in_april = (
        bill(BARTLESVILLE, "BARTLESVILLE-SEWER", kgal("15"), MARCH, bill_date=day, winter_average=TEN)
        for day in (date(2012, 3, 31), date(2012, 4, 1))
    )
    assert cents(in_march) == [("FIXED", 293), ("FLOW", 4560), ("CAPITAL", 1875)]  # 15 × 3.04, 15 × 1.25
    assert cents(in_april) == [("FIXED", 293), ("FLOW-CAPPED", 3648), ("CAPITAL-CAPPED", 1500)]


TWO_MONTHS = Period(date(2024, 4, 1), date(2024, 6, 1))


def ccf(units: int) -> Quantity:
    return Quantity.of(units, Unit.CCF)


@pytest.mark.parametrize(
    ("average", "determinants", "amount"),
    [
        ("11", {"limits": "inside"}, 7612),  # 11 × 6.92
        ("11", {"limits": "outside"}, 11154),  # 11 × 10.14
        ("6", {"limits": "inside"}, 4152),  # 6 × 6.92
        ("4", {"limits": "inside"}, 4152),  # the minimum of three a month, for two months
        ("0", {"limits": "inside"}, 4152),
        ("4", {"limits": "inside", "low_income_senior": "yes"}, 2768),  # 4 × 6.92
    ],
)
def test_sewer_is_charged_on_the_average_whatever_is_metered(
    average: str, determinants: dict[str, str], amount: int
) -> None:
    for metered in (0, 40):
        rating = bill(
            VANCOUVER,
            "VANCOUVER-SEWER",
            ccf(metered),
            TWO_MONTHS,
            winter_average=average,
            **determinants,
        )
        assert cents(rating) == [("SEWER", amount)]


def test_the_words_say_what_stands_in_place_of_the_metered_water() -> None:
    rating = bill(VANCOUVER, "VANCOUVER-SEWER", ccf(40), TWO_MONTHS, winter_average="4", limits="inside")
    assert words(rating, "SEWER") == [
        "6 ccf at 6.92 = 41.52 USD; Tariff VANCOUVER-SEWER@2, VMC 14.04.230(A); "
        "metered 40 ccf, in its place 4, at least 6"
    ]


def test_the_average_is_spread_over_the_days_before_and_after_new_year() -> None:
    # 31 days of December 2023 and 31 of January 2024: six CCF at each year's rate.
    over_new_year = Period(date(2023, 12, 1), date(2024, 2, 1))
    rating = bill(VANCOUVER, "VANCOUVER-SEWER", None, over_new_year, winter_average="12", limits="inside")
    assert cents(rating) == [("SEWER", 3918), ("SEWER", 4152)]  # 6 × 6.53, 6 × 6.92


def test_an_account_without_an_average_is_an_exception_that_says_so() -> None:
    with pytest.raises(DeterminantMissing, match="needs winter_average and the agreement has none"):
        bill(VANCOUVER, "VANCOUVER-SEWER", ccf(8), TWO_MONTHS, limits="inside")


@pytest.mark.parametrize(
    ("read", "usage", "amounts"),
    [
        (date(2024, 6, 30), 9, [3180, 2880]),  # 5 × 6.36, 4 × 7.20
        (date(2024, 7, 1), 9, [3305, 2996]),  # 5 × 6.61, 4 × 7.49
        (date(2024, 7, 1), 5, [3305]),
        (date(2024, 7, 1), 4, [2644]),  # 4 × 6.61
    ],
)
def test_the_day_the_meter_is_read_decides_the_rate(read: date, usage: int, amounts: list[int]) -> None:
    period = Period(date(2024, 6, 1), read)
    rating = bill(SANTA_ROSA, "SANTA-ROSA-WATER", kgal(str(usage)), period, sewer_cap="5")
    assert cents(rating) == [("WATER", amount) for amount in amounts]


def test_the_new_cap_comes_with_the_read_of_july() -> None:
    caps = Dated.since(LONG_AGO, "5").with_entry(date(2024, 7, 1), "6")
    period = Period(date(2024, 6, 1), date(2024, 7, 1))
    rating = bill(SANTA_ROSA, "SANTA-ROSA-WATER", kgal("9"), period, sewer_cap=caps)
    assert cents(rating) == [("WATER", 3966), ("WATER", 2247)]  # 6 × 6.61, 3 × 7.49
    assert words(rating, "WATER")[1] == (
        "3 kgal of tier 2 at 7.49 = 22.47 USD; Tariff SANTA-ROSA-WATER@2, SRCC 14-04, user charges (A)"
    )
