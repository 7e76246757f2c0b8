"""Droughts: Ashland, San Antonio, Coachella Valley. Every figure worked by hand.

City of Ashland, Oregon, Municipal Code 14.06.080 and its Water Allocation Table: in stages 1 to 3 water above
the allocation costs four times the rate more, in stage 4 ten times; from the first full billing period after
the stage is determined. One bill is the city's own example.

San Antonio Water System, Stage 3 surcharge for consumption on and after July 6, 2024: residential use above
20,000 gallons in a billing period.

Coachella Valley Water District, CVWDC 3.30.020(A), from September 1, 2022: outdoor budgets are cut by ten
percent; penalties on the use between the goal and the budget, and for each CCF, or portion of one, above it.
"""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from tests.golden.tariffs.bills import LONG_AGO, bill, book_of, cents, declared, words

# Stage 1 is determined on July 14: in force for billing periods that begin from July 15 on.
ASHLAND = book_of(
    "ashland-curtailment",
    conditions=[
        declared(
            "stage",
            (LONG_AGO, "0"),
            (date(2021, 7, 15), "1"),
            (date(2021, 9, 1), "2"),
            (date(2021, 10, 1), "4"),
            (date(2021, 11, 1), "3"),
            (date(2021, 12, 1), "0"),
        )
    ],
)
AUGUST = Period(date(2021, 8, 1), date(2021, 9, 1))
SEPTEMBER = Period(date(2021, 9, 1), date(2021, 10, 1))
OCTOBER = Period(date(2021, 10, 1), date(2021, 11, 1))
NOVEMBER = Period(date(2021, 11, 1), date(2021, 12, 1))
DECEMBER = Period(date(2021, 12, 1), date(2022, 1, 1))


def cubic_feet(count: int) -> Quantity:
    return Quantity.of(count, Unit.CUBIC_FOOT)


def test_the_citys_own_example() -> None:
    rating = bill(
        ASHLAND,
        "ASHLAND-CURTAILMENT",
        cubic_feet(5000),
        AUGUST,
        category="residential",
        meter_size="3/4",
    )
    assert cents(rating) == [("CURTAILMENT", 11312)]  # 5,000 less 3,600 at 4 × 0.0202
    assert words(rating, "CURTAILMENT") == [
        "1400 cf at 0.0808 = 113.12 USD; Tariff ASHLAND-CURTAILMENT@1, AMC 14.06.080; "
        "metered 5000 cf, less 3600 included"
    ]


@pytest.mark.parametrize(
    ("period", "category", "meter_size", "metered", "amount"),
    [
        (AUGUST, "residential", "3/4", 3600, None),  # at the allocation
        (AUGUST, "residential", "3/4", 3601, 8),  # 0.0808
        (SEPTEMBER, "residential", "1", 2600, 808),  # stage 2: 100 × 0.0808
        (SEPTEMBER, "commercial", "1", 10000, 6464),  # 800 × 0.0808
        (SEPTEMBER, "commercial", "2", 10000, None),
        (OCTOBER, "residential", "3/4", 1300, 8080),  # stage 4: 400 × 0.202
        (OCTOBER, "residential irrigation", "3/4", 250, 5050),  # nothing is allotted
        (NOVEMBER, "residential", "3/4", 1900, 808),  # stage 3: 100 × 0.0808
        (NOVEMBER, "condo", "3/4", 1300, None),
        (DECEMBER, "residential", "3/4", 9000, None),  # no stage any more
    ],
)
def test_the_stage_and_the_category_decide_the_allocation(
    period: Period, category: str, meter_size: str, metered: int, amount: int | None
) -> None:
    rating = bill(
        ASHLAND,
        "ASHLAND-CURTAILMENT",
        cubic_feet(metered),
        period,
        category=category,
        meter_size=meter_size,
    )
    assert cents(rating) == ([("CURTAILMENT", amount)] if amount else [])


