"""Print batches in memory, for tests: the same refusals, the same atomic steps."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.documents.print_batch import BatchId, PartReport, PrintBatch
from chalicelib.domain.kernel.ids import Shard
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.printing import batch_unknown


class MemoryPrintBatches:
    """PrintBatches in dicts. Entries go to `audit`."""

    def __init__(self, *, audit: AuditStore) -> None:
        self._audit = audit
        self._lock = Lock()
        self._batches: dict[BatchId, PrintBatch] = {}
        self._reports: dict[tuple[BatchId, Shard], PartReport] = {}

    def open(self, batch: PrintBatch, *, audit: AuditEntry) -> PrintBatch:
        """See PrintBatches."""
        with self._lock:
            if batch.batch_id not in self._batches:
                self._audit.add(audit)
                self._batches[batch.batch_id] = batch
            return self._batches[batch.batch_id]

    def finish(self, batch: PrintBatch, *, audit: AuditEntry) -> PrintBatch:
        """See PrintBatches."""
        with self._lock:
            if self.batch(batch.batch_id).finished is None:
                self._audit.add(audit)
                self._batches[batch.batch_id] = batch
            return self._batches[batch.batch_id]

    def batch(self, batch_id: BatchId) -> PrintBatch:
        """See PrintBatches."""
        if batch_id not in self._batches:
            raise batch_unknown(batch_id)
        return self._batches[batch_id]

    def batches(self) -> Sequence[PrintBatch]:
        """See PrintBatches."""
        by_place = sorted(self._batches.values(), key=lambda one: (one.period, one.cycle, one.batch_id))
        return list(reversed(by_place))

    def report_part(self, report: PartReport) -> PartReport:
        """See PrintBatches."""
        with self._lock:
            standing = self._reports.get((report.batch_id, report.shard))
            if standing is None or not standing.is_done:
                self._reports[(report.batch_id, report.shard)] = report
            return self._reports[(report.batch_id, report.shard)]

    def part_reports(self, batch_id: BatchId) -> Sequence[PartReport]:
        """See PrintBatches."""
        return [report for key, report in sorted(self._reports.items()) if key[0] == batch_id]

    def part_report(self, batch_id: BatchId, shard: Shard) -> PartReport | None:
        """See PrintBatches."""
        return self._reports.get((batch_id, shard))
