"""What a register usually counts, from its own reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality

_SHORTEST_HISTORY_DAYS = 14
_LONGEST_HISTORY_DAYS = 400
_SEASON_SLACK_DAYS = 10  # how far a read of last year may lie from the same calendar day


def average_daily_dials(*, reads: Sequence[MeterRead], before: date) -> Fraction | None:
    """Dial units a day over up to 400 days of real reads before and on `before`; None below 14 days of them.

    Only the newest run of reads that never falls counts: a rollover or correction ends the history.
    """
    run = _newest_rising_run([read for read in real_reads(reads) if read.read_on <= before])
    run = [read for read in run if (before - read.read_on).days <= _LONGEST_HISTORY_DAYS]
    return _rate(run[0], run[-1]) if run else None


def same_days_last_year_dials(*, reads: Sequence[MeterRead], period: Period) -> Fraction | None:
    """Dial units a day over the same calendar days a year before; None without reads near both ends.

    365 days are gone back; each end takes the nearest real read within 10 days.
    """
    real = real_reads(reads)
    start = _nearest(real, day=period.start - timedelta(days=365))
    end = _nearest(real, day=period.end - timedelta(days=365))
    return _rate(start, end) if start is not None and end is not None else None


def usual_daily_dials(*, reads: Sequence[MeterRead], period: Period) -> Fraction | None:
    """The largest of last year's, the average and the newest use, in dial units a day; None without history.

    The newest use follows a season that begins: a garden has no last year in its first one.
    """
    uses = (
        average_daily_dials(reads=reads, before=period.start),
        newest_daily_dials(reads=reads, before=period.start),
        same_days_last_year_dials(reads=reads, period=period),
    )
    return max((use for use in uses if use is not None), default=None)


def newest_daily_dials(*, reads: Sequence[MeterRead], before: date) -> Fraction | None:
    """Dial units a day over the last 14 days or more up to `before`; None where the reads do not tell."""
    run = _newest_rising_run([read for read in real_reads(reads) if read.read_on <= before])
    earlier = [read for read in run if (run[-1].read_on - read.read_on).days >= _SHORTEST_HISTORY_DAYS]
    return _rate(earlier[-1], run[-1]) if earlier else None


def real_reads(reads: Sequence[MeterRead]) -> list[MeterRead]:
    """The reads that somebody or something took, oldest first."""
    return sorted(
        (read for read in reads if read.quality is not ReadQuality.ESTIMATED), key=lambda read: read.taken_at
    )


def _newest_rising_run(reads: list[MeterRead]) -> list[MeterRead]:
    run: list[MeterRead] = []
    for read in reads:
        if run and read.value < run[-1].value:
            run = []
        run.append(read)
    return run


def _nearest(reads: list[MeterRead], *, day: date) -> MeterRead | None:
    near = [read for read in reads if abs((read.read_on - day).days) <= _SEASON_SLACK_DAYS]
    return min(near, key=lambda read: (abs((read.read_on - day).days), read.taken_at), default=None)


def _rate(start: MeterRead, end: MeterRead) -> Fraction | None:
    days = (end.read_on - start.read_on).days
    if days < _SHORTEST_HISTORY_DAYS or end.value < start.value:
        return None
    return Fraction(end.value - start.value) / days
