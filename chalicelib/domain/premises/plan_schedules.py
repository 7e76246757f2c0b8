"""The dates of bill cycles: planned from a pattern, and checked for sense."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, Month
from chalicelib.domain.premises.bill_cycle import AtWindowClose, Schedule


class ScheduleOutOfOrder(Refusal):
    """The dates of a schedule contradict each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePattern:
    """The rhythm of a cycle, in days counted from the expected read.

    The read is expected on `read_day` of the month (on its last day where the month is shorter), or on the
    next business day. The window opens `open_before` days earlier; `estimate_after`, `close_after` and
    `bill_after` count forward. The bill falls due `due_after` days after the bill date. Bill date and due
    date are business days; the accounting date is the bill date.
    """

    read_day: int
    open_before: int = 3
    estimate_after: int = 4
    close_after: int = 8
    bill_after: int = 9
    due_after: int = 21
    at_window_close: AtWindowClose = AtWindowClose.ESTIMATE


def plan_schedules(
    *, cycle: CycleCode, months: Iterable[Month], pattern: SchedulePattern, calendar: BusinessCalendar
) -> list[Schedule]:
    """One schedule a month. Raises ScheduleOutOfOrder when the pattern's days contradict each other."""
    return [_planned(cycle, month, pattern, calendar) for month in months]


def _planned(
    cycle: CycleCode, month: Month, pattern: SchedulePattern, calendar: BusinessCalendar
) -> Schedule:
    read_on = calendar.on_or_after(_day_of(month, pattern.read_day))
    bill_date = calendar.on_or_after(read_on + timedelta(days=pattern.bill_after))
    return in_order(
        Schedule(
            cycle=cycle,
            period=month,
            window_open=read_on - timedelta(days=pattern.open_before),
            expected_read_on=read_on,
            estimate_from=read_on + timedelta(days=pattern.estimate_after),
            window_close=read_on + timedelta(days=pattern.close_after),
            accounting_date=bill_date,
            bill_date=bill_date,
            due_on=calendar.on_or_after(bill_date + timedelta(days=pattern.due_after)),
            at_window_close=pattern.at_window_close,
        )
    )


def in_order(schedule: Schedule) -> Schedule:
    """The schedule itself. Raises ScheduleOutOfOrder naming two dates that contradict each other."""
    rules = (
        ("window_open", "expected_read_on", False),
        ("expected_read_on", "window_close", True),  # the window is half-open
        ("window_open", "estimate_from", False),
        ("estimate_from", "window_close", False),
        ("expected_read_on", "bill_date", False),
        ("bill_date", "due_on", False),
    )
    for earlier, later, strictly in rules:
        first, second = getattr(schedule, earlier), getattr(schedule, later)
        if first > second or (strictly and first == second):
            raise ScheduleOutOfOrder(
                f"{earlier} ({first}) must be {'before' if strictly else 'no later than'} {later} ({second})",
                earlier=earlier,
                later=later,
            )
    return schedule


def _day_of(month: Month, day: int) -> date:
    last = month.plus(1).first_day - timedelta(days=1)
    return min(month.first_day + timedelta(days=day - 1), last)
