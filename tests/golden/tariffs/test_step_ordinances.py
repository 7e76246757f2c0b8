"""Step rates: Kerala and Delhi. Every figure worked by hand.

Kerala Water Authority, water tariff with effect from February 3, 2023, domestic: an amount up to 5,000 liters
a month, amounts and a rate for what exceeds them up to 15,000, then one rate "for the entire consumption" by
what that comes to; nothing up to 15,000 liters for families below the poverty line; a fixed charge for each
dwelling unit of flats.

Delhi Jal Board, domestic: a service charge and a volumetric charge by the month's consumption up to 20, up to
30 and above 30 kiloliters, and 60 percent of the volumetric charge for the sewer. The board raised volumetric
charges above 20 kiloliters on December 26, 2017, from February 1, 2018 on. That a rate is for the entire
volume shows in the press: "it pays for the entire volume it has consumed, not just the extra over 20 kl", 21
kiloliters on the slab of 181.50 and 18.15 came to 791.34 (Financial Express, December 31, 2013). The figures
up to 20 kiloliters are those of the New Delhi Municipal Council, whose schedule of 2017 is the same one.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from tests.golden.tariffs.bills import bill, book_of, cents, words

KERALA = book_of("kerala-domestic")
DELHI = book_of("delhi-domestic-1", "delhi-domestic-2")
MARCH = Period(date(2023, 3, 1), date(2023, 4, 1))


def liters(count: int) -> Quantity:
    return Quantity.of(count, Unit.LITER)


@pytest.mark.parametrize(
    ("metered", "lines"),
    [
        (0, [7205]),
        (5_000, [7205]),  # 5 × 14.41
        (7_500, [7205, 3603]),  # 2.5 × 14.41 = 36.025
        (10_000, [7205, 7205]),  # 144.10, with which the next step begins
        (12_000, [14410, 3102]),  # 2 × 15.51
        (15_000, [14410, 7755]),  # 221.65
        (15_001, [24932]),  # 15.001 × 16.62 = 249.31662: a liter more costs 27.67
        (20_000, [33240]),
        (24_000, [42528]),  # 24 × 17.72
        (30_000, [59760]),  # 30 × 19.92
        (31_000, [72013]),  # 31 × 23.23
        (50_000, [127200]),  # 50 × 25.44
        (50_500, [127200, 2705]),  # 0.5 × 54.10
    ],
)
def test_entire_consumption_is_at_the_rate_of_its_slab(metered: int, lines: list[int]) -> None:
    rating = bill(KERALA, "KERALA-DOMESTIC", liters(metered), MARCH)
    assert cents(rating) == [("WATER", amount) for amount in lines]


@pytest.mark.parametrize(("metered", "due"), [(0, 0), (15_000, 0), (15_001, 24932), (52_000, 127200 + 10820)])
def test_a_family_below_the_poverty_line_pays_beyond_its_allowance_for_all(metered: int, due: int) -> None:
    rating = bill(KERALA, "KERALA-DOMESTIC", liters(metered), MARCH, below_poverty_line="yes")
    assert rating.total_minor == due
    assert {line.charge for line in rating.lines} == {"WATER-BPL"}


def test_flats_pay_for_each_dwelling_unit() -> None:
    rating = bill(KERALA, "KERALA-DOMESTIC", liters(38_000), MARCH, flat="yes", dwelling_units="4")
    assert cents(rating) == [("WATER", 88274), ("FLAT", 22052)]  # 38 × 23.23, 4 × 55.13


def test_the_words_name_the_step() -> None:
    excess, entire = (bill(KERALA, "KERALA-DOMESTIC", liters(used), MARCH) for used in (12_000, 24_000))
    assert words(excess, "WATER") == [
        "step 3 reached: 144.10 INR; Tariff KERALA-DOMESTIC@1, domestic",
        "step 3 reached: 2 m3 at 15.51 = 31.02 INR; Tariff KERALA-DOMESTIC@1, domestic; "
        "metered 12 m3, less 10 included",
    ]
    assert words(entire, "WATER") == [
        "step 5 reached: 24 m3 at 17.72 = 425.28 INR; Tariff KERALA-DOMESTIC@1, domestic"
    ]


@pytest.mark.parametrize(
    ("month", "used", "lines"),
    [
        (date(2017, 3, 1), 20, [14641, 8780, 5268]),  # 20 × 4.39; 60% of 87.80
        (date(2017, 3, 1), 21, [21962, 46137, 27682]),  # 21 × 21.97; 60% of 461.37 = 276.822
        (date(2017, 3, 1), 30, [21962, 65910, 39546]),
        (date(2017, 3, 1), 31, [29282, 113491, 68095]),  # 31 × 36.61; 680.946
        (date(2018, 3, 1), 20, [14641, 8780, 5268]),
        (date(2018, 3, 1), 21, [21962, 55356, 33214]),  # 21 × 26.36; 332.136
        (date(2018, 3, 1), 31, [29282, 136183, 81710]),  # 31 × 43.93; 817.098
    ],
)
def test_service_and_volume_go_by_what_the_month_comes_to(month: date, used: int, lines: list[int]) -> None:
    period = Period(month, month + timedelta(days=31))
    rating = bill(DELHI, "DELHI-DOMESTIC", Quantity.of(used, Unit.CUBIC_METER), period)
    assert cents(rating) == list(zip(("SERVICE", "VOLUME", "SEWER"), lines, strict=True))


def test_a_month_with_both_rates_is_on_one_step() -> None:
    # Half of January and half of February: of 21 kl the parts have 11 and 10, of the mark they had 10 each.
    period = Period(date(2018, 1, 17), date(2018, 2, 16))
    rating = bill(DELHI, "DELHI-DOMESTIC", Quantity.of(21, Unit.CUBIC_METER), period)
    assert cents(rating) == [
        ("SERVICE", 21962),  # the same under both
        ("VOLUME", 24167),  # 11 × 21.97
        ("VOLUME", 26360),  # 10 × 26.36
        ("SEWER", 30316),  # 60% of 505.27 = 303.162
    ]
