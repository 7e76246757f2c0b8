"""All of the usage is charged as the step says that the usage of the whole period reaches."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.charges.quantity import QuantityRule
from chalicelib.domain.tariffs.charges.stepped_charge import StepsOutOfOrder
from chalicelib.domain.tariffs.charges.tiered_charge import StartIs
from chalicelib.domain.tariffs.explanation import derive_line
from chalicelib.domain.tariffs.line import Factor, LineKind, Note, Tier
from chalicelib.domain.tariffs.rating import Position, Rating
from chalicelib.domain.tariffs.soundness import UnsoundTariff
from chalicelib.domain.tariffs.version import Effectivity, ShortOpening, TariffVersion, UsageTerms
from tests.unit.domain.tariffs.builders import (
    LONG_AGO,
    THIRTIETHS,
    UNITS,
    ZONE,
    by,
    cents,
    flat,
    formula,
    minimum,
    rate,
    service,
    step,
    stepped,
    tax,
    version,
)

START = date(2026, 4, 1)
HALF = date(2026, 4, 16)
BANDS = stepped(step("0", "20.00"), step("2", "35.00"), step("5", "48.50"))
RATES = stepped(step("0", rate="2.10"), step("10", rate="2.45"), step("20", rate="3.05"))
# 42.00 pays for the first 10; the next step is a rate for all of it.
MIXED = stepped(step("0", rate="4.20"), step("10", "42.00", "5.25", included="10"), step("15", rate="6.30"))


def days(count: int) -> Period:
    return Period(START, START + timedelta(days=count))


def said(rating: Rating) -> list[str]:
    return [derive_line(line, rating.currency) for line in rating.lines]


@pytest.mark.parametrize(
    ("usage", "amount"), [(0, 2000), (2, 2000), (3, 3500), (5, 3500), (6, 4850), (900, 4850)]
)
def test_a_band_of_usage_has_one_price(usage: int, amount: int) -> None:
    assert cents(rate(version(BANDS), usage)) == [("WATER", amount)]


@pytest.mark.parametrize(
    ("usage", "amounts"),
    [(0, []), (10, [2100]), (11, [2695]), (20, [4900]), (21, [6405])],  # 11 × 2.45, 21 × 3.05
)
def test_every_unit_is_charged_at_the_rate_of_the_step_reached(usage: int, amounts: list[int]) -> None:
    assert cents(rate(version(RATES), usage)) == [("WATER", amount) for amount in amounts]


@pytest.mark.parametrize(
    ("usage", "amounts"),
    [
        (10, [4200]),  # 10 × 4.20
        (11, [4200, 525]),
        (15, [4200, 2625]),  # 5 × 5.25
        (16, [10080]),  # 16 × 6.30
    ],
)
def test_a_step_can_have_an_amount_and_a_rate_for_what_exceeds_it(usage: int, amounts: list[int]) -> None:
    assert cents(rate(version(MIXED), usage)) == [("WATER", amount) for amount in amounts]


def test_an_amount_and_a_rate_for_every_unit_are_two_lines() -> None:
    lines = rate(version(stepped(step("0", "5.00", "2.00"), step("4", "7.50", "1.50"))), 6).lines
    assert [(line.kind, line.rate, line.quantity, line.amount_minor) for line in lines] == [
        (LineKind.SERVICE_CHARGE, Decimal("7.50"), None, 750),
        (LineKind.COMMODITY, Decimal("1.50"), Decimal(6), 900),
    ]
    assert {line.tier for line in lines} == {Tier(2, Decimal(4), None)}
    assert {line.notes for line in lines} == {Note.STEP}


def test_a_start_can_be_the_first_unit_of_its_step_or_a_boundary() -> None:
    steps = (step("0", "20.00"), step("3", "35.00"))
    assert rate(version(stepped(*steps, start_is=StartIs.FIRST_UNIT)), 3).total_minor == 3500
    assert rate(version(stepped(*steps, start_is=StartIs.BOUNDARY)), 3).total_minor == 2000


def test_between_two_first_units_the_usage_is_above_the_step_before() -> None:
    tenths = UsageTerms(unit=Unit.CCF, step=Decimal("0.1"), rounding=RoundingRule.DOWN)
    charge = stepped(step("1", "20.00"), step("3", "35.00"), start_is=StartIs.FIRST_UNIT)
    totals = [rate(version(charge, usage=tenths), usage).total_minor for usage in ("2", "2.1", "3")]
    assert totals == [2000, 3500, 3500]


def test_a_step_where_nothing_is_due_says_so() -> None:
    rating = rate(version(stepped(step("0", "0"), step("4", "12.50"))), 3)
    assert said(rating) == ["step 1 reached: 0.00 USD"]


def test_amounts_rates_and_starts_can_come_from_tables_and_formulas() -> None:
    mark, price = by("zone", {"hill": "4", "plain": "6"}), by("zone", {"hill": "30.00", "plain": "25.00"})
    charge = stepped(
        step("0", "10.00"), step(mark, price, formula("0.5 * dwelling_units"), included=formula("1 + 1"))
    )
    zoned = version(charge, determinants=(ZONE, UNITS))
    known = {"dwelling_units": "3"}
    assert cents(rate(zoned, 5, zone="hill", **known)) == [("WATER", 3000), ("WATER", 450)]  # 3 × 1.50
    assert cents(rate(zoned, 5, zone="plain", **known)) == [("WATER", 1000)]


def test_dwelling_units_multiply_amounts_and_widen_steps() -> None:
    charge = stepped(
        step("0", "20.00"),
        step("2", "35.00", "4.00", included="3"),
        times="dwelling_units",
        width_times="dwelling_units",
    )
    shared = version(charge, determinants=(UNITS,))
    # Three dwellings: up to 6 the first step; 35.00 for each includes 9.
    rated = [rate(shared, usage, dwelling_units="3") for usage in (6, 7, 11)]
    assert [cents(one) for one in rated] == [
        [("WATER", 6000)],
        [("WATER", 10500)],
        [("WATER", 10500), ("WATER", 800)],
    ]
    assert said(rated[2]) == [
        "step 2 reached: 3 dwelling units at 35.00 = 105.00 USD",
        "step 2 reached: 2 ccf at 4.00 = 8.00 USD; metered 11 ccf, less 9 included",
    ]


def test_the_quantity_decides_the_step_and_is_priced() -> None:
    # Nine tenths of the water return; each started ten counts whole: 23 → 20.7, rounded to 21 → 30.
    quantity = QuantityRule(share=Decimal(90), multiple=Decimal(10))
    charge = stepped(
        step("0", rate="1.00"), step("25", rate="2.00"), step("30", rate="3.00"), quantity=quantity
    )
    rating = rate(version(charge), 23)
    assert cents(rating) == [("WATER", 6000)]
    assert said(rating) == [
        "step 2 reached: 30 ccf at 2.00 = 60.00 USD; metered 23 ccf, "
        "90% of it rounded half up to the billing step, rounded up to a multiple of 10"
    ]


def test_what_a_step_includes_stands_in_the_place_of_what_the_quantity_does() -> None:
    quantity = QuantityRule(included=Decimal(2), multiple=Decimal(5))
    charge = stepped(step("0", rate="1.00"), step("10", "9.00", "2.00", included="10"), quantity=quantity)
    # 12 less 2 are 10: the first step. 13 less 2 are 11, in fives 15: the second, 13 less 10 in fives are 5.
    assert [cents(rate(version(charge), usage)) for usage in (12, 13)] == [
        [("WATER", 1000)],
        [("WATER", 900), ("WATER", 1000)],
    ]


def test_a_flat_allotment_needs_no_meter() -> None:
    charge = replace(BANDS, quantity=QuantityRule(instead=Decimal(4)))
    assert cents(rate(version(charge))) == [("WATER", 3500)]


def test_later_charges_are_taken_on_both_lines() -> None:
    tariff = version(stepped(step("0", "5.00", "2.00")), minimum("20.00", "WATER"), tax("10", "WATER", "MIN"))
    assert cents(rate(tariff, 6)) == [("WATER", 500), ("WATER", 1200), ("MIN", 300), ("TAX", 200)]


class TestBillsOfUnusualLength:
    """Steps are as wide, and amounts as high, as the days say."""

    def test_an_opening_bill_of_half_a_month(self) -> None:
        tariff = version(MIXED, proration=THIRTIETHS)
        # Steps at 5 and 7.5, rounded half up to 8; 42.00 × 15/30 pays for 5.
        rating = rate(tariff, 7, period=days(15), position=Position.OPENING)
        assert cents(rating) == [("WATER", 2100), ("WATER", 1050)]
        assert [line.tier for line in rating.lines] == [Tier(2, Decimal(5), Decimal(8))] * 2
        assert said(rating) == [
            "step 2 reached: 42.00 × 15/30 = 21.00 USD; 15/30 because it is an opening bill",
            "step 2 reached: 2 ccf at 5.25 = 10.50 USD; metered 7 ccf, less 5 included; "
            "15/30 of these quantities because it is an opening bill",
        ]

    def test_the_share_of_the_steps_is_told_where_there_is_only_a_rate(self) -> None:
        rating = rate(version(RATES, proration=THIRTIETHS), 8, period=days(20), position=Position.CLOSING)
        # The first step ends at 6.67, rounded to 7.
        assert said(rating) == [
            "step 2 reached: 8 ccf at 2.45 = 19.60 USD; "
            "20/30 of the width of the steps because it is a closing bill"
        ]

    def test_steps_stay_as_they_are_where_tiers_do(self) -> None:
        tariff = version(MIXED, proration=replace(THIRTIETHS, tiers=False))
        rating = rate(tariff, 11, period=days(15), position=Position.OPENING)
        assert cents(rating) == [("WATER", 2100), ("WATER", 525)]
        assert [line.factor for line in rating.lines] == [Factor(15, 30), None]

    def test_a_charge_can_be_whole_however_short_the_bill(self) -> None:
        tariff = version(replace(BANDS, prorated=False), proration=THIRTIETHS)
        rating = rate(tariff, 3, period=days(10))
        assert cents(rating) == [("WATER", 3500)]
        assert rating.lines[0].factor is None

    def test_a_long_bill_has_wider_steps(self) -> None:
        rating = rate(version(BANDS, proration=THIRTIETHS), 7, period=days(45))
        # Steps at 3 and 7.5, rounded to 8: 35.00 × 45/30.
        assert cents(rating) == [("WATER", 5250)]

    def test_a_short_opening_bill_that_is_spared_fixed_charges_has_its_step(self) -> None:
        waiver = replace(THIRTIETHS, shortest_opening_days=5, below_shortest=ShortOpening.USAGE_ONLY)
        tariff = version(service("12.00"), BANDS, proration=waiver)
        rating = rate(tariff, 0, period=days(3), position=Position.OPENING)
        assert cents(rating) == [("WATER", 200)]


def changed(tariff: TariffVersion, day: date, *charges: object) -> list[TariffVersion]:
    later = replace(tariff, version=2, effective_from=day, charges=charges or tariff.charges)
    return [tariff, later]


class TestRatesThatChangeWithinThePeriod:
    """The period as a whole decides the step, each part is charged for its days."""

    def test_both_parts_are_on_the_step_of_the_whole(self) -> None:
        # Of 11 ccf the halves have 6 and 5, of a mark at 10 they have 5 each.
        dearer = stepped(step("0", rate="2.20"), step("10", rate="2.60"))
        first = stepped(step("0", rate="2.10"), step("10", rate="2.45"))
        rating = rate(changed(version(first), HALF, dearer), 11)
        assert said(rating) == [
            "step 2 reached: 6 ccf at 2.45 = 14.70 USD",
            "step 2 reached: 5 ccf at 2.60 = 13.00 USD",
        ]
        assert [line.tier for line in rating.lines] == [Tier(2, Decimal(10), None)] * 2

    def test_amounts_count_for_their_days(self) -> None:
        dearer = stepped(step("0", "21.00"), step("2", "36.50"), step("5", "50.00"))
        rating = rate(changed(version(BANDS), date(2026, 4, 11), dearer), 4)
        assert said(rating) == [
            "step 2 reached: 35.00 × 10/30 = 11.67 USD (rounded half up); "
            "10/30 because the terms changed on 2026-04-11",
            "step 2 reached: 36.50 × 20/30 = 24.33 USD (rounded half up); "
            "20/30 because the terms changed on 2026-04-11",
        ]

    def test_parts_with_the_same_amounts_are_rounded_together(self) -> None:
        moved = replace(BANDS, head=replace(BANDS.head, gl_account="4999"))
        rating = rate(changed(version(BANDS), date(2026, 4, 8), moved), 4)
        assert [line.amount_minor for line in rating.lines] == [817, 2683]  # 7/30 and 23/30 of 35.00
        assert all(Note.SHARED in line.notes for line in rating.lines)

    def test_marks_that_move_decide_each_for_its_days(self) -> None:
        lower = stepped(step("0", "20.00"), step("1", "35.00"), step("3", "48.50"))
        rating = rate(changed(version(BANDS), HALF, lower), 4)
        # 4 is on the second step of the old marks, on the third of the new ones.
        assert cents(rating) == [("WATER", 1750), ("WATER", 2425)]

    def test_what_a_step_includes_is_spread_over_the_parts(self) -> None:
        dearer = stepped(step("0", "20.00"), step("4", "30.00", "3.00", included="4"))
        first = stepped(step("0", "20.00"), step("4", "30.00", "2.00", included="4"))
        rating = rate(changed(version(first), HALF, dearer), 10)
        # 5 and 5 ccf, 2 of them included: 3 × 2.00, 3 × 3.00; 15.00 of the amount each.
        assert cents(rating) == [("WATER", 1500), ("WATER", 600), ("WATER", 1500), ("WATER", 900)]

    def test_an_opening_bill_that_is_cut(self) -> None:
        dearer = stepped(step("0", rate="2.20"), step("10", rate="2.60"))
        first = stepped(step("0", rate="2.10"), step("10", rate="2.45"))
        versions = changed(version(first, proration=THIRTIETHS), date(2026, 4, 6), dearer)
        rating = rate(versions, 6, period=days(15), position=Position.OPENING)
        # The mark for 15 days is at 5; of 6 ccf the parts have 2 and 4.
        assert said(rating) == [
            f"step 2 reached: {line}; 15/30 of the width of the steps because it is an opening bill"
            for line in ("2 ccf at 2.45 = 4.90 USD", "4 ccf at 2.60 = 10.40 USD")
        ]

    def test_metered_days_alone_have_marks(self) -> None:
        # No meter for 15 days, then one: half the mark of 10 is for the days with it.
        unmetered = version(service("10.00"), usage=None)
        metered = version(stepped(step("0", rate="2.10"), step("10", rate="2.45")), service("10.00"))
        metered = replace(metered, version=2, effective_from=HALF)
        rating = rate([unmetered, metered], 6)
        assert [line.tier for line in rating.lines if line.charge == "WATER"] == [Tier(2, Decimal(5), None)]


class TestWhatIsRefused:
    """A tariff is mended before it is published; figures of tables and formulas show when they are met."""

    @pytest.mark.parametrize(
        ("charge", "message"),
        [
            (stepped(step("1", "5")), "steps.0.from: the first step starts at 1: it must start at 0"),
            (
                stepped(step("0", "5"), step("4", "6"), step("4", "7")),
                "steps.2.from: step 3 starts at 4, after step 2 at 4: starts must rise",
            ),
            (
                stepped(step("0", "5"), step("4")),
                "steps.1: a step has an amount, a rate or both: write amount: 0 where nothing is due",
            ),
            (
                stepped(step("0", "5", included="2")),
                "steps.0.included: there is no rate for what exceeds it: add a rate, or leave it out",
            ),
            (
                stepped(step("0", "5", "1", included="-2")),
                "steps.0.included: -2 is no quantity: write a number from 0",
            ),
            (
                stepped(step("0", rate="5"), times="dwelling_units"),
                "times: no step has an amount that it could multiply: take it out",
            ),
            (
                stepped(step("0", "5"), quantity=QuantityRule(at_most=Decimal(-1))),
                "quantity.at_most: -1 is no quantity: write a number from 0",
            ),
        ],
    )
    def test_a_flaw_says_where_and_how_to_mend_it(self, charge: object, message: str) -> None:
        with pytest.raises(UnsoundTariff) as refused:
            version(charge, determinants=(UNITS,))  # type: ignore[arg-type]
        assert str(refused.value) == f"tariff R-1@1: charges.0.{message}"

    def test_tabled_starts_that_do_not_rise_are_refused_when_they_are_met(self) -> None:
        mark = by("zone", {"odd": "9", "fine": "3"})
        zoned = version(stepped(step("0", "5"), step(mark, "6"), step("8", "7")), determinants=(ZONE,))
        assert rate(zoned, 4, zone="fine").total_minor == 600
        with pytest.raises(StepsOutOfOrder, match="charge WATER: step 3 starts at 8, after step 2 at 9"):
            rate(zoned, 4, zone="odd")


def test_a_new_tariff_in_the_middle_has_steps_of_its_own() -> None:
    commercial = replace(version(stepped(step("0", "80.00"))), code="C-1")
    moved = Dated(((LONG_AGO, "R-1"), (HALF, "C-1")))
    rating = rate([version(BANDS), commercial], 4, tariff=moved)
    assert cents(rating) == [("WATER", 1750), ("WATER", 4000)]


rising = st.lists(st.integers(1, 4_000), min_size=1, max_size=5).map(
    lambda rises: [Decimal(sum(rises[: count + 1])) / 100 for count in range(len(rises))]
)
lengths = st.integers(1, 70)
usages = st.integers(0, 6_000).map(lambda hundredths: Decimal(hundredths) / 100)


@given(rising, rising, usages, usages, lengths, st.integers(1, 69))
def test_where_amounts_and_rates_rise_more_usage_never_costs_less(
    amounts: list[Decimal], rates: list[Decimal], usage: Decimal, more: Decimal, length: int, change: int
) -> None:
    # Step pricing need not be so: a lower rate for all units of a higher step makes bills fall at its mark.
    steps = [
        step(str(number * 7), str(amount), str(unit))
        for number, (amount, unit) in enumerate(zip(amounts, rates, strict=False))
    ]
    hundredths = UsageTerms(unit=Unit.CCF, step=Decimal("0.01"), rounding=RoundingRule.HALF_UP)
    tariff = version(stepped(*steps), usage=hundredths, proration=THIRTIETHS)
    moved = stepped(*steps, gl_account="4999")
    versions = changed(tariff, START + timedelta(days=change), moved)
    low, high = (rate(versions, str(each), period=days(length)).total_minor for each in (usage, usage + more))
    assert low <= high


def test_a_cheaper_step_makes_a_bill_fall_at_its_mark() -> None:
    wholesale = version(stepped(step("0", rate="4.00"), step("100", rate="3.00")))
    assert [rate(wholesale, usage).total_minor for usage in (100, 101)] == [40000, 30300]


@given(usages, lengths, st.integers(1, 69), st.sampled_from(Effectivity))
def test_a_change_of_nothing_but_the_account_moves_nobody_to_another_step(
    usage: Decimal, length: int, change: int, effectivity: Effectivity
) -> None:
    tariff = version(replace(MIXED), flat("1.00", code="FLAT"), proration=THIRTIETHS, effectivity=effectivity)
    moved = replace(MIXED, head=replace(MIXED.head, gl_account="4999"))
    again = changed(tariff, START + timedelta(days=change), moved, *tariff.charges[1:])
    asked = Quantity.of(str(usage), Unit.CCF)
    whole, split = (rate(versions, asked, period=days(length)) for versions in (tariff, again))
    steps = [{line.tier for line in one.lines if line.tier} for one in (whole, split)]
    assert steps[0] == steps[1]
    fixed = [
        sum(line.amount_minor for line in one.lines if line.kind is LineKind.SERVICE_CHARGE)
        for one in (whole, split)
    ]
    assert fixed[0] == fixed[1]
