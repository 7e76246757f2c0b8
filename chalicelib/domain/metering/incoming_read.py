"""A read as it comes from outside: for a meter by its number, in the sender's unit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.kernel.quantity import Unit, ratio
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.register_usage import require_on_dials
from chalicelib.domain.premises.service_point import MeterInstallation, Register, RegisterFace, ServicePoint

_MOST_DECIMALS = 9


class MeterNotHung(Refusal):
    """A read lies outside the days on which its meter hung anywhere."""


class NotOnDials(Refusal):
    """A read in another unit than the register's has no exact value on its dials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingRead:
    """One row of a read file. `line` counts from 1; `unit` is what `value` counts (None: the dials).

    `read_on` is the day of `taken_at` in the utility's time zone.
    """

    file: str
    line: int
    meter_number: str
    position: str
    taken_at: datetime
    read_on: date
    value: Decimal
    unit: Unit | None = None
    quality: ReadQuality = ReadQuality.ACTUAL


def to_meter_read(
    incoming: IncomingRead,
    *,
    register_id: RegisterId,
    service_points: Iterable[ServicePoint],
    stands_for: date | None = None,
    source: str,
) -> MeterRead:
    """`incoming` as a read of `register_id`, which hangs or hung at one of `service_points`.

    `stands_for` is the period boundary it was chosen for, None: its own day. The day of an exchange belongs
    to both meters. Raises MeterNotHung, NotOnDials, ValueBeyondDials.
    """
    day = stands_for or incoming.read_on
    register = _register_on(day, register_id, service_points, incoming)
    face = register.face.on(max(day, next(register.face.changes())))
    value = _dial_value(incoming, face)
    require_on_dials(register_id=register_id, value=value, face=face)
    return MeterRead(
        register_id=register_id,
        taken_at=incoming.taken_at,
        read_on=day,
        value=value,
        quality=incoming.quality,
        source=source,
    )


def _register_on(
    day: date, register_id: RegisterId, service_points: Iterable[ServicePoint], incoming: IncomingRead
) -> Register:
    spans: list[str] = []
    for point in service_points:
        for installation in point.installations:
            for register in installation.registers:
                if register.register_id != register_id:
                    continue
                if _hung_on(installation, day):
                    return register
                spans.append(f"{installation.installed_on} to {installation.removed_on or 'now'}")
    where = ", ".join(spans) or "never"
    raise MeterNotHung(
        f"meter {incoming.meter_number} did not hang anywhere on {day} (it did {where}): correct the date or "
        "the meter's number, or record its installation",
        meter_number=incoming.meter_number,
        day=day,
    )


def _hung_on(installation: MeterInstallation, day: date) -> bool:
    return installation.installed_on <= day and (
        installation.removed_on is None or day <= installation.removed_on
    )


def _dial_value(incoming: IncomingRead, face: RegisterFace) -> Decimal:
    if incoming.unit is None or (incoming.unit is face.unit and face.multiplier == 1):
        return incoming.value
    exact = (
        Fraction(incoming.value) * ratio(source=incoming.unit, target=face.unit) / Fraction(face.multiplier)
    )
    scaled = exact * 10**_MOST_DECIMALS
    if scaled.denominator != 1:
        raise NotOnDials(
            f"{incoming.value} {incoming.unit} has no exact value on dials in {face.unit} × "
            f"{face.multiplier}: give the dials (leave out `unit`), or record the register's true unit",
            value=incoming.value,
            unit=incoming.unit,
        )
    return Decimal(scaled.numerator).scaleb(-_MOST_DECIMALS)
