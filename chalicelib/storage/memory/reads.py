"""Register reads held in memory: the fake that the contract suite holds equal to the DynamoDB store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from threading import Lock

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.metering.record_read import ReadOutcome, ReadStatus, entry_of_reads, outcome_of


class MemoryReadStore:
    """A ReadStore for tests and for work without a cloud. `entries` are the audit entries written so far."""

    def __init__(self) -> None:
        self._reads: dict[RegisterId, dict[datetime, MeterRead]] = defaultdict(dict)
        self._lock = Lock()
        self.entries: list[AuditEntry] = []

    def reads_of(
        self, register_ids: Iterable[RegisterId], *, since: date, until: date
    ) -> Mapping[RegisterId, tuple[MeterRead, ...]]:
        """As ReadStore.reads_of."""
        with self._lock:
            return {
                register_id: tuple(
                    read
                    for _, read in sorted(self._reads[register_id].items())
                    if since <= read.read_on < until
                )
                for register_id in register_ids
            }

    def record(self, reads: Sequence[MeterRead], *, entry: AuditEntry) -> tuple[ReadOutcome, ...]:
        """As ReadStore.record."""
        outcomes = []
        with self._lock:
            for read in reads:
                held = self._reads[read.register_id]
                outcome = outcome_of(read=read, stored=held.get(read.taken_at))
                if outcome.status is ReadStatus.RECORDED:
                    held[read.taken_at] = read
                outcomes.append(outcome)
            recorded = [outcome.read for outcome in outcomes if outcome.status is ReadStatus.RECORDED]
            if recorded:
                self.entries.append(entry_of_reads(entry=entry, reads=recorded))
        return tuple(outcomes)
