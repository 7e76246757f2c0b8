"""The rules that stand before a bill."""

from __future__ import annotations

from datetime import date, timedelta

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.agreement_usage import agreement_usage
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.vee.rule import Severity, UsageToValidate, VeeException
from chalicelib.domain.metering.vee.validate_usage import validate_usage
from tests.unit.domain.metering.builders import (
    a_point,
    a_read,
    a_register,
    an_agreement,
    by_register,
    hung,
    points,
)

APR, MAY = date(2026, 4, 1), date(2026, 5, 1)
USUAL = a_read(APR - timedelta(days=100), "1000")  # with 1300 in April: 3 m³ a day, 90 m³ in 30 days
OPENING = a_read(APR, "1300")


def findings(*reads: MeterRead) -> list[VeeException]:
    point = a_point(hung(a_register()))
    usage = agreement_usage(
        agreement=an_agreement(),
        service_points=points(point),
        reads=by_register(*reads),
        period=Period(APR, MAY),
        unit=Unit.CUBIC_METER,
    )
    return list(validate_usage(usage=usage, service_points=[point], reads=by_register(*reads)))


def codes(*reads: MeterRead) -> list[str]:
    return [finding.code for finding in findings(*reads)]


def test_usual_usage_passes() -> None:
    assert codes(USUAL, OPENING, a_read(MAY, "1390")) == []


def test_usage_up_to_four_times_the_usual_passes_and_beyond_does_not() -> None:
    assert codes(USUAL, OPENING, a_read(MAY, "1660")) == []  # 360 = 4 × 90
    (finding,) = findings(USUAL, OPENING, a_read(MAY, "1661"))
    assert (finding.code, finding.severity) == ("far_above_history", Severity.EXCEPT)
    assert finding.message == (
        "usage of register r1 from 2026-04-01 to 2026-05-01 of 361 m3 is more than 4 times the usual 90 m3"
    )


def test_small_amounts_are_never_far_above_history() -> None:
    frugal = a_read(APR - timedelta(days=100), "1290")  # 3 m³ a month
    assert codes(frugal, OPENING, a_read(MAY, "1320")) == []  # 20 m³ are not noteworthy
    assert codes(frugal, OPENING, a_read(MAY, "1321")) == ["far_above_history"]


def test_more_than_a_quarter_of_the_dials_is_implausible_without_any_history() -> None:
    assert codes(OPENING, a_read(MAY, "251300")) == []
    assert codes(OPENING, a_read(MAY, "251301")) == ["implausible_usage"]


def test_a_silent_meter_is_noted_where_water_is_usual() -> None:
    (finding,) = findings(USUAL, OPENING, a_read(MAY, "1300"))
    assert (finding.code, finding.severity) == ("zero_with_history", Severity.NOTE)
    assert codes(OPENING, a_read(MAY, "1300")) == [], "no history, nothing to wonder about"


def test_a_credit_for_an_estimate_is_looked_at() -> None:
    too_high = a_read(APR, "1300", quality=ReadQuality.ESTIMATED)
    assert codes(USUAL, too_high, a_read(MAY, "1290")) == ["negative_usage"]


def test_the_third_estimate_in_a_row_is_noted() -> None:
    def estimated(day: date, value: str) -> MeterRead:
        return a_read(day, value, quality=ReadQuality.ESTIMATED)

    march, april, may = estimated(date(2026, 3, 1), "1200"), estimated(APR, "1290"), estimated(MAY, "1380")
    assert codes(USUAL, april, may) == []
    (finding,) = findings(USUAL, march, april, may)
    assert finding.code == "prolonged_estimation"
    assert finding.message.endswith("is estimated, 3 times in a row")


def test_a_utility_may_add_a_rule_of_its_own() -> None:
    def odd(usage: UsageToValidate, _limits: object) -> VeeException | None:
        if usage.dials_used % 2 == 0:
            return None
        return VeeException(
            code="odd", severity=Severity.NOTE, register_id=usage.read.register_id, message="odd usage"
        )

    point, reads = a_point(hung(a_register())), by_register(OPENING, a_read(MAY, "1301"))
    usage = agreement_usage(
        agreement=an_agreement(),
        service_points=points(point),
        reads=reads,
        period=Period(APR, MAY),
        unit=Unit.CUBIC_METER,
    )
    (finding,) = validate_usage(usage=usage, service_points=[point], reads=reads, rules=[odd])
    assert finding.code == "odd"
