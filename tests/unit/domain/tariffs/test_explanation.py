"""Every line can say in words and figures how it came about."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.charges.quantity import QuantityRule
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.domain.tariffs.explanation import explain_line
from chalicelib.domain.tariffs.rating import Position, Rating
from tests.unit.domain.tariffs.builders import (
    THIRTIETHS,
    UNITS,
    discount,
    flat,
    minimum,
    rate,
    service,
    tax,
    tiered,
    version,
)

NO_UNITS = Determinant(name="units", kind=DeterminantKind.NUMBER, default="0")


def words(rating: Rating) -> list[str]:
    return [explain_line(line, rating.currency) for line in rating.lines]


def test_usage_in_tiers_with_the_clause_of_the_ordinance() -> None:
    tariff = version(tiered(("0", "2.94"), ("6", "4.295"), clause="section 2"), version=3)
    assert words(rate(tariff, 9)) == [
        "6 ccf of tier 1 at 2.94 = 17.64 USD; Tariff R-1@3, section 2",
        "3 ccf of tier 2 at 4.295 = 12.89 USD (12.885 rounded half up); Tariff R-1@3, section 2",
    ]


def test_a_rate_change_names_its_day() -> None:
    change = date(2026, 4, 17)
    versions = [
        version(service("12"), tiered(("0", "2"), ("15", "3"))),
        version(service("15"), tiered(("0", "2"), ("15", "4")), version=2, effective_from=change),
    ]
    said = words(rate(versions, 15))
    assert said[0] == "12.00 × 16/30 = 6.40 USD; Tariff R-1@1; 16/30 because the terms changed on 2026-04-17"
    assert said[3] == (
        "7 ccf of tier 1 at 2.00 = 14.00 USD; Tariff R-1@2; "
        "14/30 of the tier width because the terms changed on 2026-04-17"
    )


def test_an_opening_bill_says_so() -> None:
    fortnight = Period(date(2026, 4, 1), date(2026, 4, 1) + timedelta(days=14))
    rating = rate(
        version(service("12.35"), proration=THIRTIETHS), 0, period=fortnight, position=Position.OPENING
    )
    assert words(rating) == [
        "12.35 × 14/30 = 5.76 USD (rounded half up); Tariff R-1@1; 14/30 because it is an opening bill"
    ]


def test_percentages_minimums_and_discounts_name_what_they_are_taken_on() -> None:
    tariff = version(
        flat("2.00"),
        minimum("21.00", "WATER"),
        discount("WATER", "MIN", percent="20", cap="4.00"),
        discount("WATER", credit="1.50", code="CREDIT"),
        tax("6", "WATER", "MIN", "LIFELINE"),
    )
    assert words(rate(tariff, 10))[1:] == [
        "the minimum of 21.00 less 20.00 = 1.00 USD; Tariff R-1@1",
        "−20% of 21.00, limited to −4.00 USD; Tariff R-1@1",
        "a credit of 1.50 on 20.00 = −1.50 USD; Tariff R-1@1",
        "6% of 17.00 = 1.02 USD; Tariff R-1@1",
    ]


def test_a_charge_for_each_dwelling_names_the_count_when_there_are_several() -> None:
    tariff = version(service("9.405", times="dwelling_units"), determinants=(UNITS,))
    assert words(rate(tariff, 0, dwelling_units="3")) == [
        "3 dwelling units at 9.405 = 28.22 USD (28.215 rounded half up); Tariff R-1@1"
    ]
    assert words(rate(tariff, 0, dwelling_units="1")) == [
        "9.405 = 9.41 USD (9.405 rounded half up); Tariff R-1@1"
    ]


def test_a_rounding_rule_other_than_half_up_is_named() -> None:
    tariff = version(flat("1.005", rounding=RoundingRule.DOWN))
    assert words(rate(tariff, 1)) == ["1 ccf at 1.005 = 1.00 USD (1.005 rounded down); Tariff R-1@1"]


def test_shared_parts_say_that_they_are_parts() -> None:
    versions = [
        version(service("12.35", fund="OLD")),
        version(service("12.35", fund="NEW"), version=2, effective_from=date(2026, 4, 11)),
    ]
    assert words(rate(versions, 0))[1] == (
        "12.35 × 20/30 = 8.23 USD; Tariff R-1@2; 20/30 because the terms changed on 2026-04-11; "
        "part of a whole that is rounded once and shared by days"
    )


def test_a_minimum_for_some_days_is_rounded_before_anything_is_taken_from_it() -> None:
    fortnight = Period(date(2026, 4, 1), date(2026, 4, 15))
    rating = rate(version(flat("2.00"), minimum("21.05", "WATER"), proration=THIRTIETHS), 1, period=fortnight)
    assert words(rating)[1] == (
        "the minimum of 21.05 × 14/30 (= 9.82, rounded half up) less 2.00 = 7.82 USD; Tariff R-1@1; "
        "14/30 because the bill is shorter than usual"
    )


def test_a_discount_of_more_than_there_is_says_what_limits_it() -> None:
    rating = rate(version(flat("2.00"), discount("WATER", credit="5.00", code="CREDIT")), 1)
    assert words(rating)[1] == (
        "a credit of 5.00 on 2.00, limited to what it is taken from: −2.00 USD; Tariff R-1@1"
    )


def test_the_share_of_a_capped_percentage_is_one_of_its_limit() -> None:
    fortnight = Period(date(2026, 4, 1), date(2026, 4, 15))
    capped = version(flat("2.00"), discount("WATER", percent="20", cap="6.00"), proration=THIRTIETHS)
    assert words(rate(capped, 30, period=fortnight))[1] == (
        "−20% of 60.00, limited to −2.80 USD; Tariff R-1@1; "
        "14/30 of the limit because the bill is shorter than usual"
    )


def test_quantities_of_a_full_bill_say_what_share_of_them_holds() -> None:
    fortnight = Period(date(2026, 4, 1), date(2026, 4, 15))
    charge = flat("2.00", quantity=QuantityRule(at_most=Decimal(15)))
    assert words(rate(version(charge, proration=THIRTIETHS), 10, period=fortnight)) == [
        "7 ccf at 2.00 = 14.00 USD; Tariff R-1@1; metered 10 ccf, at most 7; "
        "14/30 of these quantities because the bill is shorter than usual"
    ]


def test_a_count_of_none_is_said() -> None:
    tariff = version(service("12.00", times="units"), determinants=(NO_UNITS,))
    assert words(rate(tariff, 0)) == ["0 units at 12.00 = 0.00 USD; Tariff R-1@1"]
