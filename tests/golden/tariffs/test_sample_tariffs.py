"""The sample tariffs of the tutorial, every figure worked by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.rating import Position, RatingRequest, TariffBook, compile_book
from chalicelib.tariff_documents.load import load_tariff_files

SAMPLES = Path(__file__).parents[3] / "samples" / "tariffs"
LONG_AGO = date(2000, 1, 1)


@pytest.fixture(scope="module")
def book() -> TariffBook:
    return compile_book(loaded.version for loaded in load_tariff_files(SAMPLES.glob("*.yaml")))


def lines(
    book: TariffBook,
    tariff: str,
    usage: Quantity,
    period: Period,
    position: Position = Position.REGULAR,
    **determinants: str,
) -> list[tuple[str, str, int]]:
    rating = book.rate(
        RatingRequest(
            tariff=Dated.since(LONG_AGO, tariff),
            period=period,
            bill_date=period.end,
            usage=usage,
            determinants={name: Dated.since(LONG_AGO, value) for name, value in determinants.items()},
            position=position,
        )
    )
    assert rating.total_minor == sum(line.amount_minor for line in rating.lines)
    return [(line.charge, line.tariff, line.amount_minor) for line in rating.lines]


def ccf(units: int) -> Quantity:
    return Quantity.of(units, Unit.CCF)


def test_an_ordinary_month_of_water(book: TariffBook) -> None:
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    # 12,716 gal ÷ 748 = 17 ccf exactly: 6 in tier 1, 8 in tier 2 (7th to 14th), 3 in tier 3.
    assert lines(book, "R-1", Quantity.of(12716, Unit.US_GALLON), march, meter_size="3/4") == [
        ("SVC", "R-1@3", 1520),
        ("WATER", "R-1@3", 1764),  # 6 × 2.94
        ("WATER", "R-1@3", 3432),  # 8 × 4.29
        ("WATER", "R-1@3", 2066),  # 3 × 6.885 = 20.655
        ("PUMP", "R-1@3", 298),  # 17 × 0.175 = 2.975
        ("CITY", "R-1@3", 545),  # 6 % of 90.80 = 5.448
        ("STATE", "R-1@3", 91),  # 1.25 % of 72.62 = 0.90775
    ]


def test_the_month_in_which_the_rates_rise_for_a_lifeline_customer(book: TariffBook) -> None:
    # 16 days of June at version 3, 14 of July at version 4; 17 ccf are 9.07 and 7.93 by days: 9 and 8.
    # Tier bounds 6 and 14 by days: 3.2 and 2.8 → 3 and 3; 7.47 and 6.53 → 7 and 7 (largest remainder).
    period = Period(date(2026, 6, 15), date(2026, 7, 15))
    assert lines(book, "R-1", ccf(17), period, meter_size="5/8", low_income="yes") == [
        ("SVC", "R-1@3", 659),  # 12.35 × 16/30 = 6.5867
        ("SVC", "R-1@4", 611),  # 13.10 × 14/30 = 6.1133
        ("WATER", "R-1@3", 882),  # 3 × 2.94
        ("WATER", "R-1@3", 1716),  # 4 × 4.29
        ("WATER", "R-1@3", 1377),  # 2 × 6.885
        ("WATER", "R-1@4", 933),  # 3 × 3.11
        ("WATER", "R-1@4", 1820),  # 4 × 4.55
        ("WATER", "R-1@4", 730),  # 1 × 7.295
        ("PUMP", "R-1@3", 298),  # unchanged: one line over the whole period
        ("LIFELINE", "R-1@3", -1500),  # 20 % of 87.28 = 17.456, capped
        ("CITY", "R-1@3", 452),  # 6 % of 75.26 = 4.5156
        ("STATE", "R-1@3", 93),  # 1.25 % of 74.58 = 0.93225
    ]


def test_an_opening_fortnight(book: TariffBook) -> None:
    # 14 days over 30. Bounds 6 × 14/30 = 2.8 → 3 and 14 × 14/30 = 6.53 → 7.
    period = Period(date(2026, 3, 10), date(2026, 3, 24))
    opened = lines(book, "R-1", ccf(8), period, Position.OPENING, meter_size="5/8", tax_exempt="yes")
    assert opened == [
        ("SVC", "R-1@3", 576),  # 12.35 × 14/30 = 5.7633
        ("WATER", "R-1@3", 882),  # 3 × 2.94
        ("WATER", "R-1@3", 1716),  # 4 × 4.29
        ("WATER", "R-1@3", 689),  # 1 × 6.885
        ("PUMP", "R-1@3", 140),  # 8 × 0.175
        ("STATE", "R-1@3", 41),  # 1.25 % of 32.87 = 0.410875; the city tax is exempt
    ]


def test_an_opening_bill_of_four_days_is_water_only(book: TariffBook) -> None:
    # 4 days over 30: bounds 0.8 → 1 and 1.87 → 2.
    period = Period(date(2026, 3, 10), date(2026, 3, 14))
    opened = lines(book, "R-1", ccf(2), period, Position.OPENING, meter_size="5/8", tax_exempt="yes")
    assert opened == [
        ("WATER", "R-1@3", 294),
        ("WATER", "R-1@3", 429),
        ("PUMP", "R-1@3", 35),
        ("STATE", "R-1@3", 9),  # 1.25 % of 7.23 = 0.090375
    ]


def test_sewer_below_and_above_its_minimum(book: TariffBook) -> None:
    march = Period(date(2026, 3, 1), date(2026, 4, 1))
    assert lines(book, "S-1", ccf(3), march) == [
        ("SVC", "S-1@1", 940),
        ("FLOW", "S-1@1", 926),  # 3 × 3.085 = 9.255
        ("MIN", "S-1@1", 234),  # 21.00 less 18.66
        ("DEBT", "S-1@1", 74),  # 3.5 % of 21.00 = 0.735
    ]
    assert lines(book, "S-1", ccf(9), march, zone="outside", dwelling_units="2") == [
        ("SVC", "S-1@1", 1880),
        ("FLOW", "S-1@1", 4165),  # 9 × 4.6275 = 41.6475
        ("DEBT", "S-1@1", 212),  # 3.5 % of 60.45 = 2.11575
    ]
