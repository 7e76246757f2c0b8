"""The usage of one register between two looks at its dials."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.domain.metering.plausibility import PlausibilityLimits
from chalicelib.domain.premises.service_point import RegisterFace


class RegisterWentBackwards(Refusal):
    """A register shows less than before, and a rollover would mean more water than its dials suggest."""


class ImplausibleRollover(Refusal):
    """A register shows less than before, and a rollover would mean far more water than is usual here."""


class ValueBeyondDials(Refusal):
    """A read cannot stand on the dials of its register: negative, or more digits than there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """What a register showed on a day, and how we know."""

    on: date
    value: Decimal
    quality: ReadQuality


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterUsage:
    """Water between two looks at a register, negative only where an estimate had gone too far.

    `dials_used` is the same in dial units, before the multiplier. `rolled_over`: the dials passed zero.
    """

    water: Quantity
    dials_used: Decimal
    rolled_over: bool


def require_on_dials(*, register_id: RegisterId, value: Decimal, face: RegisterFace) -> None:
    """Raises ValueBeyondDials when `value` cannot be shown on `face`."""
    if not 0 <= value < face.capacity:
        raise ValueBeyondDials(
            f"register {register_id} has {face.dials} dials and cannot show {value}: correct the read, or "
            "the register's dials and unit",
            register_id=register_id,
            value=value,
            dials=face.dials,
        )


def register_usage(
    *,
    register_id: RegisterId,
    start: Dial,
    end: Dial,
    face: RegisterFace,
    limits: PlausibilityLimits,
    usual_daily: Fraction | None,
    unit: Unit,
    truncate_to: Decimal | None = None,
) -> RegisterUsage:
    """The water that passed between `start` and `end` on `face`, in `unit`.

    `usual_daily` is the usual use in dial units a day (None: no history). `truncate_to` is a step in `unit`:
    both reads are cut down to it before they are subtracted, so that usages of consecutive periods add up to
    the difference of the cut reads (how clerks have billed whole units since dials were read by eye).

    Dials that show less than before have rolled over if that is plausible. If it is not, and the start was an
    estimate, the estimate was too high: the usage is negative and gives back what was billed too much.

    Raises RegisterWentBackwards, ImplausibleRollover, ValueBeyondDials.
    """
    for dial in (start, end):
        require_on_dials(register_id=register_id, value=dial.value, face=face)
    rolled_over = False
    if end.value < start.value:
        refusal = _doubt_in_rollover(register_id, start, end, face, limits, usual_daily)
        rolled_over = refusal is None
        if refusal is not None and start.quality is not ReadQuality.ESTIMATED:
            raise refusal
    end_value = end.value + face.capacity if rolled_over else end.value
    begun = _water(start.value, face, unit, truncate_to)
    ended = _water(end_value, face, unit, truncate_to)
    return RegisterUsage(water=ended - begun, dials_used=end_value - start.value, rolled_over=rolled_over)


def _water(value: Decimal, face: RegisterFace, unit: Unit, truncate_to: Decimal | None) -> Quantity:
    water = Quantity.of(value * face.multiplier, face.unit).to(unit)
    return water if truncate_to is None else water.stepped(step=truncate_to, rule=RoundingRule.DOWN)


def _doubt_in_rollover(
    register_id: RegisterId,
    start: Dial,
    end: Dial,
    face: RegisterFace,
    limits: PlausibilityLimits,
    usual_daily: Fraction | None,
) -> RegisterWentBackwards | ImplausibleRollover | None:
    """Why a rollover is not believed, or None where it is."""
    rolled = end.value + face.capacity - start.value
    what = f"register {register_id} showed {start.value} on {start.on} and {end.value} on {end.on}"
    facts = {
        "register_id": register_id,
        "start_value": start.value,
        "end_value": end.value,
        "start_on": start.on,
        "end_on": end.on,
        "rollover_usage": rolled,
    }
    if rolled > face.capacity * limits.capacity_share:
        return RegisterWentBackwards(
            f"{what}: it went backwards (a rollover would mean {rolled} of the {face.capacity} that its "
            "dials count); check the reads, or record the meter's exchange",
            **facts,
        )
    if usual_daily is None:
        return None
    most = usual_daily * (end.on - start.on).days * Fraction(limits.rollover_times_history)
    if rolled > most:
        return ImplausibleRollover(
            f"{what}: a rollover would mean {rolled}, more than {limits.rollover_times_history} times the "
            "usual use of these days; check the reads, or record the meter's exchange",
            **facts,
        )
    return None
