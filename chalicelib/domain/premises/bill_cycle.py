"""Who is read and billed together, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chalicelib.domain.kernel.ids import CycleCode, Month


class AtWindowClose(StrEnum):
    """What becomes of an account still without a usable read when the window closes."""

    ESTIMATE = "estimate"
    EXCEPT = "except"


@dataclass(frozen=True, slots=True, kw_only=True)
class BillCycle:
    """Accounts billed together. `routes` are read in this order.

    `shard_count` spreads accounts over shards as they are created; accounts keep their shard for ever, so a
    later change moves none of them.
    """

    code: CycleCode
    name: str
    routes: tuple[str, ...] = ()
    shard_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A walk past meters, read for one cycle. `position` orders the routes of the cycle."""

    cycle: CycleCode
    code: str
    name: str = ""
    position: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The dates of one cycle's period. All are days in the utility's time zone.

    Reads taken in `[window_open, window_close)` may end the period, the one nearest `expected_read_on`
    first. From `estimate_from` on an estimate may stand in for a read that is refused; accounts without one
    are tried again until `window_close`, then settled by `at_window_close`. `due_on` is already rolled to a
    business day.
    """

    cycle: CycleCode
    period: Month
    window_open: date
    expected_read_on: date
    estimate_from: date
    window_close: date
    accounting_date: date
    bill_date: date
    due_on: date
    at_window_close: AtWindowClose = AtWindowClose.ESTIMATE
