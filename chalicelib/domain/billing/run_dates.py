"""The dates a run's bills bear."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from chalicelib.domain.billing.run import RunDates
from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import Month
from chalicelib.domain.premises.bill_cycle import Schedule


def run_dates(*, schedule: Schedule, today: date, calendar: BusinessCalendar) -> RunDates:
    """The schedule's own dates, or, for a run after its bill date, dates of its own.

    A late bill is dated `today`, is due as many days later as the schedule gives (rolled to a business day),
    and is posted to the later of the schedule's and its own month: nobody has less time to pay because the
    utility was late. Raises NoBusinessDay.
    """
    if today <= schedule.bill_date:
        return RunDates(
            bill_date=schedule.bill_date,
            due_on=schedule.due_on,
            accounting_period=Month.of(schedule.accounting_date),
        )
    own = own_dates(schedule=schedule, today=today, calendar=calendar)
    return replace(own, accounting_period=Month.of(max(schedule.accounting_date, today)))


def own_dates(*, schedule: Schedule, today: date, calendar: BusinessCalendar) -> RunDates:
    """The dates of a bill made on `today`, with as many days to pay as the schedule gives.

    Raises NoBusinessDay.
    """
    return RunDates(
        bill_date=today,
        due_on=calendar.on_or_after(today + (schedule.due_on - schedule.bill_date)),
        accounting_period=Month.of(today),
    )
