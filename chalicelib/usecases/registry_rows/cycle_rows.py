"""cycles.csv, routes.csv, holidays.csv, schedules.csv."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import Month
from chalicelib.domain.kernel.rows import Columns, Row
from chalicelib.domain.premises.bill_cycle import AtWindowClose, BillCycle, Route, Schedule
from chalicelib.domain.premises.plan_schedules import in_order
from chalicelib.usecases.registry_rows.cells import cycle_code, number

CYCLES = Columns(required=("cycle", "name"), optional=("shards",))
ROUTES = Columns(required=("cycle", "route"), optional=("name", "position"))
HOLIDAYS = Columns(required=("day",), optional=("name",))
SCHEDULES = Columns(
    required=(
        "cycle",
        "period",
        "window_open",
        "expected_read",
        "estimate_from",
        "window_close",
        "bill_date",
        "due",
    ),
    optional=("accounting_date", "at_window_close"),
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LARGEST_SHARD_COUNT = 9_999


def cycle_of(row: Row, *, shards: int) -> BillCycle:
    """A bill cycle; `shards` is its shard count unless the row says otherwise."""
    count = row.optional("shards", row.whole) or shards
    if not 1 <= count <= _LARGEST_SHARD_COUNT:
        raise row.refused("shards", f"{count} is not between 1 and {_LARGEST_SHARD_COUNT}")
    return BillCycle(code=cycle_code(row), name=row.text("name"), shard_count=count)


def route_of(row: Row) -> Route:
    """A route of a cycle."""
    return Route(
        cycle=cycle_code(row),
        code=number(row, "route"),
        name=row.cells.get("name", ""),
        position=row.optional("position", row.whole) or 0,
    )


def closure_of(row: Row) -> date | int:
    """A day on which nothing falls due, or a weekday (0 = Monday) on which nothing ever does."""
    name = row.text("day").lower()
    return _WEEKDAYS.index(name) if name in _WEEKDAYS else row.date("day")


def calendar_of(closures: Iterable[date | int]) -> BusinessCalendar:
    """The calendar with these days closed; without any weekday among them Saturdays and Sundays are."""
    days = list(closures)
    weekend = frozenset(day for day in days if isinstance(day, int))
    holidays = frozenset(day for day in days if isinstance(day, date))
    return BusinessCalendar(weekend=weekend or BusinessCalendar().weekend, holidays=holidays)


def schedule_of(row: Row, *, calendar: BusinessCalendar) -> Schedule:
    """The dates of a cycle's period; the due date rolls to a business day."""
    bill_date = row.date("bill_date")
    schedule = Schedule(
        cycle=cycle_code(row),
        period=row.parsed("period", Month.parse),
        window_open=row.date("window_open"),
        expected_read_on=row.date("expected_read"),
        estimate_from=row.date("estimate_from"),
        window_close=row.date("window_close"),
        accounting_date=row.optional("accounting_date", row.date) or bill_date,
        bill_date=bill_date,
        due_on=calendar.on_or_after(row.date("due")),
        at_window_close=row.choice("at_window_close", AtWindowClose)
        if row.cells.get("at_window_close")
        else AtWindowClose.ESTIMATE,
    )
    return row.checked(lambda: in_order(schedule))
