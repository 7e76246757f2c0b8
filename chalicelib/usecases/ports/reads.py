"""Port: the register reads that bills stand on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import RegisterId
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.metering.record_read import ReadOutcome


class ReadStore(Protocol):
    """Register reads by register and instant, never changed once stored. Interval data goes elsewhere."""

    def reads_of(
        self, register_ids: Iterable[RegisterId], *, since: date, until: date
    ) -> Mapping[RegisterId, tuple[MeterRead, ...]]:
        """Reads with `since <= read_on < until` of each register, oldest first; every id asked for is a key.

        Consistent: what `record` acknowledged before is seen.
        """

    def record(self, reads: Sequence[MeterRead], *, entry: AuditEntry) -> tuple[ReadOutcome, ...]:
        """Store `reads` and say what became of each, in their order. Safe to repeat and to run concurrently.

        A read that is stored already is a DUPLICATE; another value at a stored instant is a CONFLICT and
        changes nothing. `entry` is written in the transactions that store the reads, completed with their
        count and hash. Reads of one call need not be of one register.
        """
