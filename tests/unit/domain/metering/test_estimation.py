"""Estimated reads: from last year, else from the average, on the dials, trued up by the next real read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.metering.agreement_usage import agreement_usage
from chalicelib.domain.metering.estimation import UnableToEstimate, estimated_reads
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.premises.service_point import ServicePoint
from tests.unit.domain.metering.builders import (
    LONG_AGO,
    a_face,
    a_point,
    a_read,
    a_register,
    an_agreement,
    by_register,
    hung,
    points,
)

APR, MAY, JUN = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
MIDNIGHT = datetime(2026, 5, 1, tzinfo=UTC)
PLAIN = a_point(hung(a_register()))


def estimate(*reads: MeterRead, point: ServicePoint = PLAIN) -> tuple[MeterRead, ...]:
    return estimated_reads(
        agreement=an_agreement(),
        service_points=points(point),
        reads=by_register(*reads),
        period=Period(APR, MAY),
        taken_at=MIDNIGHT,
    )


def test_the_same_days_last_year_come_first() -> None:
    # last year 1 April to 1 May: 1060 − 1000 = 60 in 30 days; the average since is higher and not used
    reads = a_read(date(2025, 4, 1), "1000"), a_read(date(2025, 5, 1), "1060"), a_read(APR, "5000")

    (read,) = estimate(*reads)

    assert read.value == 5060
    assert (read.read_on, read.quality, read.taken_at) == (MAY, ReadQuality.ESTIMATED, MIDNIGHT)
    assert read.source == "estimate.same_days_last_year"


def test_without_last_year_the_average_daily_use_counts_cut_to_the_dials() -> None:
    # 100 in 28 days; × 30 days = 107.14…, of which the dials show 107
    (read,) = estimate(a_read(APR - timedelta(days=28), "900"), a_read(APR, "1000"))
    assert read.value == 1107
    assert read.source == "estimate.average_daily_use"


def test_decimals_of_the_dials_are_filled() -> None:
    tenths = a_point(hung(a_register("r1", (LONG_AGO, a_face(decimals=1)))))
    (read,) = estimate(a_read(APR - timedelta(days=28), "900"), a_read(APR, "1000"), point=tenths)
    assert read.value == Decimal("1107.1")


def test_an_estimate_rolls_over_with_the_dials() -> None:
    (read,) = estimate(a_read(APR - timedelta(days=30), "999930"), a_read(APR, "999980"))
    assert read.value == 30  # 999,980 + 50 − 1,000,000


def test_other_estimates_are_no_history() -> None:
    guess = a_read(APR, "1000", quality=ReadQuality.ESTIMATED)
    reads = a_read(APR - timedelta(days=60), "880"), a_read(APR - timedelta(days=30), "940"), guess
    (read,) = estimate(*reads)
    assert read.value == 1060  # 60 a month from the real reads, on top of the estimate


def test_nothing_is_estimated_where_the_read_is_there() -> None:
    assert estimate(a_read(APR, "1000"), a_read(MAY, "1010")) == ()


def test_without_an_opening_read_there_is_nothing_to_estimate_from() -> None:
    with pytest.raises(UnableToEstimate, match="no read on 2026-04-01"):
        estimate(a_read(APR - timedelta(days=30), "940"))


def test_without_history_there_is_no_estimate() -> None:
    with pytest.raises(UnableToEstimate, match="neither reads of the same days last year nor two weeks"):
        estimate(a_read(APR, "940"))


def test_a_removal_that_nobody_read_is_not_invented() -> None:
    removed = a_point(hung(a_register(), removed_on=MAY))
    history = a_read(APR - timedelta(days=28), "900"), a_read(APR, "1000")
    assert estimate(*history, point=removed) == ()


def test_the_next_real_read_trues_an_estimate_up() -> None:
    history = a_read(APR - timedelta(days=30), "940"), a_read(APR, "1000")
    (guess,) = estimate(*history)  # 1060
    reads = by_register(*history, guess, a_read(JUN, "1075"))

    def usage(period: Period) -> Quantity:
        return agreement_usage(
            agreement=an_agreement(),
            service_points=points(PLAIN),
            reads=reads,
            period=period,
            unit=Unit.CUBIC_METER,
        ).quantity

    assert usage(Period(APR, MAY)) == Quantity.of(60, Unit.CUBIC_METER)
    assert usage(Period(MAY, JUN)) == Quantity.of(
        15, Unit.CUBIC_METER
    )  # 1075 − 1060; 75 in all = 1075 − 1000
    assert guess.register_id == RegisterId("r1")
