"""Invariants of billed days and of the reads that bills stand on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from chalicelib.domain.billing.bill import BilledRead, BillSegment
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit, UnknownUnit, ratio
from chalicelib.domain.ledger.invariants.history import AccountHistory, PostedSegment
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.metering.meter_read import ReadQuality

# A tariff may convert by a factor of its own (748 gallons a ccf, 7.5 a cubic foot) instead of the exact one.
_OWN_CONVERSION = Fraction(1, 100)


def billed_once(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 6: at most one live segment for each agreement and day; a gap is explained by a cancellation.

    No two segments share agreement, first day and generation, canceled or not.
    """
    seen: set[tuple[AgreementId, date, int]] = set()
    for posted in history.segments:
        segment = posted.segment
        key = (segment.agreement_id, segment.period.start, segment.generation)
        if key in seen:
            what = f"generation {segment.generation} of {segment.period} is there twice"
            yield _of(6, history, posted, what)
        seen.add(key)
    for live in history.live_segments().values():
        furthest = live[0]
        for posted in live[1:]:
            end, start = furthest.segment.period.end, posted.segment.period.start
            if start < end:
                days = f"{start} to {min(end, posted.segment.period.end)}"
                yield _of(6, history, posted, f"bills {days} again, as does {furthest.transaction_id}")
            elif start > end and not _canceled(history, posted.segment.agreement_id, Period(end, start)):
                yield _of(6, history, posted, f"nobody billed the days {end} to {start} before it")
            furthest = max(furthest, posted, key=lambda one: one.segment.period.end)


def stands_on_reads(history: AccountHistory) -> Iterator[Violation]:
    """Invariant 7: metered charges cite reads, flagged where estimated, whose usage is what is billed.

    A segment opens on the read that the one before closed on; only an exchange or a reprogrammed register
    starts anew. (A rollover shows within one segment, and an estimate is opened on like any read: that is
    what trues it up.) Usage is compared with the billed quantity up to the billing step, which the ledger
    does not know: a power of ten that divides the quantity. What the dials give for a multiplier is proved by
    replaying the bill.
    """
    for live in history.live_segments().values():
        for posted in live:
            yield from (_of(7, history, posted, what) for what in _reads_at_fault(posted.segment))
        for before, after in pairwise(live):
            yield from (
                _of(7, history, after, what) for what in _breaks_between(before.segment, after.segment)
            )


def _reads_at_fault(segment: BillSegment) -> Iterator[str]:
    if segment.quantity is None:
        return
    if not segment.reads:
        if not segment.estimated:
            yield f"{segment.agreement_id} bills {segment.quantity} {segment.unit} on no reads"
        return
    if segment.estimated != any(read.end_quality is ReadQuality.ESTIMATED for read in segment.reads):
        said = "says" if segment.estimated else "does not say"
        yield f"{segment.agreement_id} {said} that it is estimated; its reads tell otherwise"
    for read in segment.reads:
        if read.start_value == read.end_value and read.usage and "rollover" not in read.event:
            yield f"register {read.register_id} stood still at {read.end_value}, yet used {read.usage}"
    try:
        used = sum((_in_unit(read, segment.unit) for read in segment.reads), Fraction(0))
    except UnknownUnit as unknown:
        yield f"{segment.agreement_id}: {unknown.message}"
        return
    apart = abs(used - Fraction(segment.quantity))
    if apart and apart >= _slack(segment, used):
        shown = Decimal(int(used * 10_000)).scaleb(-4).normalize()
        yield f"{segment.agreement_id} bills {segment.quantity} {segment.unit}, its reads give {shown:f}"


def _in_unit(read: BilledRead, unit: str) -> Fraction:
    usage = Fraction(read.usage)
    if read.unit == unit:
        return usage
    return usage * ratio(source=Unit.parse(read.unit), target=Unit.parse(unit))


def _slack(segment: BillSegment, used: Fraction) -> Fraction:
    """What usage and billed quantity lie less than apart: a billing step, and the tariff's own factor."""
    if not segment.quantity:
        return abs(used) + 1  # whatever is below an unknown step rounds to nothing
    exponent = segment.quantity.normalize().as_tuple().exponent
    step = Fraction(10) ** exponent if isinstance(exponent, int) else Fraction(0)
    if all(read.unit == segment.unit for read in segment.reads):
        return step
    return step + abs(used) * _OWN_CONVERSION


def _breaks_between(before: BillSegment, after: BillSegment) -> Iterator[str]:
    if before.period.end != after.period.start:
        return
    closed = {read.register_id: read for read in before.reads if _closes(read, before)}
    for read in after.reads:
        last = closed.get(read.register_id)
        if last is None or read.start_on != last.end_on or _starts_anew(last, read):
            continue
        if read.start_value != last.end_value:
            yield _broken_chain(last, read)


def _closes(read: BilledRead, segment: BillSegment) -> bool:
    return read.end_on == segment.period.end


def _starts_anew(last: BilledRead, read: BilledRead) -> bool:
    happened = {*last.event.split("+"), *read.event.split("+")}
    return bool(happened & {"removed", "face_changed"}) or "installed" in read.event.split("+")


def _broken_chain(last: BilledRead, read: BilledRead) -> str:
    return (
        f"register {read.register_id} opens at {read.start_value} on {read.start_on}; the bill before "
        f"closed at {last.end_value}"
    )


def _canceled(history: AccountHistory, agreement_id: AgreementId, gap: Period) -> bool:
    """Whether every day of a gap was billed once and then canceled."""
    billed = [
        one.segment.period
        for one in history.segments
        if one.segment.agreement_id == agreement_id and not one.is_live
    ]
    return all(any(day in period for period in billed) for day in gap)


def _of(invariant: int, history: AccountHistory, posted: PostedSegment, message: str) -> Violation:
    return Violation(
        invariant=invariant,
        account_id=history.account_id,
        transaction_id=posted.transaction_id,
        message=message,
        data={
            "agreement_id": posted.segment.agreement_id,
            "period": str(posted.segment.period),
            "generation": posted.segment.generation,
        },
    )
