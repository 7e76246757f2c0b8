"""Usage of an agreement from the reads of its meters. Every figure is worked where it stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.metering.agreement_usage import AgreementUsage, ReadsMissing, agreement_usage
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.plausibility import PlausibilityLimits
from chalicelib.domain.metering.register_usage import (
    ImplausibleRollover,
    RegisterWentBackwards,
    ValueBeyondDials,
)
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceAgreement
from chalicelib.domain.premises.service_point import ServicePoint
from tests.unit.domain.metering.builders import (
    LONG_AGO,
    a_face,
    a_link,
    a_point,
    a_read,
    a_register,
    an_agreement,
    by_register,
    hung,
    points,
)

APR, MAY, JUN = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
APRIL = Period(APR, MAY)


def usage_of(
    *reads: MeterRead,
    agreement: ServiceAgreement | None = None,
    at: tuple[ServicePoint, ...] = (),
    period: Period = APRIL,
    unit: Unit = Unit.CUBIC_METER,
    truncate_to: str | None = None,
    **options: object,
) -> AgreementUsage:
    return agreement_usage(
        agreement=agreement or an_agreement(),
        service_points=points(*(at or (a_point(hung(a_register())),))),
        reads=by_register(*reads),
        period=period,
        unit=unit,
        truncate_to=None if truncate_to is None else Decimal(truncate_to),
        **options,  # type: ignore[arg-type]
    )


def m3(value: str) -> Quantity:
    return Quantity.of(value, Unit.CUBIC_METER)


class TestTwoReads:
    def test_usage_is_end_minus_start(self) -> None:
        usage = usage_of(a_read(APR, "1200"), a_read(MAY, "1217"))

        assert usage.quantity == m3("17")  # 1217 − 1200
        assert not usage.estimated
        (read,) = usage.reads
        assert (read.start_on, read.start_value, read.end_on, read.end_value) == (APR, 1200, MAY, 1217)
        assert (read.usage, read.unit, read.event) == (17, "m3", "")

    def test_no_flow_is_zero_not_missing(self) -> None:
        assert usage_of(a_read(APR, "1200"), a_read(MAY, "1200")).quantity == m3("0")

    def test_the_multiplier_and_the_unit_of_the_face_count(self) -> None:
        # 23 turns of a dial that counts ten cubic feet = 230 ft³ = 2.3 CCF
        face = a_face(unit=Unit.CUBIC_FOOT, multiplier="10")
        point = a_point(hung(a_register("r1", (LONG_AGO, face))))

        usage = usage_of(a_read(APR, "100"), a_read(MAY, "123"), at=(point,), unit=Unit.CCF)

        assert usage.quantity == Quantity.of("2.3", Unit.CCF)
        assert (usage.reads[0].usage, usage.reads[0].unit) == (230, "cf")

    def test_reads_between_the_ends_do_not_matter(self) -> None:
        middle = a_read(date(2026, 4, 15), "5")
        assert usage_of(a_read(APR, "10"), middle, a_read(MAY, "30")).quantity == m3("20")

    def test_a_real_read_goes_before_an_estimate_of_the_same_day(self) -> None:
        estimate = a_read(MAY, "99", quality=ReadQuality.ESTIMATED, hour=0)
        usage = usage_of(a_read(APR, "10"), estimate, a_read(MAY, "30"))
        assert usage.quantity == m3("20")
        assert not usage.estimated

    def test_a_value_that_the_dials_cannot_show_is_refused(self) -> None:
        with pytest.raises(ValueBeyondDials, match="6 dials and cannot show 1000000"):
            usage_of(a_read(APR, "999990"), a_read(MAY, "1000000"))


class TestRollover:
    def test_dials_that_passed_zero(self) -> None:
        usage = usage_of(a_read(APR, "999990"), a_read(MAY, "8"))

        assert usage.quantity == m3("18")  # 1,000,000 − 999,990 + 8
        assert usage.reads[0].event == "rollover"

    def test_a_drop_that_would_mean_most_of_the_dials_is_no_rollover(self) -> None:
        # 1,000,000 − 1,217 + 1,200 = 999,983 m³ in a month: the meter ran backwards or was misread
        with pytest.raises(RegisterWentBackwards, match="would mean 999983") as refused:
            usage_of(a_read(APR, "1217"), a_read(MAY, "1200"))
        assert refused.value.data["register_id"] == "r1"

    def test_a_rollover_far_above_history_is_refused(self) -> None:
        # 100 days before: 10 m³ a day, so 300 in April; 1,000,000 − 990,000 + 8 = 10,008 > 10 × 300
        before = a_read(APR - timedelta(days=100), "989000")
        with pytest.raises(ImplausibleRollover, match="more than 10 times the usual"):
            usage_of(before, a_read(APR, "990000"), a_read(MAY, "8"))

    def test_the_limits_are_the_callers(self) -> None:
        limits = PlausibilityLimits(capacity_share=Decimal("0.00001"))  # 10 m³ of 1,000,000
        with pytest.raises(RegisterWentBackwards):
            usage_of(a_read(APR, "999990"), a_read(MAY, "8"), limits=limits)


class TestExchange:
    def test_each_face_counts_with_its_own_unit_and_multiplier(self) -> None:
        exchanged = date(2026, 4, 11)
        old = hung(a_register("old"), removed_on=exchanged, removed_at="1204")
        new_face = a_face(dials=5, unit=Unit.CUBIC_FOOT, multiplier="100")
        new = hung(a_register("new", (LONG_AGO, new_face)), on=exchanged, at="2")

        usage = usage_of(
            a_read(APR, "1200", register_id="old"),
            a_read(MAY, "7", register_id="new"),
            at=(a_point(old, new),),
            unit=Unit.LITER,
        )

        # old: 1204 − 1200 = 4 m³ = 4,000 L
        # new: (7 − 2) × 100 ft³ = 500 ft³ of 28.316846592 L each = 14,158.423296 L
        assert usage.quantity == Quantity.of("18158.423296", Unit.LITER)
        assert [(read.usage, read.unit, read.event) for read in usage.reads] == [
            (4, "m3", "removed"),
            (500, "cf", "installed"),
        ]

    def test_a_removal_without_dials_is_a_gap(self) -> None:
        exchanged = date(2026, 4, 11)
        old, new = hung(a_register("old"), removed_on=exchanged), hung(a_register("new"), on=exchanged)
        with pytest.raises(
            ReadsMissing, match=r"register old .*no read on 2026-04-11; record the dials at removal"
        ):
            usage_of(
                a_read(APR, "1200", register_id="old"),
                a_read(MAY, "7", register_id="new"),
                at=(a_point(old, new),),
            )

    def test_days_without_a_meter_are_named(self) -> None:
        old = hung(a_register("old"), removed_on=date(2026, 4, 11), removed_at="1204")
        new = hung(a_register("new"), on=date(2026, 4, 13))
        with pytest.raises(ReadsMissing, match="days 2026-04-11/2026-04-13: no meter hangs there"):
            usage_of(
                a_read(APR, "1200", register_id="old"),
                a_read(MAY, "7", register_id="new"),
                at=(a_point(old, new),),
            )

    def test_a_face_that_changes_needs_a_read_on_that_day_and_then_counts_both(self) -> None:
        reprogrammed = date(2026, 4, 21)
        faces = ((LONG_AGO, a_face(multiplier="10")), (reprogrammed, a_face(multiplier="1")))
        point = a_point(hung(a_register("r1", *faces)))
        ends = a_read(APR, "100"), a_read(MAY, "120")

        with pytest.raises(ReadsMissing, match="no read on 2026-04-21"):
            usage_of(*ends, at=(point,))

        usage = usage_of(*ends, a_read(reprogrammed, "103"), at=(point,))
        assert usage.quantity == m3("47")  # (103 − 100) × 10 + (120 − 103) × 1
        assert [read.event for read in usage.reads] == ["face_changed", ""]


class TestSeveralMeters:
    def test_a_compound_meter_adds_both_its_registers(self) -> None:
        high = a_face(multiplier="10")
        point = a_point(hung(a_register("low"), a_register("high", (LONG_AGO, high)), at=["0", "0"]))
        reads = (
            a_read(APR, "50", register_id="low"),
            a_read(MAY, "58", register_id="low"),
            a_read(APR, "7", register_id="high"),
            a_read(MAY, "9", register_id="high"),
        )
        assert usage_of(*reads, at=(point,)).quantity == m3("28")  # 8 + 2 × 10

    def test_a_deduct_meter_takes_its_share_away(self) -> None:
        main, garden = a_point(hung(a_register("main"))), a_point(hung(a_register("garden")), sp="sp2")
        sewer = an_agreement(a_link("sp1"), a_link("sp2", role=LinkRole.SUBTRACT, share="0.5"))

        usage = usage_of(
            a_read(APR, "100", register_id="main"),
            a_read(MAY, "140", register_id="main"),
            a_read(APR, "20", register_id="garden"),
            a_read(MAY, "33", register_id="garden"),
            agreement=sewer,
            at=(main, garden),
        )

        assert usage.quantity == m3("33.5")  # 40 − 13 × ½
        assert [read.usage for read in usage.reads] == [Decimal(40), Decimal("-6.5")]

    def test_a_check_meter_is_shown_never_billed_and_never_missed(self) -> None:
        main, check = a_point(hung(a_register("main"))), a_point(hung(a_register("chk")), sp="sp2")
        agreement = an_agreement(a_link("sp1"), a_link("sp2", role=LinkRole.CHECK))
        billed = a_read(APR, "0", register_id="main"), a_read(MAY, "9", register_id="main")
        compared = a_read(APR, "0", register_id="chk"), a_read(MAY, "8", register_id="chk")

        with_check = usage_of(*billed, *compared, agreement=agreement, at=(main, check))
        without = usage_of(*billed, agreement=agreement, at=(main, check))

        assert with_check.quantity == without.quantity == m3("9")
        assert [read.usage for read in with_check.checks] == [8]
        assert without.checks == ()

    def test_a_check_meter_that_ran_backwards_stops_no_bill(self) -> None:
        main, check = a_point(hung(a_register("main"))), a_point(hung(a_register("chk")), sp="sp2")
        agreement = an_agreement(a_link("sp1"), a_link("sp2", role=LinkRole.CHECK))
        reads = (
            a_read(APR, "0", register_id="main"),
            a_read(MAY, "9", register_id="main"),
            a_read(APR, "8", register_id="chk"),
            a_read(MAY, "7", register_id="chk"),
        )
        assert usage_of(*reads, agreement=agreement, at=(main, check)).quantity == m3("9")

    def test_a_link_counts_only_its_own_days(self) -> None:
        moved = date(2026, 4, 16)
        here, there = a_point(hung(a_register("here"))), a_point(hung(a_register("there")), sp="sp2")
        hydrant = an_agreement(a_link("sp1", end=moved), a_link("sp2", start=moved))

        usage = usage_of(
            a_read(APR, "10", register_id="here"),
            a_read(moved, "15", register_id="here"),
            a_read(MAY, "90", register_id="here"),
            a_read(moved, "200", register_id="there"),
            a_read(MAY, "203", register_id="there"),
            agreement=hydrant,
            at=(here, there),
        )
        assert usage.quantity == m3("8")  # 5 there, 3 here

    def test_a_flat_agreement_uses_nothing(self) -> None:
        flat = replace(an_agreement(), links=())
        assert usage_of(agreement=flat) == AgreementUsage(quantity=m3("0"), reads=(), estimated=False)


class TestGaps:
    def test_every_missing_read_is_named_at_once(self) -> None:
        point = a_point(hung(a_register("low"), a_register("high"), at=["0", "0"]))
        with pytest.raises(ReadsMissing) as refused:
            usage_of(a_read(APR, "1", register_id="low"), at=(point,))

        low, high = refused.value.data["gaps"]  # type: ignore[misc]
        assert (low.register_id, low.days) == ("low", APRIL)
        assert "no read on 2026-05-01" in low.reason
        assert "no read on 2026-04-01 or 2026-05-01" in high.reason

    def test_a_read_of_the_day_before_does_not_stand_in(self) -> None:
        with pytest.raises(ReadsMissing, match="no read on 2026-05-01"):
            usage_of(a_read(APR, "1"), a_read(MAY - timedelta(days=1), "9"))

    def test_a_service_point_that_is_not_there_is_a_gap(self) -> None:
        with pytest.raises(ReadsMissing, match="service point nowhere"):
            usage_of(agreement=an_agreement(a_link("nowhere")))


class TestTruncatedReads:
    def test_reads_are_cut_not_the_difference(self) -> None:
        liters = a_point(hung(a_register("r1", (LONG_AGO, a_face(dials=8, unit=Unit.LITER)))))
        ends = a_read(APR, "349111"), a_read(MAY, "357020")

        usage = usage_of(*ends, at=(liters,), truncate_to="1")

        assert usage.quantity == m3("8")  # 357 − 349, though 7,909 L are less than 8 m³
        assert (usage.reads[0].usage, usage.reads[0].unit) == (8, "m3")
        assert usage_of(*ends, at=(liters,)).quantity == m3("7.909")

    def test_a_step_of_ten_units(self) -> None:
        assert usage_of(a_read(APR, "109"), a_read(MAY, "131"), truncate_to="10").quantity == m3("30")


class TestEstimateThenTrueUp:
    def test_the_next_bill_opens_where_the_estimate_closed(self) -> None:
        estimate = a_read(MAY, "130", quality=ReadQuality.ESTIMATED, hour=0)
        april = usage_of(a_read(APR, "100"), estimate)
        assert (april.quantity, april.estimated) == (m3("30"), True)

        actual = a_read(JUN, "141")
        may = usage_of(
            a_read(APR, "100"),
            estimate,
            actual,
            period=Period(MAY, JUN),
            last_billed={RegisterId("r1"): april.reads[0]},
        )

        assert (may.quantity, may.estimated) == (m3("11"), False)  # 141 − 130
        assert april.quantity + may.quantity == m3("41")  # 141 − 100: nothing lost, nothing twice

    def test_a_real_read_that_comes_late_for_the_same_day_does_not_move_the_opening(self) -> None:
        estimate = a_read(MAY, "130", quality=ReadQuality.ESTIMATED, hour=0)
        april = usage_of(a_read(APR, "100"), estimate)
        late = a_read(MAY, "126")

        may = usage_of(
            estimate,
            late,
            a_read(JUN, "141"),
            period=Period(MAY, JUN),
            last_billed={RegisterId("r1"): april.reads[0]},
        )
        assert may.quantity == m3("11")

    def test_an_estimate_that_was_too_high_is_given_back(self) -> None:
        estimate = a_read(MAY, "130", quality=ReadQuality.ESTIMATED, hour=0)
        may = usage_of(estimate, a_read(JUN, "124"), period=Period(MAY, JUN))
        assert may.quantity == m3("-6")


@given(
    st.lists(st.integers(0, 40_000), min_size=2, max_size=14),
    st.integers(0, 999_999),
    st.sampled_from([None, "1", "10"]),
)
def test_usages_of_consecutive_periods_add_up_to_the_register(
    steps: list[int], first: int, truncate_to: str | None
) -> None:
    """Over any number of rollovers, exact or cut to whole units: Σ usage = what passed the register."""
    days = [date(2026, 1, 1) + timedelta(days=30 * n) for n in range(len(steps) + 1)]
    passed = [first + sum(steps[:n]) for n in range(len(days))]
    reads = [a_read(day, str(total % 1_000_000)) for day, total in zip(days, passed, strict=True)]
    everything = PlausibilityLimits(rollover_times_history=Decimal(10**9))
    last = None
    billed = Fraction(0)
    for start, end in pairwise(days):
        closed = None if last is None else {RegisterId("r1"): last.reads[0]}
        last = usage_of(
            *(read for read in reads if read.read_on in (start, end)),
            period=Period(start, end),
            truncate_to=truncate_to,
            limits=everything,
            last_billed=closed,
        )
        billed += last.quantity.value
    step = int(truncate_to or 1)
    assert billed == passed[-1] // step * step - passed[0] // step * step
