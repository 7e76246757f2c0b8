"""Riverbend's year: which months are billed, when meters are read, when bills fall due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import Month

BILLED_MONTHS = 13
DAYS_TO_PAY = 21
ROUTES = ("R1", "R2", "R3")

# Days from the expected read. On the day of the demo the window is still open, so that a missing read is
# waited for; the months before it are billed on their bill date, when it has closed.
_OPEN_BEFORE = 6
_TODAY_AFTER = 3
_ESTIMATE_AFTER = 7
_CLOSE_AFTER = 8
_BILL_AFTER = 9
_LATEST_READ_DAY = 25


@dataclass(frozen=True, slots=True)
class Dates:
    """The days of one month's schedule."""

    period: Month
    window_open: date
    expected_read_on: date
    estimate_from: date
    window_close: date
    bill_date: date
    due_on: date


@dataclass(frozen=True, slots=True)
class BillingYear:
    """Thirteen months of billing, the last being the month of `as_of`, and the calendar they follow."""

    as_of: date
    holidays: BusinessCalendar

    @property
    def current(self) -> Month:
        """The month that is billed live."""
        return Month.of(self.as_of)

    @property
    def history(self) -> tuple[Month, ...]:
        """The months billed before it, oldest first."""
        return tuple(self.current.plus(back - BILLED_MONTHS + 1) for back in range(BILLED_MONTHS - 1))

    @property
    def start(self) -> Month:
        """The month whose reads everything starts from: the last one the former system billed."""
        return self.current.plus(-BILLED_MONTHS)

    def read_day(self, month: Month, route: str = ROUTES[0]) -> date:
        """When a route is read in a month: never after `as_of` in the current one."""
        day = min(max(self.as_of.day - _TODAY_AFTER, 1), _LATEST_READ_DAY)
        return date(month.year, month.month, day) - timedelta(days=ROUTES.index(route))

    def read_days(self, route: str) -> list[date]:
        """The fourteen days on which a route is read, from `start` to the current month."""
        return [self.read_day(self.start.plus(count), route) for count in range(BILLED_MONTHS + 1)]

    def schedules(self) -> list[Dates]:
        """Fourteen schedules: the history, the current month and the one after it."""
        return [self._dates(self.current.plus(offset)) for offset in range(1 - BILLED_MONTHS, 2)]

    def _dates(self, month: Month) -> Dates:
        expected = self.read_day(month)
        bill_date = expected + timedelta(days=_BILL_AFTER)
        return Dates(
            period=month,
            window_open=expected - timedelta(days=_OPEN_BEFORE),
            expected_read_on=expected,
            estimate_from=expected + timedelta(days=_ESTIMATE_AFTER),
            window_close=expected + timedelta(days=_CLOSE_AFTER),
            bill_date=bill_date,
            due_on=self.holidays.on_or_after(bill_date + timedelta(days=DAYS_TO_PAY)),
        )
