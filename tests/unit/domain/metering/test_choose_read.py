"""Which day ends a period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.domain.kernel.ids import CycleCode, Month
from chalicelib.domain.metering.choose_read import period_end
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import ServicePoint
from tests.unit.domain.metering.builders import (
    a_point,
    a_read,
    a_register,
    an_agreement,
    by_register,
    hung,
    points,
)

SCHEDULE = Schedule(
    cycle=CycleCode("C01"),
    period=Month(2026, 4),
    window_open=date(2026, 4, 28),
    expected_read_on=date(2026, 5, 1),
    estimate_from=date(2026, 5, 3),
    window_close=date(2026, 5, 6),
    accounting_date=date(2026, 5, 6),
    bill_date=date(2026, 5, 6),
    due_on=date(2026, 5, 27),
)


def end_of(
    *reads: MeterRead, agreement: ServiceAgreement | None = None, point: ServicePoint | None = None
) -> date | None:
    return period_end(
        agreement=agreement or an_agreement(),
        service_points=points(point or a_point(hung(a_register()))),
        reads=by_register(*reads),
        schedule=SCHEDULE,
        start=date(2026, 4, 1),
    )


def test_the_read_nearest_to_the_expected_day_ends_the_period() -> None:
    days = [date(2026, 4, 28), date(2026, 5, 2), date(2026, 5, 5)]
    assert end_of(*(a_read(day, "9") for day in days)) == date(2026, 5, 2)


def test_of_two_days_equally_near_the_earlier_does() -> None:
    assert end_of(a_read(date(2026, 5, 2), "9"), a_read(date(2026, 4, 30), "8")) == date(2026, 4, 30)


def test_the_window_is_half_open() -> None:
    assert end_of(a_read(date(2026, 4, 27), "9")) is None
    assert end_of(a_read(date(2026, 5, 6), "9")) is None
    assert end_of(a_read(date(2026, 4, 28), "9")) == date(2026, 4, 28)


def test_a_real_read_goes_before_a_nearer_estimate() -> None:
    estimate = a_read(date(2026, 5, 1), "9", quality=ReadQuality.ESTIMATED)
    assert end_of(estimate) == date(2026, 5, 1)
    assert end_of(estimate, a_read(date(2026, 5, 5), "10")) == date(2026, 5, 5)


def test_every_register_needs_its_read_on_the_same_day() -> None:
    compound = a_point(hung(a_register("low"), a_register("high"), at=["0", "0"]))
    low = [a_read(day, "9", register_id="low") for day in (date(2026, 5, 1), date(2026, 5, 3))]
    assert end_of(*low, point=compound) is None
    assert end_of(*low, a_read(date(2026, 5, 3), "4", register_id="high"), point=compound) == date(2026, 5, 3)


def test_an_agreement_that_ends_ends_its_period_itself() -> None:
    moving_out = an_agreement(end=date(2026, 4, 18))
    assert end_of(a_read(date(2026, 5, 1), "9"), agreement=moving_out) == date(2026, 4, 18)


def test_a_flat_service_ends_on_the_expected_day() -> None:
    assert end_of(agreement=replace(an_agreement(), links=())) == date(2026, 5, 1)
