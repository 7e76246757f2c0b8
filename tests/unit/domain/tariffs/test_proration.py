"""Bills of unusual length."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.line import Factor, Note
from chalicelib.domain.tariffs.rating import Position
from chalicelib.domain.tariffs.version import OpeningAndClosing, ScheduledDaysMissing, ShortOpening
from tests.unit.domain.tariffs.builders import (
    THIRTIETHS,
    cents,
    discount,
    flat,
    minimum,
    rate,
    service,
    tiered,
    version,
)

CHARGES = (service("12.35"), tiered(("0", "2"), ("10", "3")))


def days(count: int) -> Period:
    return Period(date(2026, 4, 1), date(2026, 4, 1) + timedelta(days=count))


@pytest.mark.parametrize("count", [27, 30, 34])
@pytest.mark.parametrize("position", Position)
def test_a_bill_within_the_normal_window_is_charged_in_full(count: int, position: Position) -> None:
    rating = rate(version(*CHARGES, proration=THIRTIETHS), 12, period=days(count), position=position)
    assert cents(rating) == [("SVC", 1235), ("WATER", 2000), ("WATER", 600)]


@pytest.mark.parametrize(
    ("count", "position", "service_minor", "factor"),
    [
        (28, Position.REGULAR, 1235, None),
        (28, Position.OPENING, 1153, Factor(28, 30)),  # 12.35 × 28/30 = 11.5267
        (31, Position.CLOSING, 1276, Factor(31, 30)),  # 12.35 × 31/30 = 12.7617
        (30, Position.CLOSING, 1235, None),
    ],
)
def test_opening_and_closing_bills_can_go_by_days_within_the_normal_window(
    count: int, position: Position, service_minor: int, factor: Factor | None
) -> None:
    by_days = replace(THIRTIETHS, opening_and_closing=OpeningAndClosing.BY_DAYS)
    rating = rate(version(*CHARGES, proration=by_days), 0, period=days(count), position=position)
    assert rating.lines[0].amount_minor == service_minor
    assert rating.lines[0].factor == factor


def test_an_opening_bill_with_prorated_tiers() -> None:
    rating = rate(version(*CHARGES, proration=THIRTIETHS), 12, period=days(15), position=Position.OPENING)
    # 12.35 × 15/30 = 6.175; the first tier is 10 × 15/30 = 5 wide: 5 at 2, 7 at 3.
    assert cents(rating) == [("SVC", 618), ("WATER", 1000), ("WATER", 2100)]
    assert [line.factor for line in rating.lines] == [Factor(15, 30)] * 3
    assert all(line.notes == Note.OPENING for line in rating.lines)


def test_an_opening_bill_with_full_tiers() -> None:
    unprorated = replace(THIRTIETHS, tiers=False)
    rating = rate(version(*CHARGES, proration=unprorated), 12, period=days(15), position=Position.OPENING)
    assert cents(rating) == [("SVC", 618), ("WATER", 2000), ("WATER", 600)]
    assert rating.lines[1].factor is None


@pytest.mark.parametrize(
    ("count", "position", "note", "service_minor", "first_tier"),
    [
        (20, Position.CLOSING, Note.CLOSING, 823, 7),  # 12.35 × 20/30 = 8.2333; 10 × 20/30 = 6.67
        (20, Position.REGULAR, Note.SHORT, 823, 7),
        (45, Position.REGULAR, Note.LONG, 1853, 15),  # 12.35 × 45/30 = 18.525; 10 × 45/30
    ],
)
def test_closing_short_and_long_bills_say_why(
    count: int, position: Position, note: Note, service_minor: int, first_tier: int
) -> None:
    rating = rate(version(*CHARGES, proration=THIRTIETHS), 40, period=days(count), position=position)
    assert rating.lines[0].amount_minor == service_minor
    assert rating.lines[1].quantity == Decimal(first_tier)
    assert rating.lines[0].notes == note


def test_a_rate_change_inside_an_opening_bill_shares_the_prorated_charge() -> None:
    versions = [
        version(service("12.00"), tiered(("0", "1"), ("12", "2")), proration=THIRTIETHS),
        version(
            service("15.00"),
            tiered(("0", "3"), ("12", "4")),
            proration=THIRTIETHS,
            version=2,
            effective_from=date(2026, 4, 11),
        ),
    ]
    # 15 days, 10 at the old rate: 12 × 10/30, 15 × 5/30. Tier 12 × 15/30 = 6, by days 4 and 2; usage 6 and 3.
    rating = rate(versions, 9, period=days(15), position=Position.OPENING)
    assert cents(rating) == [
        ("SVC", 400),
        ("SVC", 250),
        ("WATER", 400),
        ("WATER", 400),
        ("WATER", 600),
        ("WATER", 400),
    ]
    assert rating.lines[0].notes == Note.OPENING + Note.CHANGED_AT_END
    assert rating.lines[1].notes == Note.OPENING + Note.CHANGED_AT_START


def test_minimums_credits_and_caps_follow_the_days() -> None:
    charges = (
        flat("1.00"),
        minimum("20.00", "WATER"),
        discount("WATER", percent="50", cap="3.00"),
        discount("WATER", credit="2.00", code="CREDIT"),
    )
    rating = rate(version(*charges, proration=THIRTIETHS), 8, period=days(15), position=Position.CLOSING)
    # Minimum 10.00 less 8.00; half of 8.00 is 4.00, cap 1.50; credit 1.00.
    assert cents(rating) == [("WATER", 800), ("MIN", 200), ("LIFELINE", -150), ("CREDIT", -100)]


def test_a_charge_can_be_exempt_from_proration() -> None:
    whole = replace(service("12.35"), prorated=False)
    rating = rate(version(whole, proration=THIRTIETHS), 0, period=days(15), position=Position.OPENING)
    assert cents(rating) == [("SVC", 1235)]


@pytest.mark.parametrize(
    ("below", "lines"), [(ShortOpening.NOTHING, []), (ShortOpening.USAGE_ONLY, [("WATER", 200)])]
)
def test_a_very_short_opening_bill_is_spared_fixed_charges_or_all(
    below: ShortOpening, lines: list[tuple[str, int]]
) -> None:
    spared = replace(THIRTIETHS, shortest_opening_days=5, below_shortest=below)
    tariff = version(service("12.35"), flat("2.00"), minimum("20.00", "WATER"), proration=spared)
    assert cents(rate(tariff, 1, period=days(4), position=Position.OPENING)) == lines
    # The fifth day, or a closing bill, is charged: 12.35 × 5/30, 2.00, minimum 20 × 5/30 less 2.00.
    charged = [("SVC", 206), ("WATER", 200), ("MIN", 133)]
    assert cents(rate(tariff, 1, period=days(5), position=Position.OPENING)) == charged
    assert cents(rate(tariff, 1, period=days(4), position=Position.CLOSING))[0] == ("SVC", 165)


def test_proration_can_be_over_the_scheduled_days() -> None:
    scheduled = version(service("12.40"), proration=replace(THIRTIETHS, basis_days=None))
    rating = rate(scheduled, 0, period=days(15), scheduled_days=31)
    assert cents(rating) == [("SVC", 600)]  # 12.40 × 15/31
    with pytest.raises(ScheduledDaysMissing, match="how many days this period was scheduled for"):
        rate(scheduled, 0, period=days(15))


def test_without_a_proration_rule_every_bill_is_charged_in_full() -> None:
    assert cents(rate(version(*CHARGES), 0, period=days(3), position=Position.OPENING)) == [("SVC", 1235)]
