"""Port: the utility's books, month by month."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import Month, RunId


class PeriodState(StrEnum):
    """How far an accounting period is."""

    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"


class PeriodNotOpen(Refusal):
    """Work wants to post into an accounting period that is closing or closed."""


class PeriodBusy(Refusal):
    """A period cannot close: bill runs that post into it (or into an earlier one) are under way."""


class ClosingNotBegun(Refusal):
    """A period was to be finished whose closing has not begun."""


def refusal_of_state(period: Month, state: PeriodState) -> PeriodNotOpen:
    """The refusal of work that comes too late for `period`."""
    return PeriodNotOpen(
        f"accounting period {period} is {state}: post into a later one",
        period=period,
        state=state,
    )


def refusal_of_busy(period: Month, runs: Iterable[str]) -> PeriodBusy:
    """The refusal to close `period` while `runs` ("period#run id") are inside it or an earlier one."""
    names = ", ".join(sorted(run.replace("#", " ") for run in runs))
    return PeriodBusy(
        f"accounting period {period} cannot close: bill runs are still posting ({names}); "
        "finish them, or give them up before their door",
        period=period,
        runs=sorted(runs),
    )


class AccountingPeriods(Protocol):
    """Books close in order: closing a period closes every earlier one; nothing reopens.

    A month nobody has closed is open. A bill run enters the period it posts into and leaves it when it is
    done (or given up before its door); closing waits for all who are in.
    """

    def enter(self, period: Month, run_id: RunId) -> None:
        """Let a run post into `period`. Safe to repeat. Raises PeriodNotOpen."""

    def leave(self, period: Month, run_id: RunId) -> None:
        """Say that a run will post into `period` no more. Safe to repeat."""

    def in_flight(self, period: Month) -> frozenset[RunId]:
        """The runs inside `period` or an earlier one."""

    def state(self, period: Month) -> PeriodState:
        """How far `period` is."""

    def closed_through(self) -> Month | None:
        """The last closed period, None before the first closing."""

    def begin_closing(self, period: Month, *, audit: AuditEntry) -> None:
        """Let no more runs enter `period` or an earlier one. Safe to repeat. Raises PeriodBusy.

        Does nothing when the period is closing or closed already.
        """

    def finish_closing(self, period: Month, *, audit: AuditEntry) -> None:
        """Declare `period` closed. Safe to repeat. Raises ClosingNotBegun."""
