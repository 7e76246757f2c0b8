"""One agreement's segment: from where it was last billed to the day that ends the period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from chalicelib.domain.billing.bill import BilledRead, BillSegment
from chalicelib.domain.billing.exceptions import NO_READ, READ_REPLACED, BillException
from chalicelib.domain.billing.inputs import BilledBefore, BillingTerms, MeteringInputs
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.metering.agreement_usage import AgreementUsage, ReadsMissing, agreement_usage
from chalicelib.domain.metering.choose_read import period_end
from chalicelib.domain.metering.estimation import estimated_reads
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.metering.register_usage import (
    ImplausibleRollover,
    RegisterWentBackwards,
    ValueBeyondDials,
)
from chalicelib.domain.metering.vee.rule import Severity
from chalicelib.domain.metering.vee.validate_usage import validate_usage
from chalicelib.domain.premises.bill_cycle import AtWindowClose
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceAgreement
from chalicelib.domain.tariffs.rating import Position, RatingRequest, TariffBook
from chalicelib.domain.tariffs.version import UsageTerms

# An estimate is kept under an instant that no meter reader writes down, so that the actual read of the same
# day, should it turn up late, still finds its own instant free.
_ESTIMATE_TIME = time(0, 0, 0, 1, tzinfo=UTC)
_REFUSED_READS = (RegisterWentBackwards, ImplausibleRollover, ValueBeyondDials)


class NoReadYet(Refusal):
    """No read in the window ends the period, and it is not yet time to estimate."""


class RegisterUnitUnknown(Refusal):
    """An agreement is metered, but no meter hangs where it is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segmented:
    """A segment, the estimates it rests on, and what validation found."""

    segment: BillSegment
    estimates: tuple[MeterRead, ...] = ()
    findings: tuple[BillException, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    usage: AgreementUsage
    estimates: tuple[MeterRead, ...] = ()
    findings: tuple[BillException, ...] = ()


def position_of(agreement: ServiceAgreement, period: Period) -> Position:
    """Where a period's bill stands in the agreement's life; what a former system billed has opened it."""
    if agreement.end == period.end:
        return Position.CLOSING
    if agreement.start == period.start and agreement.billed_until is None:
        return Position.OPENING
    return Position.REGULAR


def bill_agreement(
    *,
    agreement: ServiceAgreement,
    before: BilledBefore | None,
    terms: BillingTerms,
    metering: MeteringInputs,
    book: TariffBook,
) -> Segmented | None:
    """The segment of `agreement` that is due under `terms`, or None when nothing is.

    Raises NoReadYet, UnableToEstimate, the refusals of agreement_usage and those of TariffBook.rate.
    """
    until = before.until if before else None
    start = until or agreement.billed_until or agreement.start
    if until and terms.through is None and until >= terms.schedule.window_open:
        return None  # billed for this period already; later reads of the window belong to the next
    metering = _of_agreement(agreement, metering)
    end = _end(agreement, start, terms, metering)
    if end <= start or (agreement.end is not None and start >= agreement.end):
        return None
    period = Period(start, end)
    request = RatingRequest(
        tariff=agreement.tariff,
        period=period,
        bill_date=terms.dates.bill_date,
        determinants=agreement.determinants,
        position=position_of(agreement, period),
        scheduled_days=terms.scheduled_days,
    )
    if not agreement.is_metered:
        return Segmented(segment=_segment(agreement, before, request, None, book))
    measured = _measure(agreement, before, terms, metering, request, book.usage_terms(request))
    request = replace(request, usage=measured.usage.quantity)
    return Segmented(
        segment=_segment(agreement, before, request, measured.usage, book),
        estimates=measured.estimates,
        findings=measured.findings,
    )


def _of_agreement(agreement: ServiceAgreement, metering: MeteringInputs) -> MeteringInputs:
    """The meters of one agreement and their reads, out of a chunk's."""
    found = (metering.service_points.get(link.service_point_id) for link in agreement.links)
    points = {point.service_point_id: point for point in found if point is not None}
    registers = [
        register.register_id
        for point in points.values()
        for installation in point.installations
        for register in installation.registers
    ]
    return MeteringInputs(
        service_points=points, reads={one: metering.reads.get(one, ()) for one in registers}
    )


def _end(agreement: ServiceAgreement, start: date, terms: BillingTerms, metering: MeteringInputs) -> date:
    """The day that ends the period. Raises NoReadYet while a read may still come, or may not be estimated."""
    if terms.through is not None:
        return terms.through if agreement.end is None else min(terms.through, agreement.end)
    end = period_end(
        agreement=agreement,
        service_points=metering.service_points,
        reads=metering.reads,
        schedule=terms.schedule,
        start=start,
    )
    if end is not None:
        return end
    if _may_invent(terms):
        return terms.schedule.expected_read_on
    raise _no_read(terms)


def _may_invent(terms: BillingTerms) -> bool:
    """Whether a read that never came may be estimated: once the window is closed, if policy says so."""
    schedule = terms.schedule
    if terms.through is not None:
        return False  # bills beside the cycle stand on the reads there are
    return terms.today >= schedule.window_close and schedule.at_window_close is AtWindowClose.ESTIMATE


def _may_replace(terms: BillingTerms) -> bool:
    """Whether a read that is refused may be replaced by an estimate."""
    schedule = terms.schedule
    if terms.through is not None:
        return False
    return terms.today >= schedule.estimate_from and schedule.at_window_close is AtWindowClose.ESTIMATE


def _no_read(terms: BillingTerms) -> NoReadYet:
    schedule = terms.schedule
    if schedule.at_window_close is AtWindowClose.EXCEPT and terms.today >= schedule.window_close:
        mend = "the window is closed: import a read of the window, or bill the account off cycle"
    else:
        mend = f"import one; the account is tried again until {schedule.window_close}"
    return NoReadYet(
        f"no read from {schedule.window_open} to before {schedule.window_close} ends the period: {mend}",
        window_open=schedule.window_open,
        window_close=schedule.window_close,
    )


def _measure(
    agreement: ServiceAgreement,
    before: BilledBefore | None,
    terms: BillingTerms,
    metering: MeteringInputs,
    request: RatingRequest,
    usage_terms: UsageTerms | None,
) -> _Measured:
    """Usage and findings; where the closing read is missing or refused, on an estimate if that is allowed."""
    last = {read.register_id: read for read in before.reads} if before else {}
    period = request.period
    try:
        return _measure_reads(agreement, last, terms, metering, period, usage_terms)
    except ReadsMissing:
        if not _may_invent(terms):
            raise
        why = ""
    except _REFUSED_READS as refusal:
        if not _may_replace(terms):
            raise
        why = refusal.message
    return _estimate(agreement, last, terms, metering, period, usage_terms, why)


def _measure_reads(
    agreement: ServiceAgreement,
    last: Mapping[RegisterId, BilledRead],
    terms: BillingTerms,
    metering: MeteringInputs,
    period: Period,
    usage_terms: UsageTerms | None,
) -> _Measured:
    face_unit = _register_unit(agreement, metering, period)
    cut = usage_terms is not None and usage_terms.rounding is RoundingRule.DOWN
    if usage_terms is not None and cut and face_unit not in usage_terms.conversions:
        # Where whole units are billed, reads are truncated, not differences (docs/adr/0031).
        unit, truncate_to = usage_terms.unit, usage_terms.step
    else:
        unit, truncate_to = face_unit, None
    usage = agreement_usage(
        agreement=agreement,
        service_points=metering.service_points,
        reads=metering.reads,
        period=period,
        unit=unit,
        truncate_to=truncate_to,
        limits=terms.limits,
        last_billed=last,
    )
    found = validate_usage(
        usage=usage,
        service_points=metering.service_points.values(),
        reads=metering.reads,
        limits=terms.limits,
    )
    findings = tuple(
        BillException(
            code=one.code,
            message=one.message,
            agreement_id=agreement.agreement_id,
            blocks=one.severity is Severity.EXCEPT,
        )
        for one in found
    )
    return _Measured(usage=usage, findings=findings)


def _estimate(
    agreement: ServiceAgreement,
    last: Mapping[RegisterId, BilledRead],
    terms: BillingTerms,
    metering: MeteringInputs,
    period: Period,
    usage_terms: UsageTerms | None,
    why: str,
) -> _Measured:
    """Usage with the closing reads estimated. `why` says what a real read was refused for, if any."""
    kept = {
        register_id: tuple(read for read in reads if not why or read.read_on != period.end)
        for register_id, reads in metering.reads.items()
    }
    estimates = estimated_reads(
        agreement=agreement,
        service_points=metering.service_points,
        reads=kept,
        period=period,
        taken_at=datetime.combine(period.end, _ESTIMATE_TIME),
        last_billed=last,
    )
    with_estimates = {**kept, **{read.register_id: (*kept[read.register_id], read) for read in estimates}}
    measured = _measure_reads(
        agreement, last, terms, replace(metering, reads=with_estimates), period, usage_terms
    )
    note = BillException(
        code=READ_REPLACED if why else NO_READ,
        message=why or f"no read on {period.end}: estimated",
        agreement_id=agreement.agreement_id,
        blocks=False,
    )
    return replace(measured, estimates=estimates, findings=(note, *measured.findings))


def _register_unit(agreement: ServiceAgreement, metering: MeteringInputs, period: Period) -> Unit:
    """The unit of the first register that counts at the end of the period."""
    for link in agreement.links:
        point = metering.service_points.get(link.service_point_id)
        if link.role is LinkRole.CHECK or point is None:
            continue
        for installation in reversed(point.installations):
            if installation.installed_on < period.end:
                return installation.registers[0].face.on(max(period.start, installation.installed_on)).unit
    raise RegisterUnitUnknown(
        f"agreement {agreement.agreement_id} is metered, but no meter hangs where it is measured: record the "
        "meter's installation",
        agreement_id=agreement.agreement_id,
    )


def _segment(
    agreement: ServiceAgreement,
    before: BilledBefore | None,
    request: RatingRequest,
    usage: AgreementUsage | None,
    book: TariffBook,
) -> BillSegment:
    rating = book.rate(request)
    return BillSegment(
        agreement_id=agreement.agreement_id,
        service_type=agreement.service_type,
        period=request.period,
        generation=before.next_generation(request.period) if before else 0,
        quantity=rating.billed_quantity,
        unit=_billed_unit(book, request) if rating.billed_quantity is not None else "",
        estimated=usage is not None and usage.estimated,
        reads=usage.reads if usage is not None else (),
        lines=rating.lines,
    )


def _billed_unit(book: TariffBook, request: RatingRequest) -> str:
    terms = book.usage_terms(request)
    return terms.unit.value if terms is not None else ""
