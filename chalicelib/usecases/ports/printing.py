"""Ports of print batches: their state, their parts and files, and what gives a bill its printed form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.print_batch import BatchId, FinishedFile, Part, PartReport, PrintBatch
from chalicelib.domain.documents.print_manifest import PrintManifest
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard


class PrintBatchUnknown(Refusal):
    """No print batch has this id."""


class PartAltered(Refusal):
    """What is stored of a part is not what was recorded when it was printed."""


class PrintBatches(Protocol):
    """What is known of print batches. Nothing here names a person; a write is one atomic step."""

    def open(self, batch: PrintBatch, *, audit: AuditEntry) -> PrintBatch:
        """Store a batch unless it is there, and return the one that is."""

    def finish(self, batch: PrintBatch, *, audit: AuditEntry) -> PrintBatch:
        """Store a batch with its finished file unless it has one, and return the one that is.

        The first file named stays the batch's only one. Raises PrintBatchUnknown.
        """

    def batch(self, batch_id: BatchId) -> PrintBatch:
        """A batch. Raises PrintBatchUnknown."""

    def batches(self) -> Sequence[PrintBatch]:
        """All batches, newest period first."""

    def report_part(self, report: PartReport) -> PartReport:
        """Store what became of a shard unless its part is done, and return the report that stands.

        The first part that is done stays the shard's only one; a failure gives way to whatever comes.
        """

    def part_reports(self, batch_id: BatchId) -> Sequence[PartReport]:
        """The reports of a batch, in order of shard."""

    def part_report(self, batch_id: BatchId, shard: Shard) -> PartReport | None:
        """The report of one shard."""


class Kept(NamedTuple):
    """A file in the documents bucket: its key, the SHA-256 (hex) of its content, its size."""

    key: str
    sha256: str
    size_bytes: int


Bodies = Callable[[str], bytes]
"""The printed form with a SHA-256. Raises PartAltered when it has another."""


class PrintFiles(Protocol):
    """Parts and finished batches, each under a key that holds its hash: no late writer replaces one."""

    def put_part(self, part: Part, bodies: Iterable[bytes]) -> Kept:
        """Store what was printed of a shard: first the bodies, then the part that names them."""

    def part(self, report: PartReport) -> Part:
        """The part that a report names. Raises PartAltered, DocumentMissing."""

    def bodies(self, parts: Iterable[Part], folder: Path) -> AbstractContextManager[Bodies]:
        """All printed forms of these parts, laid down in `folder` rather than in memory."""

    def put_manifest(self, batch_id: BatchId, body: bytes) -> Kept:
        """Store the manifest of a batch, beside its file."""

    def put_batch(self, batch_id: BatchId, file: Path) -> Kept:
        """Store the file of a batch."""

    def fetch(self, finished: FinishedFile, to: Path) -> None:
        """Write a batch's file to `to`. Raises PartAltered when it is not what was recorded."""


class Printed(NamedTuple):
    """A bill's printed form, and how many pages it has (None: the vendor makes the pages)."""

    body: bytes
    pages: int | None


class Press(Protocol):
    """Gives bills their printed form."""

    def printed(self, document: BillDocument) -> Printed:
        """A document's printed form."""


class Bindery(Protocol):
    """Makes the file that the vendor gets. The same manifest and bodies give the same bytes."""

    def manifest(self, manifest: PrintManifest) -> bytes:
        """The manifest as it stands in the file."""

    def bind(self, manifest: PrintManifest, bodies: Bodies, to: Path) -> None:
        """Write the whole file to `to`, one document at a time."""


class BillDocuments(Protocol):
    """The bills of a run as documents."""

    def documents_of_run(self, run_id: RunId, shard: Shard) -> Iterator[BillDocument]:
        """All bills that a run posted in a shard, in order of account id."""


def batch_unknown(batch_id: BatchId) -> PrintBatchUnknown:
    """The refusal to look for a batch that was never started."""
    return PrintBatchUnknown(
        f"there is no print batch {batch_id}: `headgate print list` shows those there are", batch_id=batch_id
    )
