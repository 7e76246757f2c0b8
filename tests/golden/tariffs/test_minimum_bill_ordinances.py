"""Minimum bills that include water: Cicero, Rock Valley, West Chester. Every figure worked by hand.

Town of Cicero, Indiana, water rates and charges, phases I (July 1, 2022) and II (January 1, 2023): declining
blocks by the thousand gallons (A), and a minimum by meter size, the price of an allowed volume (B).

City of Rock Valley, Iowa, City Code 92.02 (Ordinance 458-16): the first 1,000 gallons and a debt charge for
every unit on the meter, water in excess of 1,000 gallons a unit by the thousand.

Borough of West Chester, Pennsylvania, sewer as of January 1, 2021: a charge for the first 2,000 gallons or
less, and one for each further 1,000 gallons or any part of them.
"""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from tests.golden.tariffs.bills import bill, book_of, cents, words

CICERO = book_of("cicero-water-1", "cicero-water-2")
ROCK_VALLEY = book_of("rock-valley-water")
WEST_CHESTER = book_of("west-chester-sewer")

OCTOBER = Period(date(2022, 10, 1), date(2022, 11, 1))
FEBRUARY = Period(date(2023, 2, 1), date(2023, 3, 1))


def gallons(count: int) -> Quantity:
    return Quantity.of(count, Unit.US_GALLON)


@pytest.mark.parametrize(
    ("meter_size", "metered", "lines"),
    [
        ("5/8", 2400, [("WATER", 1879), ("MIN", 470)]),  # 2.4 × 7.83 = 18.792; 23.49 less 18.79
        ("5/8", 3000, [("WATER", 2349)]),  # 3 × 7.83: the allowed gallons come to the minimum
        ("5/8", 12500, [("WATER", 3915), ("WATER", 3445), ("WATER", 1563)]),  # 5 × 7.83, 5 × 6.89, 15.625
        ("2", 0, [("MIN", 7360)]),
        ("2", 10000, [("WATER", 3915), ("WATER", 3445)]),  # 73.60, its minimum
    ],
)
def test_water_comes_to_at_least_the_minimum_of_the_meter(
    meter_size: str, metered: int, lines: list[tuple[str, int]]
) -> None:
    rating = bill(CICERO, "CICERO-WATER", gallons(metered), OCTOBER, meter_size=meter_size)
    assert cents(rating) == lines


ALLOWED = {"5/8": 3000, "1": 4000, "1.25": 6000, "1.5": 9000, "2": 10000, "3": 12000, "4": 14000, "6": 16000}


@pytest.mark.parametrize(
    ("period", "minimums"),
    [
        # 7.83 a thousand up to 5, 6.89 up to 10, 6.25 up to 20
        (OCTOBER, [2349, 3132, 4604, 6671, 7360, 8610, 9860, 11110]),
        # 8.77, 7.72, 7.00
        (FEBRUARY, [2631, 3508, 5157, 7473, 8245, 9645, 11045, 12445]),
    ],
)
def test_a_minimum_is_the_price_of_the_allowed_gallons(period: Period, minimums: list[int]) -> None:
    for (meter_size, allowed), minimum in zip(ALLOWED.items(), minimums, strict=True):
        used = bill(CICERO, "CICERO-WATER", gallons(allowed), period, meter_size=meter_size)
        unused = bill(CICERO, "CICERO-WATER", gallons(0), period, meter_size=meter_size)
        assert used.total_minor == minimum
        assert cents(unused) == [("MIN", minimum)]


def test_the_last_block() -> None:
    first, second = (
        bill(CICERO, "CICERO-WATER", gallons(25000), period, meter_size="2").total_minor
        for period in (OCTOBER, FEBRUARY)
    )
    assert first == 3915 + 3445 + 6250 + 2505  # the last 5 × 5.01
    assert second == 4385 + 3860 + 7000 + 2805  # 5 × 5.61


def test_the_words_say_what_the_minimum_adds() -> None:
    rating = bill(CICERO, "CICERO-WATER", gallons(2400), OCTOBER, meter_size="5/8")
    assert words(rating, "MIN") == ["the minimum of 23.49 less 18.79 = 4.70 USD; Tariff CICERO-WATER@1, (B)"]


