"""Each part of the usage is charged at the rate of the tier it falls in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Formula
from chalicelib.domain.tariffs.charges.tiered_charge import OutOfOrder, StartIs, TiersOutOfOrder
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.domain.tariffs.line import Tier
from chalicelib.domain.tariffs.version import UsageTerms
from chalicelib.tariff_documents.expressions import parse_expression
from tests.unit.domain.tariffs.builders import LONG_AGO, UNITS, ZONE, by, rate, tiered, version

# The published DIGIT slabs: 0–10 at 2, 10–20 at 2.50, 20–30 at 8, 30–40 at 12.
SLABS = tiered(("0", "2"), ("10", "2.5"), ("20", "8"), ("30", "12"))


@pytest.mark.parametrize(
    ("units", "dollars"),
    [
        (25, 10 * 2 + 10 * Decimal("2.5") + 5 * 8),  # 85
        (31, 10 * 2 + 10 * Decimal("2.5") + 10 * 8 + 1 * 12),  # 137
        (10, 20),
        (20, 45),
    ],
)
def test_usage_fills_one_slab_after_the_other(units: int, dollars: Decimal) -> None:
    assert rate(version(SLABS), units).total_minor == dollars * 100


def test_each_tier_reached_has_a_line_of_its_own() -> None:
    lines = rate(version(SLABS), 25).lines
    assert [(line.tier, line.quantity, line.amount_minor) for line in lines] == [
        (Tier(1, Decimal(0), Decimal(10)), Decimal(10), 2000),
        (Tier(2, Decimal(10), Decimal(20)), Decimal(10), 2500),
        (Tier(3, Decimal(20), Decimal(30)), Decimal(5), 4000),
    ]


def test_no_usage_gives_no_line() -> None:
    rating = rate(version(SLABS), 0)
    assert rating.lines == ()
    assert (rating.total_minor, rating.billed_quantity) == (0, Decimal(0))


def test_a_start_can_be_the_first_unit_of_its_tier_or_a_boundary() -> None:
    starts = (("0", "1"), ("11", "3"))
    # First unit: tier 1 is units 1–10, so 12 units are 10 × 1 + 2 × 3.
    assert rate(version(tiered(*starts, start_is=StartIs.FIRST_UNIT)), 12).total_minor == 1600
    # Boundary: tier 1 reaches up to 11, so 12 units are 11 × 1 + 1 × 3.
    assert rate(version(tiered(*starts, start_is=StartIs.BOUNDARY)), 12).total_minor == 1400


def test_first_units_may_count_from_nothing_or_from_one() -> None:
    counted = [tiered((first, "1"), ("11", "3"), start_is=StartIs.FIRST_UNIT) for first in ("0", "1")]
    assert rate(version(counted[0]), 12).total_minor == rate(version(counted[1]), 12).total_minor == 1600


def test_blocks_widen_with_dwelling_units() -> None:
    shared = version(tiered(("0", "2"), ("10", "5"), width_times="dwelling_units"), determinants=(UNITS,))
    # Three dwellings: 30 units at 2, the last 5 at 5.
    assert rate(shared, 35, dwelling_units="3").total_minor == 30 * 200 + 5 * 500
    assert rate(shared, 35, dwelling_units="1").total_minor == 10 * 200 + 25 * 500


def test_starts_and_rates_can_come_from_tables() -> None:
    zoned = version(
        tiered(
            ("0", "2"), (by("zone", {"hill": "6", "plain": "9"}), by("zone", {"hill": "7", "plain": "4"}))
        ),
        determinants=(ZONE,),
    )
    assert rate(zoned, 10, zone="hill").total_minor == 6 * 200 + 4 * 700
    assert rate(zoned, 10, zone="plain").total_minor == 9 * 200 + 1 * 400


def test_tabled_starts_that_do_not_rise_are_refused_when_they_are_met() -> None:
    zoned = version(
        tiered(("0", "2"), (by("zone", {"odd": "9", "fine": "3"}), "3"), ("8", "4")), determinants=(ZONE,)
    )
    assert rate(zoned, 1, zone="fine").total_minor == 200
    with pytest.raises(TiersOutOfOrder, match="tier 3 starts at 8, after tier 2 at 9"):
        rate(zoned, 1, zone="odd")


def test_over_three_rates_no_tier_starts_below_the_one_before_it() -> None:
    # 1, 3 and 26 days: of a bound of 15 the days have 1, 1 and 13, of one of 16 they have 0, 2 and 14.
    days = [date(2026, 4, 2), date(2026, 4, 5)]
    one, two, three = (
        version(tiered(("0", rate), ("15", "2"), ("16", "3")), version=number, effective_from=day)
        for number, (rate, day) in enumerate(zip(("1", "1.1", "1.2"), [LONG_AGO, *days], strict=True), 1)
    )
    rating = rate([one, two, three], 45)
    assert sum(line.quantity or 0 for line in rating.lines) == rating.billed_quantity == 45
    # On the first day (1.5 of 45 units, rounded to 2) tier 1 ends at 1, and tier 2 there as well.
    first = [(line.tier and line.tier.number, line.quantity) for line in rating.lines[:2]]
    assert first == [(1, 1), (3, 1)]


def test_a_tier_whose_formula_comes_to_less_than_nothing_is_empty() -> None:
    winter = Determinant(name="winter", kind=DeterminantKind.NUMBER)
    start = Formula(parse_expression("winter - 10"))
    charge = replace(tiered(("0", "1"), (start, "2")), out_of_order=OutOfOrder.EMPTY_TIER)
    lines = rate(version(charge, determinants=(winter,)), 7, winter="4").lines
    assert [(line.tier and line.tier.number, line.quantity, line.amount_minor) for line in lines] == [
        (2, Decimal(7), 1400)
    ]


def test_a_boundary_finer_than_the_billing_step_is_kept() -> None:
    # 5,000 gallons are 6.684 ccf: 8 whole ccf are 6.684 × 2 = 13.368 and 1.316 × 5 = 6.58.
    fine = version(tiered(("0", "2"), ("6.684", "5")))
    assert [line.amount_minor for line in rate(fine, 8).lines] == [1337, 658]


rates = st.decimals("0", "20", places=3)
widths = st.lists(st.integers(1, 30), min_size=0, max_size=7)


@given(st.data(), widths, st.decimals("0", "200", places=2), st.sampled_from(StartIs))
def test_tier_quantities_add_up_to_the_billed_quantity(
    data: st.DataObject, widths: list[int], usage: Decimal, start_is: StartIs
) -> None:
    starts = [0]
    for width in widths:
        starts.append(starts[-1] + width)
    shift = 1 if start_is is StartIs.FIRST_UNIT else 0
    tiers = [(str(start + shift), str(data.draw(rates))) for start in starts]
    hundredths = UsageTerms(unit=Unit.CCF, step=Decimal("0.01"), rounding=RoundingRule.HALF_UP)
    rating = rate(version(tiered(*tiers, start_is=start_is), usage=hundredths), str(usage))
    assert sum(line.quantity or 0 for line in rating.lines) == rating.billed_quantity == usage
    for line in rating.lines:
        assert line.tier is not None
        assert line.quantity is not None
        assert line.tier.end is None or line.quantity <= line.tier.end - line.tier.start
