"""The utility's books in memory: the same promises as DynamoAccountingPeriods."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import Month, RunId
from chalicelib.usecases.ports.accounting_periods import (
    ClosingNotBegun,
    PeriodState,
    refusal_of_busy,
    refusal_of_state,
)


@dataclass
class MemoryAccountingPeriods:
    """AccountingPeriods in three fields."""

    audit: list[AuditEntry] = field(default_factory=list)
    _closed_through: Month | None = None
    _closing: Month | None = None
    _in_flight: set[tuple[Month, RunId]] = field(default_factory=set)
    _lock: RLock = field(default_factory=RLock)

    def enter(self, period: Month, run_id: RunId) -> None:
        """See AccountingPeriods."""
        with self._lock:
            if (period, run_id) in self._in_flight:
                return
            if (state := self.state(period)) is not PeriodState.OPEN:
                raise refusal_of_state(period, state)
            self._in_flight.add((period, run_id))

    def leave(self, period: Month, run_id: RunId) -> None:
        """See AccountingPeriods."""
        with self._lock:
            self._in_flight.discard((period, run_id))

    def in_flight(self, period: Month) -> frozenset[RunId]:
        """See AccountingPeriods."""
        with self._lock:
            return frozenset(run_id for month, run_id in self._in_flight if month <= period)

    def state(self, period: Month) -> PeriodState:
        """See AccountingPeriods."""
        if self._closed_through and period <= self._closed_through:
            return PeriodState.CLOSED
        if self._closing and period <= self._closing:
            return PeriodState.CLOSING
        return PeriodState.OPEN

    def closed_through(self) -> Month | None:
        """See AccountingPeriods."""
        return self._closed_through

    def begin_closing(self, period: Month, *, audit: AuditEntry) -> None:
        """See AccountingPeriods."""
        with self._lock:
            if self.state(period) is not PeriodState.OPEN:
                return
            if busy := [f"{month}#{run_id}" for month, run_id in self._in_flight if month <= period]:
                raise refusal_of_busy(period, busy)
            self._closing = period
            self.audit.append(audit)

    def finish_closing(self, period: Month, *, audit: AuditEntry) -> None:
        """See AccountingPeriods."""
        with self._lock:
            match self.state(period):
                case PeriodState.OPEN:
                    raise ClosingNotBegun(f"the closing of {period} has not begun", period=period)
                case PeriodState.CLOSING:
                    self._closed_through = period
                    self.audit.append(audit)
