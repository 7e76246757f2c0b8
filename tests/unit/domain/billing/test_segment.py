"""One agreement's segment: from where to where, on which reads, on which terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.billing.bill import BilledRead, BillKind, BillSegment
from chalicelib.domain.billing.inputs import BilledBefore, BillingTerms, MeteringInputs
from chalicelib.domain.billing.run_dates import run_dates
from chalicelib.domain.billing.segment import NoReadYet, bill_agreement
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.premises.service_agreement import ServiceAgreement, ServiceType
from chalicelib.domain.premises.service_point import RegisterFace
from chalicelib.domain.tariffs.rating import compile_book
from chalicelib.tariff_documents.load import load_tariff
from tests.towns import (
    CYCLE,
    MOVED_IN,
    NOVEMBER,
    OCTOBER,
    TARIFFS,
    a_read,
    household,
    on_day,
    schedule,
    the_account,
    the_register,
)

BOOK = compile_book(load_tariff(text, file="towns.py").version for text in TARIFFS)
POINT, FOUND = household(1)
WATER = next(a for a in FOUND.agreements if a.service_type is ServiceType.WATER)
TRASH = next(a for a in FOUND.agreements if a.service_type is ServiceType.TRASH)
REGISTER = the_register(the_account(1))
DATES = run_dates(schedule=schedule(OCTOBER), today=on_day(OCTOBER, 12), calendar=BusinessCalendar())
TERMS = BillingTerms(
    kind=BillKind.CYCLE,
    cycle=CYCLE,
    period=OCTOBER,
    schedule=schedule(OCTOBER),
    dates=DATES,
    today=on_day(OCTOBER, 12),
)


def bill(
    agreement: ServiceAgreement = WATER,
    *reads: MeterRead,
    before: BilledBefore | None = None,
    terms: BillingTerms = TERMS,
    face: RegisterFace | None = None,
) -> BillSegment | None:
    point = POINT
    if face is not None:
        (installation,) = POINT.installations
        (register,) = installation.registers
        register = replace(register, face=Dated.since(MOVED_IN, face))
        point = replace(POINT, installations=(replace(installation, registers=(register,)),))
    done = bill_agreement(
        agreement=agreement,
        before=before,
        terms=terms,
        metering=MeteringInputs(
            service_points={point.service_point_id: point}, reads={REGISTER: tuple(reads)}
        ),
        book=BOOK,
    )
    return done.segment if done else None


def billed_until(day: date, value: int) -> BilledBefore:
    read = BilledRead(
        register_id=REGISTER,
        start_on=day,
        start_value=Decimal(value),
        start_quality=ReadQuality.ACTUAL,
        end_on=day,
        end_value=Decimal(value),
        end_quality=ReadQuality.ACTUAL,
        usage=Decimal(0),
        unit="",
    )
    return BilledBefore(until=day, reads=(read,))


def test_the_first_segment_starts_with_the_agreement_and_ends_on_the_read() -> None:
    segment = bill(WATER, a_read(1, OCTOBER))
    assert segment is not None
    assert segment.period == Period(MOVED_IN, on_day(OCTOBER, 10))
    # 106 − 100 = 6 ccf: 10.00 + 6 × 2.00
    assert (segment.quantity, segment.unit, segment.total_minor) == (Decimal(6), "ccf", 2200)


def test_a_later_segment_starts_where_the_last_one_ended_on_its_own_read() -> None:
    segment = bill(WATER, a_read(1, OCTOBER), before=billed_until(on_day(OCTOBER, 1), 104))
    assert segment is not None
    assert segment.period == Period(on_day(OCTOBER, 1), on_day(OCTOBER, 10))
    assert segment.quantity == Decimal(2)


def test_what_a_former_system_billed_is_not_billed_again() -> None:
    taken_over = replace(WATER, billed_until=on_day(OCTOBER, 1))
    before = replace(a_read(1, OCTOBER, value=103), read_on=on_day(OCTOBER, 1))
    segment = bill(taken_over, before, a_read(1, OCTOBER))
    assert segment is not None
    assert (segment.period.start, segment.quantity) == (on_day(OCTOBER, 1), Decimal(3))


def test_an_agreement_billed_in_this_window_waits_for_the_next() -> None:
    later = a_read(1, OCTOBER, day=13, value=110)
    assert bill(WATER, later, before=billed_until(on_day(OCTOBER, 10), 106)) is None


def test_a_flat_service_ends_on_the_day_the_schedule_expects() -> None:
    segment = bill(TRASH)
    assert segment is not None
    assert segment.period == Period(MOVED_IN, on_day(OCTOBER, 10))
    assert (segment.quantity, segment.reads, segment.total_minor) == (None, (), 1200)


def test_without_a_read_in_the_window_it_waits() -> None:
    with pytest.raises(NoReadYet, match="2026-10-18"):
        bill(WATER, a_read(1, OCTOBER, day=2))


def test_an_agreement_that_starts_after_the_closing_day_is_not_due() -> None:
    assert bill(replace(TRASH, start=on_day(OCTOBER, 12))) is None


def test_an_ended_agreement_closes_on_its_last_day_and_is_never_due_again() -> None:
    ended = replace(TRASH, end=on_day(OCTOBER, 3))
    segment = bill(ended)
    assert segment is not None
    assert segment.period.end == on_day(OCTOBER, 3)
    november = replace(TERMS, period=NOVEMBER, schedule=schedule(NOVEMBER), today=on_day(NOVEMBER, 12))
    assert bill(ended, before=BilledBefore(until=on_day(OCTOBER, 3)), terms=november) is None


def test_reads_are_truncated_to_whole_units_not_their_difference() -> None:
    # tenths of a ccf on the dials: 100.0 to 106.9 is 6.9, but 100 to 106 whole units: 6
    tenths = RegisterFace(dials=5, decimals=1, unit=Unit.CCF)
    october = replace(a_read(1, OCTOBER), value=Decimal("106.9"))
    first = bill(WATER, october, face=tenths)
    assert first is not None
    assert first.quantity == Decimal(6)
    # 106.9 to 113.1 is 6.2, but 106 to 113 whole units: 7. Together 13: 100 to 113
    november = replace(a_read(1, NOVEMBER), value=Decimal("113.1"))
    second = bill(
        WATER,
        october,
        november,
        before=replace(
            billed_until(on_day(OCTOBER, 10), 106),
            reads=(
                replace(
                    billed_until(on_day(OCTOBER, 10), 106).reads[0],
                    start_value=Decimal("106.9"),
                    end_value=Decimal("106.9"),
                ),
            ),
        ),
        terms=replace(TERMS, period=NOVEMBER, schedule=schedule(NOVEMBER), today=on_day(NOVEMBER, 12)),
        face=tenths,
    )
    assert second is not None
    assert second.quantity == Decimal(7)


def test_days_billed_and_canceled_before_are_billed_in_the_next_generation() -> None:
    days = Period(MOVED_IN, on_day(OCTOBER, 10))
    canceled = BilledBefore(until=None, canceled=((days, 0), (days, 1)))
    segment = bill(WATER, a_read(1, OCTOBER), before=canceled)
    assert segment is not None
    assert (segment.period, segment.generation) == (days, 2)


def test_a_bill_beside_the_cycle_ends_on_its_own_day() -> None:
    beside = replace(TERMS, kind=BillKind.OFF_CYCLE, through=on_day(OCTOBER, 2))
    segment = bill(WATER, a_read(1, OCTOBER, day=2, value=104), terms=beside)
    assert segment is not None
    assert (segment.period.end, segment.quantity) == (on_day(OCTOBER, 2), Decimal(4))
