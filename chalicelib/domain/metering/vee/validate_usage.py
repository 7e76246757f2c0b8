"""All rules over all registers of an agreement's usage."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.domain.billing.bill import BilledRead
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.metering.agreement_usage import AgreementUsage
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.plausibility import DEFAULT_LIMITS, PlausibilityLimits
from chalicelib.domain.metering.usual_use import usual_daily_dials
from chalicelib.domain.metering.vee.rule import UsageToValidate, VeeException, VeeRule
from chalicelib.domain.metering.vee.rules import STANDARD_RULES
from chalicelib.domain.premises.service_point import Register, ServicePoint


def validate_usage(
    *,
    usage: AgreementUsage,
    service_points: Iterable[ServicePoint],
    reads: Mapping[RegisterId, Sequence[MeterRead]],
    limits: PlausibilityLimits = DEFAULT_LIMITS,
    rules: Sequence[VeeRule] = STANDARD_RULES,
) -> tuple[VeeException, ...]:
    """What `rules` find about `usage`, register by register, against the history in `reads`."""
    registers = {
        register.register_id: register
        for point in service_points
        for installation in point.installations
        for register in installation.registers
    }
    candidates = [
        _to_validate(read, registers[read.register_id], reads.get(read.register_id, ()))
        for read in usage.reads
        if read.start_on < read.end_on
    ]
    findings = (rule(candidate, limits) for candidate in candidates for rule in rules)
    return tuple(finding for finding in findings if finding is not None)


def _to_validate(read: BilledRead, register: Register, history: Sequence[MeterRead]) -> UsageToValidate:
    days = Period(read.start_on, read.end_on)
    face = register.face.on(read.start_on)
    passed_zero = face.capacity if "rollover" in read.event else 0
    daily = usual_daily_dials(reads=history, period=days)
    return UsageToValidate(
        read=read,
        face=face,
        dials_used=read.end_value - read.start_value + passed_zero,
        usual_dials=None if daily is None else daily * days.days,
        estimates_before=_estimates_in_a_row(history, read),
    )


def _estimates_in_a_row(history: Sequence[MeterRead], read: BilledRead) -> int:
    count = 0
    for earlier in sorted(history, key=lambda one: (one.read_on, one.taken_at), reverse=True):
        if earlier.read_on >= read.end_on:
            continue
        if earlier.quality is not ReadQuality.ESTIMATED:
            break
        count += 1
    return count
