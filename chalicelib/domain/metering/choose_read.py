"""Which day ends a billing period: the one whose reads lie best in the schedule's window."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from chalicelib.domain.kernel.ids import RegisterId, ServicePointId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.register_usage import Dial
from chalicelib.domain.metering.stretches import Stretch, closing_dial, stretches
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceAgreement
from chalicelib.domain.premises.service_point import ServicePoint


def period_end(
    *,
    agreement: ServiceAgreement,
    service_points: Mapping[ServicePointId, ServicePoint],
    reads: Mapping[RegisterId, Sequence[MeterRead]],
    schedule: Schedule,
    start: date,
) -> date | None:
    """The day that ends the period of `agreement` that began on `start`; None where no day has all its reads.

    - An agreement that ends before the window closes ends the period with its own last day, read or not.
    - An unmetered agreement, or one without a meter to read, ends it on the expected day.
    - Otherwise it is the day in the window on which every register that counts then has a read or was taken
      down: days without estimates first, then the nearest to `expected_read_on`, then the earlier.
    """
    if agreement.end is not None and start < agreement.end < schedule.window_close:
        return agreement.end
    if not agreement.is_metered:
        return schedule.expected_read_on
    ranked: list[tuple[bool, int, date]] = []
    for day in _days_with_reads(reads, schedule):
        if day <= start:
            continue
        dials = list(_closing_dials(agreement, service_points, reads, Period(start, day)))
        known = [dial for dial in dials if dial is not None]
        if known and len(known) == len(dials):
            estimated = any(dial.quality is ReadQuality.ESTIMATED for dial in known)
            ranked.append((estimated, abs((day - schedule.expected_read_on).days), day))
    return min(ranked)[2] if ranked else None


def _days_with_reads(reads: Mapping[RegisterId, Sequence[MeterRead]], schedule: Schedule) -> Iterator[date]:
    days = {read.read_on for of_register in reads.values() for read in of_register}
    return (day for day in sorted(days) if schedule.window_open <= day < schedule.window_close)


def _closing_dials(
    agreement: ServiceAgreement,
    service_points: Mapping[ServicePointId, ServicePoint],
    reads: Mapping[RegisterId, Sequence[MeterRead]],
    period: Period,
) -> Iterator[Dial | None]:
    for link in agreement.links:
        if link.role is LinkRole.CHECK:
            continue
        for stretch in stretches(link=link, point=service_points.get(link.service_point_id), period=period):
            if isinstance(stretch, Stretch) and stretch.days.end == period.end:
                yield closing_dial(stretch, reads=reads.get(stretch.register.register_id, ()))
