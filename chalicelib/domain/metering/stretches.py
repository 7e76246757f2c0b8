"""The stretches of days over which single registers measured an agreement, and the dials at their ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.billing.bill import BilledRead
from chalicelib.domain.kernel.ids import RegisterId, ServicePointId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.metering.register_usage import Dial
from chalicelib.domain.premises.service_agreement import LinkRole, ServicePointLink
from chalicelib.domain.premises.service_point import MeterInstallation, Register, RegisterFace, ServicePoint

_BEST_FIRST = {ReadQuality.ACTUAL: 0, ReadQuality.CUSTOMER: 1, ReadQuality.ESTIMATED: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingRead:
    """A read without which a stretch of days cannot be billed. `register_id` is None where no meter hangs."""

    service_point_id: ServicePointId
    register_id: RegisterId | None
    days: Period
    reason: str
    check_only: bool = False  # a check meter's: nothing is billed on it

    def __str__(self) -> str:
        where = f"service point {self.service_point_id}"
        if self.register_id is not None:
            where = f"register {self.register_id} at {where}"
        return f"{where}, days {self.days}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days over which one register, with one face, counted for one link of the agreement."""

    link: ServicePointLink
    installation: MeterInstallation
    register: Register
    face: RegisterFace
    days: Period

    @property
    def install_value(self) -> Decimal | None:
        """The dials when the meter was hung, where the stretch begins with that."""
        if self.installation.installed_on != self.days.start:
            return None
        return self.installation.install_values.get(self.register.register_id)

    @property
    def removal_value(self) -> Decimal | None:
        """The dials when the meter was taken down, where the stretch ends with that."""
        if self.installation.removed_on != self.days.end:
            return None
        return self.installation.removal_values.get(self.register.register_id)

    @property
    def factor(self) -> Fraction:
        """What the usage is multiplied by: the link's share, negative for a deduct meter."""
        share = Fraction(self.link.share)
        return -share if self.link.role is LinkRole.SUBTRACT else share

    def event(self, *, period: Period, rolled_over: bool) -> str:
        """What happened that makes start and end differ from two plain reads of `period`'s edges."""
        events = {
            "installed": self.install_value is not None,
            "removed": self.removal_value is not None,
            "face_changed": self.days.end in self.register.face.changes() and self.days.end < period.end,
            "rollover": rolled_over,
        }
        return "+".join(name for name, happened in events.items() if happened)


def stretches(
    *, link: ServicePointLink, point: ServicePoint | None, period: Period
) -> Iterator[Stretch | MissingRead]:
    """Every stretch of `link` within `period`, and a MissingRead for days without a meter at `point`."""
    linked = _clipped(period, link.start, link.end)
    if linked is None:
        return
    bare = linked.start
    for installation in point.installations if point else ():
        hung = _clipped(linked, installation.installed_on, installation.removed_on)
        if hung is None:
            continue
        if bare < hung.start:
            yield _unmetered(link, Period(bare, hung.start))
        bare = hung.end
        yield from _of_installation(link, installation, hung)
    if bare < linked.end:
        yield _unmetered(link, Period(bare, linked.end))


def _of_installation(
    link: ServicePointLink, installation: MeterInstallation, hung: Period
) -> Iterator[Stretch]:
    for register in installation.registers:
        for days in hung.split(register.face.changes()):
            face = register.face.on(days.start)
            yield Stretch(link=link, installation=installation, register=register, face=face, days=days)


def opening_dial(
    stretch: Stretch, *, reads: Sequence[MeterRead], last_billed: BilledRead | None
) -> Dial | None:
    """What the register showed when `stretch` began, or None where nobody knows.

    First where the bill before ended, then the dials at installation, then an estimate of that day (there is
    one only if a bill closed on it), then the best read of that day.
    """
    day = stretch.days.start
    if last_billed is not None and last_billed.end_on == day:
        return Dial(on=day, value=last_billed.end_value, quality=last_billed.end_quality)
    if stretch.install_value is not None:
        return Dial(on=day, value=stretch.install_value, quality=ReadQuality.ACTUAL)
    estimated = [read for read in reads if read.quality is ReadQuality.ESTIMATED]
    read = read_of_day(estimated, day=day) or read_of_day(reads, day=day)
    return None if read is None else Dial(on=day, value=read.value, quality=read.quality)


def closing_dial(stretch: Stretch, *, reads: Sequence[MeterRead]) -> Dial | None:
    """What the register showed when `stretch` ended: at removal, else that day's best read, else None."""
    day = stretch.days.end
    if stretch.removal_value is not None:
        return Dial(on=day, value=stretch.removal_value, quality=ReadQuality.ACTUAL)
    read = read_of_day(reads, day=day)
    return None if read is None else Dial(on=day, value=read.value, quality=read.quality)


def lacking_read(stretch: Stretch, *, at_start: bool, at_end: bool) -> MissingRead:
    """The gap left by a stretch whose first or last dials nobody knows."""
    days = stretch.days
    lacking = [str(day) for day, lacks in ((days.start, at_start), (days.end, at_end)) if lacks]
    removed = at_end and stretch.installation.removed_on == days.end
    mend = "record the dials at removal" if removed else "import the read, or let it be estimated"
    return MissingRead(
        service_point_id=stretch.link.service_point_id,
        register_id=stretch.register.register_id,
        days=days,
        reason=f"no read on {' or '.join(lacking)}; {mend}",
        check_only=stretch.link.role is LinkRole.CHECK,
    )


def read_of_day(reads: Sequence[MeterRead], *, day: date) -> MeterRead | None:
    """The read that stands for `day`: the best quality, the earliest among equals."""
    return min((read for read in reads if read.read_on == day), key=_rank, default=None)


def _rank(read: MeterRead) -> tuple[int, datetime]:
    return _BEST_FIRST[read.quality], read.taken_at


def _clipped(period: Period, start: date, end: date | None) -> Period | None:
    first, last = max(period.start, start), period.end if end is None else min(period.end, end)
    return Period(first, last) if first < last else None


def _unmetered(link: ServicePointLink, days: Period) -> MissingRead:
    return MissingRead(
        service_point_id=link.service_point_id,
        register_id=None,
        days=days,
        reason="no meter hangs there; record its installation, or end the agreement's link",
        check_only=link.role is LinkRole.CHECK,
    )