def test_the_minimum_of_a_three_quarter_inch_meter_is_as_the_code_prints_it() -> None:
    # The code prints 26.10 where three thousand gallons at 8.77 come to 26.31.
    full, less = (
        bill(CICERO, "CICERO-WATER", gallons(metered), FEBRUARY, meter_size="3/4") for metered in (3000, 2900)
    )
    assert cents(full) == [("WATER", 2631)]
    assert cents(less) == [("WATER", 2543), ("MIN", 67)]  # 2.9 × 8.77 = 25.433; 26.10 less 25.43


def test_both_minimums_count_for_their_days_when_the_rates_rise() -> None:
    # 16 days of 31 at phase I, 15 at phase II: 3.1 thousand gallons are 1.6 and 1.5.
    over_new_year = Period(date(2022, 12, 16), date(2023, 1, 16))
    rating = bill(CICERO, "CICERO-WATER", gallons(3100), over_new_year, meter_size="1")
    assert cents(rating) == [
        ("WATER", 1253),  # 1.6 × 7.83 = 12.528
        ("WATER", 1316),  # 1.5 × 8.77 = 13.155
        ("MIN", 364),  # 31.32 × 16/31 = 16.1652, less 12.53
        ("MIN", 381),  # 35.08 × 15/31 = 16.9742, less 13.16
    ]
    assert words(rating, "MIN")[1] == (
        "the minimum of 35.08 × 15/31 (= 16.97, rounded half up) less 13.16 = 3.81 USD; "
        "Tariff CICERO-WATER@2, (B); "
        "15/31 because the terms changed on 2023-01-01"
    )


@pytest.mark.parametrize(
    ("units", "metered", "lines"),
    [
        ("1", 0, [("FIRST", 1620), ("DEBT", 1000)]),
        ("1", 1000, [("FIRST", 1620), ("DEBT", 1000)]),
        ("1", 6400, [("FIRST", 1620), ("DEBT", 1000), ("EXCESS", 1323)]),  # 5.4 × 2.45
        ("6", 6000, [("FIRST", 9720), ("DEBT", 6000)]),
        ("6", 19500, [("FIRST", 9720), ("DEBT", 6000), ("EXCESS", 3308)]),  # 13.5 × 2.45 = 33.075
    ],
)
def test_every_unit_on_the_meter_brings_its_thousand_gallons(
    units: str, metered: int, lines: list[tuple[str, int]]
) -> None:
    rating = bill(ROCK_VALLEY, "ROCK-VALLEY-WATER", gallons(metered), FEBRUARY, units=units)
    assert cents(rating) == lines


def test_the_words_say_how_many_units_and_what_is_included() -> None:
    rating = bill(ROCK_VALLEY, "ROCK-VALLEY-WATER", gallons(19500), FEBRUARY, units="6")
    assert words(rating, "FIRST") == [
        "6 units at 16.20 = 97.20 USD; Tariff ROCK-VALLEY-WATER@1, 92.02(1), (5)"
    ]
    assert words(rating, "EXCESS") == [
        "13.5 kgal at 2.45 = 33.08 USD (33.075 rounded half up); Tariff ROCK-VALLEY-WATER@1, 92.02(2), (5); "
        "metered 19.5 kgal, less 6 included"
    ]


@pytest.mark.parametrize(
    ("metered", "excess"),
    [
        (1500, None),
        (2000, None),
        (2001, 799),  # one gallon starts a thousand
        (3000, 799),
        (7350, 4794),  # 5.35 thousand are six started: 6 × 7.99
        (8000, 4794),
        (8001, 5593),  # 7 × 7.99
    ],
)
def test_any_part_of_a_thousand_gallons_counts_whole(metered: int, excess: int | None) -> None:
    rating = bill(WEST_CHESTER, "WEST-CHESTER-SEWER", gallons(metered), FEBRUARY)
    assert cents(rating) == [("MINIMUM", 3011)] + ([("EXCESS", excess)] if excess else [])


def test_the_words_say_in_which_steps() -> None:
    rating = bill(WEST_CHESTER, "WEST-CHESTER-SEWER", gallons(7350), FEBRUARY)
    assert words(rating, "EXCESS") == [
        "6 kgal at 7.99 = 47.94 USD; Tariff WEST-CHESTER-SEWER@1, rates of 2021; "
        "metered 7.35 kgal, less 2 included, rounded up to a multiple of 1"
    ]
