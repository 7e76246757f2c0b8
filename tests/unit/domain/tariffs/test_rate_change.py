"""A change inside a period: which days are charged at which rate, and that nothing is lost between them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.line import Factor, Note, Tier
from chalicelib.domain.tariffs.rating import compile_book
from chalicelib.domain.tariffs.version import Effectivity, TariffVersion
from tests.unit.domain.tariffs.builders import (
    APRIL,
    LONG_AGO,
    LOW_INCOME,
    METER_SIZE,
    by,
    cents,
    discount,
    flat,
    minimum,
    rate,
    request,
    service,
    tax,
    tiered,
    version,
)

CHANGE = date(2026, 4, 17)  # 16 days of April before it, 14 after


def raised(effectivity: Effectivity) -> list[TariffVersion]:
    """Service 12.00 → 15.00, water 2.00 → 3.00."""
    return [
        version(service("12.00"), flat("2.00")),
        version(service("15.00"), flat("3.00"), version=2, effective_from=CHANGE, effectivity=effectivity),
    ]


def test_by_service_day_each_day_is_at_its_own_rate() -> None:
    rating = rate(raised(Effectivity.SERVICE_DAY), 30)
    # 12 × 16/30 = 6.40, 15 × 14/30 = 7.00; 16 units at 2, 14 at 3.
    assert cents(rating) == [("SVC", 640), ("SVC", 700), ("WATER", 3200), ("WATER", 4200)]
    assert [line.tariff for line in rating.lines] == ["R-1@1", "R-1@2"] * 2
    assert [line.factor for line in rating.lines[:2]] == [Factor(16, 30), Factor(14, 30)]
    assert [line.period for line in rating.lines[2:]] == [
        Period(APRIL.start, CHANGE),
        Period(CHANGE, APRIL.end),
    ]


@pytest.mark.parametrize(
    ("effectivity", "bill_date", "total_minor"),
    [
        (Effectivity.BILL_DATE, date(2026, 4, 17), 1500 + 9000),
        (Effectivity.BILL_DATE, date(2026, 4, 16), 1200 + 6000),
        (Effectivity.PERIOD_START, date(2026, 5, 2), 1200 + 6000),
        (Effectivity.PERIOD_END, date(2026, 5, 2), 1500 + 9000),
    ],
)
def test_otherwise_one_day_decides_for_the_whole_bill(
    effectivity: Effectivity, bill_date: date, total_minor: int
) -> None:
    rating = rate(raised(effectivity), 30, bill_date=bill_date)
    assert rating.total_minor == total_minor
    assert len(rating.lines) == 2


def test_period_end_means_the_last_day_of_service_not_the_read_day() -> None:
    until_the_change = Period(date(2026, 3, 18), CHANGE)
    one_more = Period(date(2026, 3, 18), date(2026, 4, 18))
    old, new = (
        rate(raised(Effectivity.PERIOD_END), 0, period=period) for period in (until_the_change, one_more)
    )
    assert (old.total_minor, new.total_minor) == (1200, 1500)


def test_closing_read_takes_the_new_rate_for_meters_read_on_its_day() -> None:
    the_day_before = Period(date(2026, 3, 18), date(2026, 4, 16))
    until_the_change = Period(date(2026, 3, 18), CHANGE)
    old, new = (
        rate(raised(Effectivity.CLOSING_READ), 0, period=period)
        for period in (the_day_before, until_the_change)
    )
    assert (old.total_minor, new.total_minor) == (1200, 1500)


def test_closing_read_takes_the_attributes_of_the_day_of_the_read() -> None:
    sized = version(
        service(by("meter_size", {"5/8": "12", "1": "20"})),
        determinants=(METER_SIZE,),
        effectivity=Effectivity.CLOSING_READ,
    )
    exchanged = Dated.since(LONG_AGO, "5/8").with_entry(APRIL.end, "1")
    book = compile_book([sized])
    totals = [
        book.rate(request(0, meter_size=size, bill_date=date(2026, 5, 20))).total_minor
        for size in ("5/8", exchanged)
    ]
    assert totals == [1200, 2000]


def test_period_start_takes_the_new_rate_from_its_first_full_period() -> None:
    following = Period(CHANGE, date(2026, 5, 17))
    assert rate(raised(Effectivity.PERIOD_START), 0, period=following).total_minor == 1500


def test_tier_widths_follow_the_days_of_each_rate() -> None:
    tiers = [
        version(tiered(("0", "1"), ("10", "2"))),
        version(tiered(("0", "3"), ("10", "4")), version=2, effective_from=CHANGE),
    ]
    # 30 units: 16 and 14. Width 10 by days: 5.33 and 4.67 → 5 and 5 (largest remainder).
    rating = rate(tiers, 30)
    assert [(line.tier, line.quantity) for line in rating.lines] == [
        (Tier(1, Decimal(0), Decimal(5)), Decimal(5)),
        (Tier(2, Decimal(5), None), Decimal(11)),
        (Tier(1, Decimal(0), Decimal(5)), Decimal(5)),
        (Tier(2, Decimal(5), None), Decimal(9)),
    ]
    assert rating.total_minor == 500 + 2200 + 1500 + 3600


def test_what_did_not_change_stays_one_line() -> None:
    versions = [
        version(service("12.35"), flat("2.00"), tax("6", "SVC", "WATER")),
        version(service("12.35"), flat("3.00"), tax("6", "SVC", "WATER"), version=2, effective_from=CHANGE),
    ]
    # 32.00 + 42.00 + 12.35 = 86.35; 6 % = 5.181
    assert cents(rate(versions, 30)) == [("SVC", 1235), ("WATER", 3200), ("WATER", 4200), ("TAX", 518)]


def test_a_tax_that_changes_takes_its_share_of_unchanged_lines_by_days() -> None:
    versions = [
        version(service("10.01"), tax("10", "SVC")),
        version(service("10.01"), tax("20", "SVC"), version=2, effective_from=CHANGE),
    ]
    # 10.01 by 16 : 14 is 5.339 and 4.671 → 5.34 and 4.67, which add up.
    lines = rate(versions, 0).lines
    assert [line.base_minor for line in lines] == [None, 534, 467]
    assert [line.amount_minor for line in lines] == [1001, 53, 93]


def test_parts_of_an_unchanged_charge_add_up_when_only_its_account_changes() -> None:
    versions = [
        version(service("12.35", fund="OLD")),
        version(service("12.35", fund="NEW"), version=2, effective_from=date(2026, 4, 11)),
    ]
    # 10 days of 30: 4.1167; 20 of 30: 8.2333. Rounded apart they would make 12.35 only by luck.
    lines = rate(versions, 0).lines
    assert [(line.fund, line.amount_minor) for line in lines] == [("OLD", 412), ("NEW", 823)]
    assert all(Note.SHARED in line.notes for line in lines)


def test_a_new_meter_cuts_the_service_charge_and_nothing_else() -> None:
    sized = version(
        service(by("meter_size", {"5/8": "12.00", "1": "24.00"})),
        tiered(("0", "1"), ("10", "2")),
        determinants=(METER_SIZE,),
    )
    exchanged = Dated(((LONG_AGO, "5/8"), (CHANGE, "1")))
    # 12 × 16/30 = 6.40, 24 × 14/30 = 11.20; the tiers keep their width: 10 at 1, 20 at 2.
    rating = rate(sized, 30, meter_size=exchanged)
    assert cents(rating) == [("SVC", 640), ("SVC", 1120), ("WATER", 1000), ("WATER", 4000)]
    assert rating.lines[3].factor is None


def test_under_another_effectivity_the_reference_day_decides_the_meter_too() -> None:
    sized = version(
        service(by("meter_size", {"5/8": "12.00", "1": "24.00"})),
        determinants=(METER_SIZE,),
        effectivity=Effectivity.PERIOD_START,
    )
    exchanged = Dated(((LONG_AGO, "5/8"), (CHANGE, "1")))
    assert cents(rate(sized, 0, meter_size=exchanged)) == [("SVC", 1200)]


def test_a_discount_that_begins_inside_the_period_takes_its_share_and_part_of_its_cap() -> None:
    helped = version(
        flat("2.00"),
        discount("WATER", percent="50", cap="15.00", only_if="low_income"),
        determinants=(LOW_INCOME,),
    )
    # Water 60.00, 14/30 of it 28.00, half of that 14.00; cap 15 × 14/30 = 7.00.
    lines = rate(helped, 30, low_income=Dated(((LONG_AGO, "no"), (CHANGE, "yes")))).lines
    assert (lines[1].base_minor, lines[1].amount_minor) == (2800, -700)


def test_a_minimum_that_rises_is_measured_part_by_part() -> None:
    versions = [
        version(flat("1.00"), minimum("15.00", "WATER")),
        version(flat("1.00"), minimum("30.00", "WATER"), version=2, effective_from=CHANGE),
    ]
    # Water 6.00 is 3.20 and 2.80 by days; minimums 8.00 and 14.00.
    assert cents(rate(versions, 6)) == [("WATER", 600), ("MIN", 480), ("MIN", 1120)]


def test_another_rate_class_inside_the_period_is_charged_by_days() -> None:
    versions = [version(service("12.00"), flat("2.00")), version(service("30.00"), flat("2.00"), code="C-1")]
    moved = Dated(((LONG_AGO, "R-1"), (CHANGE, "C-1")))
    rating = rate(versions, 30, tariff=moved)
    # 12 × 16/30, 30 × 14/30; the same rate of two tariffs is two lines: each names its own.
    assert cents(rating) == [("SVC", 640), ("SVC", 1400), ("WATER", 3200), ("WATER", 2800)]
    assert rating.lines[3].tariff == "C-1@1"


def test_a_charge_that_is_new_or_gone_is_charged_on_its_days_only() -> None:
    versions = [
        version(service("3.00", code="OLD"), service("12.00")),
        version(service("12.00"), service("6.00", code="NEW"), version=2, effective_from=CHANGE),
    ]
    # 3 × 16/30, 12, 6 × 14/30
    assert cents(rate(versions, 0)) == [("OLD", 160), ("SVC", 1200), ("NEW", 280)]


def test_usage_goes_to_the_days_with_a_meter() -> None:
    versions = [
        version(service("20.00"), usage=None),
        version(flat("2.00"), version=2, effective_from=CHANGE),
    ]
    rating = rate(versions, 14)
    assert cents(rating) == [("SVC", 1067), ("WATER", 2800)]  # 20 × 16/30 = 10.667
    assert rating.lines[1].quantity == 14


def test_the_later_version_wins_where_two_start_on_one_day() -> None:
    corrected = [version(service("99.00")), version(service("9.00"), version=2)]
    assert rate(corrected, 0).total_minor == 900


def test_agreements_with_different_histories_never_share_a_plan() -> None:
    sized = version(service(by("meter_size", {"5/8": "12.00", "1": "24.00"})), determinants=(METER_SIZE,))
    book = compile_book([sized])
    histories = [
        "5/8",
        "1",
        Dated(((LONG_AGO, "5/8"), (CHANGE, "1"))),
        Dated(((LONG_AGO, "1"), (CHANGE, "5/8"))),
    ]
    for _ in range(2):
        totals = [book.rate(request(0, meter_size=history)).total_minor for history in histories]
        # 12 × 16/30 + 24 × 14/30 and 24 × 16/30 + 12 × 14/30
        assert totals == [1200, 2400, 640 + 1120, 1280 + 560]


def test_charges_may_swap_their_order_between_versions() -> None:
    versions = [
        version(service("100"), tax("5", "SVC", code="A"), tax("5", "A", code="B")),
        version(
            service("100"),
            tax("6", "SVC", code="B"),
            tax("6", "B", code="A"),
            version=2,
            effective_from=date(2026, 4, 16),
        ),
    ]
    # Half of 100.00 each: A 2.50, B 5 % of it 0.125; then B 3.00, A 6 % of it 0.18.
    assert sorted(cents(rate(versions, 0))) == [("A", 18), ("A", 250), ("B", 13), ("B", 300), ("SVC", 10000)]


def test_a_percentage_below_its_cap_is_each_part_of_its_own_base() -> None:
    """Only the cap is shared by days: what it does not touch says nothing of it."""
    old, new = (discount("WATER", percent="20", cap="15.00", clause=clause) for clause in ("9", "9 anew"))
    versions = [
        version(flat("1.93"), old),
        version(flat("2.17"), new, version=2, effective_from=CHANGE, effectivity=Effectivity.SERVICE_DAY),
    ]
    lines = rate(versions, 3).lines[2:]
    # 3 ccf over 16 and 14 days: 2 (3.86) and 1 (2.17). 20 % of each: 0.772 and 0.434, not 1.206 shared out.
    assert [line.amount_minor for line in lines] == [-77, -43]
    assert [(line.factor, line.notes) for line in lines] == [(None, "")] * 2