def test_a_period_begun_before_the_stage_is_spared() -> None:
    begun_before = Period(date(2021, 7, 14), date(2021, 8, 14))
    begun_after = Period(date(2021, 7, 15), date(2021, 8, 14))
    before, after = (
        bill(
            ASHLAND,
            "ASHLAND-CURTAILMENT",
            cubic_feet(5000),
            period,
            category="residential",
            meter_size="3/4",
        )
        for period in (begun_before, begun_after)
    )
    assert cents(before) == []
    assert cents(after) == [("CURTAILMENT", 11312)]


SAN_ANTONIO = book_of(
    "san-antonio-drought",
    conditions=[declared("drought_stage", (LONG_AGO, "2"), (date(2024, 7, 6), "3"))],
)


@pytest.mark.parametrize(
    ("period", "metered", "amount"),
    [
        (Period(date(2024, 8, 1), date(2024, 9, 1)), 24500, 4667),  # 4.5 × 10.37 = 46.665
        (Period(date(2024, 8, 1), date(2024, 9, 1)), 20000, None),
        # Ten days before July 6, twenty after: 22 of 33 thousand gallons, less 13.333 of 20.
        (Period(date(2024, 6, 26), date(2024, 7, 26)), 33000, 8988),  # 8.667 × 10.37 = 89.87679
        (Period(date(2024, 6, 26), date(2024, 7, 26)), 20000, None),
    ],
)
def test_consumption_from_the_day_of_the_surcharge_bears_it(
    period: Period, metered: int, amount: int | None
) -> None:
    rating = bill(SAN_ANTONIO, "SAN-ANTONIO-DROUGHT", Quantity.of(metered, Unit.US_GALLON), period)
    assert cents(rating) == ([("DROUGHT", amount)] if amount else [])


COACHELLA = book_of(
    "coachella-penalty", conditions=[declared("reduction", (LONG_AGO, "0"), (date(2022, 9, 1), "10"))]
)
# An outdoor budget of 21.4: the budget is 29.4, the goal 8 + 0.9 × 21.4 = 27.26; 175 % are 51.45, 300 % 88.2.
CYCLE = Period(date(2022, 9, 12), date(2022, 10, 12))


@pytest.mark.parametrize(
    ("metered", "lines"),
    [
        (27, []),
        (28, [("EFFICIENT", 21)]),  # 0.74 × 0.29 = 0.2146
        (29, [("EFFICIENT", 50)]),  # 1.74 × 0.29 = 0.5046
        (30, [("EFFICIENT", 62), ("INEFFICIENT", 180)]),  # 2.14 × 0.29 = 0.6206; a portion of 0.6
        (52, [("EFFICIENT", 62), ("INEFFICIENT", 4140), ("EXCESSIVE", 316)]),  # 22.05: 23 × 1.80; 0.55
        (
            100,
            [
                ("EFFICIENT", 62),
                ("INEFFICIENT", 4140),
                ("EXCESSIVE", 11692),  # 88.2 less 51.45 = 36.75: 37 × 3.16
                ("WASTEFUL", 7728),  # 11.8: 12 × 6.44
            ],
        ),
    ],
)
def test_penalties_climb_with_the_budget(metered: int, lines: list[tuple[str, int]]) -> None:
    usage = Quantity.of(metered, Unit.CCF)
    rating = bill(COACHELLA, "COACHELLA-PENALTY", usage, CYCLE, outdoor_budget="21.4")
    assert cents(rating) == lines


def test_the_words_say_from_where_to_where_a_penalty_reaches() -> None:
    rating = bill(COACHELLA, "COACHELLA-PENALTY", Quantity.of(100, Unit.CCF), CYCLE, outdoor_budget="21.4")
    assert words(rating, "INEFFICIENT") == [
        "23 ccf at 1.80 = 41.40 USD; Tariff COACHELLA-PENALTY@1, CVWDC 3.30.020(A), tier 3; "
        "metered 100 ccf, at most 51.45, less 29.4 included, rounded up to a multiple of 1"
    ]


def test_the_first_complete_cycle_after_the_adoption_is_the_first_to_bear_it() -> None:
    begun_before = Period(date(2022, 8, 31), date(2022, 9, 30))
    usage = Quantity.of(100, Unit.CCF)
    assert cents(bill(COACHELLA, "COACHELLA-PENALTY", usage, begun_before, outdoor_budget="21.4")) == []
