"""Water budgets by weather: Western Municipal Water District. Every figure worked by hand.

Western Municipal Water District, California, Murrieta retail service area, Resolution 2974, for services
billed on or after January 1, 2018: an indoor budget of 60 gallons a person and day (three persons unless a
variance is granted), an outdoor budget of 0.7 × evapotranspiration × irrigated area × 0.62 gallons, and
tiers at the indoor budget and at 100, 125 and 150 percent of the whole. The district shows its budgets with
one decimal: three persons and thirty days are 7.2 billing units.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.conditions import Condition, Reading
from chalicelib.domain.tariffs.facts import DeterminantMissing
from chalicelib.domain.tariffs.rating import TariffBook
from tests.golden.tariffs.bills import bill, book_of, cents, words

MAY = Period(date(2018, 5, 1), date(2018, 6, 1))
APRIL = Period(date(2018, 4, 1), date(2018, 5, 1))


def inches(april: str, may: str) -> list[Reading]:
    return [Reading(APRIL, Decimal(april)), Reading(MAY, Decimal(may))]


@pytest.fixture(scope="module")
def book() -> TariffBook:
    weather = Condition(
        name="evapotranspiration",
        revision=1,
        by="microclimate",
        readings={"valley": inches("4.50", "5.72"), "hills": inches("4.10", "5.00")},
    )
    return book_of("western-murrieta", conditions=[weather])


HOME = {"meter_size": "5/8", "irrigated_area": "1500", "microclimate": "valley"}


def ccf(units: int) -> Quantity:
    return Quantity.of(units, Unit.CCF)


def test_five_tiers_of_a_dry_may(book: TariffBook) -> None:
    # Indoor: 60 × 3 × 31 / 748 = 7.4599 → 7.5. Outdoor: 0.7 × 5.72 × 1500 × 0.62 / 748 = 4.9782 → 5.0.
    # The budget is 12.5; 125 percent are 15.625, 150 percent 18.75.
    rating = bill(book, "WESTERN-MURRIETA", ccf(20), MAY, **HOME)
    assert cents(rating) == [
        ("SERVICE", 2634),
        ("WATER", 1376),  # 7.5 × 1.834 = 13.755
        ("WATER", 1974),  # 5.0 × 3.948
        ("WATER", 1485),  # 3.125 × 4.751 = 14.846875
        ("WATER", 1622),  # 3.125 × 5.191 = 16.221875
        ("WATER", 759),  # 1.25 × 6.071 = 7.58875
    ]
    assert words(rating, "WATER")[1] == (
        "5 ccf of tier 2 at 3.948 = 19.74 USD; Tariff WESTERN-MURRIETA@1, water budget rates"
    )


def test_weather_counts_with_its_share_of_days(book: TariffBook) -> None:
    # 15 days of April and 15 of May: 4.50 × 15/30 + 5.72 × 15/31 = 5.017742 inches.
    # Indoor: 60 × 3 × 30 / 748 = 7.2193 → 7.2. Outdoor: 0.7 × 5.017742 × 1500 × 0.62 / 748 = 4.3671 → 4.4.
    rating = bill(book, "WESTERN-MURRIETA", ccf(13), Period(date(2018, 4, 16), date(2018, 5, 16)), **HOME)
    assert cents(rating) == [
        ("SERVICE", 2634),
        ("WATER", 1320),  # 7.2 × 1.834 = 13.2048
        ("WATER", 1737),  # 4.4 × 3.948 = 17.3712
        ("WATER", 665),  # 1.4 × 4.751 = 6.6514, above the budget of 11.6
    ]


def test_five_persons_in_cooler_hills(book: TariffBook) -> None:
    # Indoor: 60 × 5 × 31 / 748 = 12.4332 → 12.4. Outdoor: 0.7 × 5.00 × 1500 × 0.62 / 748 = 4.3516 → 4.4.
    hills = {**HOME, "microclimate": "hills", "people": "5", "zone": "Grizzly Ridge", "meter_size": "1"}
    rating = bill(book, "WESTERN-MURRIETA", ccf(16), MAY, **hills)
    assert cents(rating) == [
        ("SERVICE", 5540),
        ("WATER", 2542),  # 12.4 × 2.05
        ("WATER", 1499),  # 3.6 × 4.164 = 14.9904
    ]


def test_a_household_without_a_garden_has_no_second_tier(book: TariffBook) -> None:
    # The budget is the indoor one, 7.5; 125 percent are 9.375.
    rating = bill(book, "WESTERN-MURRIETA", ccf(9), MAY, **{**HOME, "irrigated_area": "0"})
    assert cents(rating) == [
        ("SERVICE", 2634),
        ("WATER", 1376),
        ("WATER", 713),  # 1.5 × 4.751 = 7.1265
    ]
    assert [line.tier.number for line in rating.lines if line.tier] == [1, 3]


def test_days_without_a_reading_make_an_exception(book: TariffBook) -> None:
    june = Period(date(2018, 5, 16), date(2018, 6, 16))
    with pytest.raises(DeterminantMissing, match="not all days of the period are measured"):
        bill(book, "WESTERN-MURRIETA", ccf(9), june, **HOME)
