"""An agreement's own average, every figure worked by hand beside the test."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.domain.averages.measure import own_average
from chalicelib.domain.averages.rule import BillsIn, Method
from chalicelib.domain.kernel.month_day import MonthDay
from tests.unit.domain.averages.builders import a_bill, a_rule, winter


def exactly(billed: list, **rule: object) -> Fraction | None:  # type: ignore[type-arg]
    return own_average(billed, rule=a_rule(**rule), year=2026).exact  # type: ignore[arg-type]


def test_three_winter_bills_are_averaged_and_say_so() -> None:
    # 12.4 + 11.0 + 13.1 = 36.5; 36.5 / 3 = 12.1666…
    own = own_average(winter("12.4", "11.0", "13.1"), rule=a_rule(), year=2026)

    assert own.exact == Fraction(365, 30)
    assert own.words == (
        "12.4 + 11 + 13.1 ccf over 3 bills ended 2025-12-14, 2026-01-14 and 2026-02-14 = 36.5 / 3 = 12.17"
    )


def test_a_bill_counts_where_its_last_day_lies() -> None:
    before = a_bill("2025-10-31", "2025-12-01", "99")  # its last day is November 30
    first = a_bill("2025-11-02", "2025-12-02", "3")  # December 1
    last = a_bill("2026-03-02", "2026-04-01", "5")  # March 31
    after = a_bill("2026-03-03", "2026-04-02", "99")  # April 1
    assert exactly([before, first], least_bills=1) == 3
    assert exactly([last, after], least_bills=1) == 5


def test_too_few_bills_give_no_average_and_are_told() -> None:
    own = own_average(winter("12", "11"), rule=a_rule(), year=2026)
    assert own.exact is None
    assert own.words == "2 bills in the window (12 and 11 ccf), 3 needed"
    assert own_average([], rule=a_rule(), year=2026).words == "no bill in the window, 3 needed"


def test_the_water_of_thirty_days_does_not_ask_how_long_bills_were() -> None:
    # 30 + 31 + 31 = 92 days; 36.5 × 30 / 92 = 11.902…
    own = own_average(winter("12.4", "11.0", "13.1"), rule=a_rule(method=Method.MEAN_PER_30_DAYS), year=2026)
    assert own.exact == Fraction(365, 10) * 30 / 92
    assert own.words.endswith("= 36.5 in 92 days × 30 = 11.9")


def test_bills_that_overlap_the_window_count_by_the_share_of_their_days() -> None:
    # November 15 to December 14 are 30 days, 14 of them in December: 12.4 × 14/30 = 5.78666…
    # with 11.0 and 13.1 whole: 29.88666… over 2.4666… bills = 12.1162…
    own = own_average(
        winter("12.4", "11.0", "13.1"),
        rule=a_rule(bills=BillsIn.OVERLAPPING, least_bills=2),
        year=2026,
    )
    water, over = Fraction("12.4") * 14 / 30 + Fraction("24.1"), Fraction(14, 30) + 2
    assert own.exact == water / over
    assert own.words.startswith("12.4 × 14/30 + 11 + 13.1 ccf over 3 bills")
    assert own.words.endswith("= 12.12")
    # 2.47 bills' worth is less than three bills
    assert exactly(winter("12.4", "11.0", "13.1"), bills=BillsIn.OVERLAPPING) is None


def test_days_in_the_window_weigh_in_a_mean_of_thirty_days() -> None:
    # 14 + 31 + 31 = 76 days
    found = exactly(
        winter("12.4", "11.0", "13.1"),
        bills=BillsIn.OVERLAPPING,
        least_bills=2,
        method=Method.MEAN_PER_30_DAYS,
    )
    assert found == (Fraction("12.4") * 14 / 30 + Fraction("24.1")) * 30 / 76


def test_the_lowest_three_of_four() -> None:
    own = own_average(winter("12", "30", "9", "15"), rule=a_rule(method=Method.LOWEST, of_bills=3), year=2026)
    assert own.exact == 12  # 9, 12, 15
    assert own.words == (
        "lowest 3 of 4 bills: 12 + 9 + 15 ccf over 3 bills ended 2025-12-14, 2026-02-14 and 2026-03-14 "
        "= 36 / 3 = 12"
    )
    assert exactly(winter("12", "30", "9", "15"), method=Method.HIGHEST, of_bills=2, least_bills=2) == (
        Fraction(45, 2)
    )


def test_the_median_is_not_moved_by_a_leak() -> None:
    assert exactly(winter("12", "300", "9"), method=Method.MEDIAN) == 12
    assert exactly(winter("12", "300", "9", "13"), method=Method.MEDIAN) == Fraction(25, 2)


def test_three_years_are_averaged_each_for_itself() -> None:
    # 2026: 12; 2025: (6 + 9 + 9) / 3 = 8; 2024: one bill, too few. (12 + 8) / 2 = 10
    bills = [
        *winter("12", "12", "12"),
        a_bill("2024-11-15", "2024-12-15", "6"),
        a_bill("2024-12-15", "2025-01-15", "9"),
        a_bill("2025-01-15", "2025-02-15", "9"),
        a_bill("2023-12-15", "2024-01-15", "40"),
    ]
    own = own_average(bills, rule=a_rule(years=3, least_years=2), year=2026)
    assert own.exact == 10
    assert own.words.endswith("2024: 1 bill in the window (40 ccf), 3 needed; mean of 2 years = 10")
    assert own.words.startswith("2026: 12 + 12 + 12 ccf")

    short = own_average(bills, rule=a_rule(years=3, least_years=3), year=2026)
    assert short.exact is None
    assert short.words.endswith("2 years with enough bills, 3 needed")


def test_a_season_within_one_year_is_that_years() -> None:
    summer = a_rule(first=MonthDay(6, 1), last=MonthDay(9, 30), least_bills=1)
    bills = [a_bill("2025-06-10", "2025-07-10", "7"), a_bill("2026-06-10", "2026-07-10", "8")]
    assert own_average(bills, rule=summer, year=2026).exact == 8
    assert own_average(bills, rule=summer, year=2025).exact == 7
