"""Reads put in place of reads that nobody took: always flagged, always trued up by the next real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.billing.bill import BilledRead
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RegisterId, ServicePointId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.register_usage import Dial
from chalicelib.domain.metering.stretches import Stretch, closing_dial, opening_dial, stretches
from chalicelib.domain.metering.usual_use import average_daily_dials, same_days_last_year_dials
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceAgreement
from chalicelib.domain.premises.service_point import ServicePoint


class UnableToEstimate(Refusal):
    """A read cannot be estimated: nothing opens the period, or the register has no history."""


def estimated_reads(
    *,
    agreement: ServiceAgreement,
    service_points: Mapping[ServicePointId, ServicePoint],
    reads: Mapping[RegisterId, Sequence[MeterRead]],
    period: Period,
    taken_at: datetime,
    last_billed: Mapping[RegisterId, BilledRead] | None = None,
) -> tuple[MeterRead, ...]:
    """An estimate for every register of `agreement` that lacks the read which closes `period`.

    `reads` and `last_billed` are as in agreement_usage; `taken_at` is the instant that the estimates are
    stored under (the beginning of `period.end` in the utility's time zone). Reads lacking
    elsewhere (at the opening, at a removal) are not invented. Record the estimates when the bill that they
    close is posted.

    Raises UnableToEstimate.
    """
    found: list[MeterRead] = []
    for link in agreement.links:
        if link.role is LinkRole.CHECK:
            continue
        for stretch in stretches(link=link, point=service_points.get(link.service_point_id), period=period):
            if not isinstance(stretch, Stretch) or not _closes_unread(stretch, period):
                continue
            register_id = stretch.register.register_id
            history = reads.get(register_id, ())
            if closing_dial(stretch, reads=history) is not None:
                continue
            start = opening_dial(stretch, reads=history, last_billed=(last_billed or {}).get(register_id))
            found.append(_estimate(stretch, history, start, taken_at))
    return tuple({read.register_id: read for read in found}.values())


def _closes_unread(stretch: Stretch, period: Period) -> bool:
    return stretch.days.end == period.end and stretch.installation.removed_on != period.end


def _estimate(
    stretch: Stretch, history: Sequence[MeterRead], start: Dial | None, taken_at: datetime
) -> MeterRead:
    register_id = stretch.register.register_id
    if start is None:
        raise UnableToEstimate(
            f"register {register_id} has no read on {stretch.days.start} to estimate from: import that read",
            register_id=register_id,
            day=stretch.days.start,
        )
    daily, method = _likely_use(register_id, history, stretch.days)
    return MeterRead(
        register_id=register_id,
        taken_at=taken_at,
        read_on=stretch.days.end,
        value=_on_dials(Fraction(start.value) + daily * stretch.days.days, stretch),
        quality=ReadQuality.ESTIMATED,
        source=f"estimate.{method}",
    )


def _likely_use(register_id: RegisterId, history: Sequence[MeterRead], days: Period) -> tuple[Fraction, str]:
    """Dial units a day, and how they were found: the same days last year, else the average."""
    last_year = same_days_last_year_dials(reads=history, period=days)
    if last_year is not None:
        return last_year, "same_days_last_year"
    average = average_daily_dials(reads=history, before=days.start)
    if average is not None:
        return average, "average_daily_use"
    raise UnableToEstimate(
        f"register {register_id} has neither reads of the same days last year nor two weeks of reads before "
        f"{days.start}: read the meter",
        register_id=register_id,
        day=days.start,
    )


def _on_dials(value: Fraction, stretch: Stretch) -> Decimal:
    """`value` as the dials would show it: passed zero if need be, the last digit cut, never rounded up."""
    decimals = stretch.face.decimals
    shown = value % Fraction(stretch.face.capacity)
    return Decimal(to_integer(shown * 10**decimals, rule=RoundingRule.DOWN)).scaleb(-decimals)
