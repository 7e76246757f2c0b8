"""The validation rules that stand before every bill."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.domain.kernel.quantity import Quantity
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.metering.plausibility import PlausibilityLimits
from chalicelib.domain.metering.vee.rule import Severity, UsageToValidate, VeeException, VeeRule


def negative(usage: UsageToValidate, _limits: PlausibilityLimits) -> VeeException | None:
    """Usage below zero: the estimate that opened the period was too high. The credit needs a look."""
    if usage.dials_used >= 0:
        return None
    return _finding(
        "negative_usage",
        Severity.EXCEPT,
        usage,
        f"is {usage.dials_used} on the dials: the estimate of {usage.read.start_on} was too high",
    )


def implausible(usage: UsageToValidate, limits: PlausibilityLimits) -> VeeException | None:
    """More than a believable share of all that the dials can count."""
    if usage.dials_used <= usage.face.capacity * limits.capacity_share:
        return None
    return _finding(
        "implausible_usage",
        Severity.EXCEPT,
        usage,
        f"of {_shown(usage.water)} is more than {limits.capacity_share} of what its dials count",
    )


def far_above_history(usage: UsageToValidate, limits: PlausibilityLimits) -> VeeException | None:
    """Many times the usual, and a noteworthy amount of water."""
    usual = usage.usual_water
    if usual is None or usage.water.value <= limits.high_from.to(usage.water.unit).value:
        return None
    if usage.water.value <= usual.value * Fraction(limits.high_times_history):
        return None
    return _finding(
        "far_above_history",
        Severity.EXCEPT,
        usage,
        f"of {_shown(usage.water)} is more than {limits.high_times_history} times the usual {_shown(usual)}",
    )


def zero_with_history(usage: UsageToValidate, limits: PlausibilityLimits) -> VeeException | None:
    """No water at all where some is usual: a stopped meter, or an empty house."""
    usual = usage.usual_water
    if usage.dials_used != 0 or usual is None or usual.value < limits.zero_from.to(usual.unit).value:
        return None
    return _finding("zero_with_history", Severity.NOTE, usage, f"is zero; {_shown(usual)} would be usual")


def prolonged_estimation(usage: UsageToValidate, limits: PlausibilityLimits) -> VeeException | None:
    """Estimated too many times without a real read in between."""
    in_a_row = usage.estimates_before + 1
    if usage.read.end_quality is not ReadQuality.ESTIMATED or in_a_row < limits.estimates_in_a_row:
        return None
    return _finding(
        "prolonged_estimation",
        Severity.NOTE,
        usage,
        f"is estimated, {in_a_row} times in a row",
    )


STANDARD_RULES: tuple[VeeRule, ...] = (
    negative,
    implausible,
    far_above_history,
    zero_with_history,
    prolonged_estimation,
)


def _finding(code: str, severity: Severity, usage: UsageToValidate, what: str) -> VeeException:
    read = usage.read
    return VeeException(
        code=code,
        severity=severity,
        register_id=read.register_id,
        message=f"usage of register {read.register_id} from {read.start_on} to {read.end_on} {what}",
        data={"dials_used": str(usage.dials_used), "start": str(read.start_on), "end": str(read.end_on)},
    )


def _shown(water: Quantity) -> str:
    return f"{water.decimal(places=1):,f}".removesuffix(".0") + f" {water.unit.value}"
