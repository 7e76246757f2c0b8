"""A clerk who prints a run's bills, over stores whose every write can go wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from chalicelib.domain.documents.print_batch import BatchId, PartReport, PrintBatch, PrintForm
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.rendering.press import JsonPress
from chalicelib.rendering.print_file import ZipBindery
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.documents import MemoryDocuments
from chalicelib.storage.memory.print_batches import MemoryPrintBatches
from chalicelib.storage.print_files import StoredPrintFiles
from chalicelib.usecases.assemble_print_batch import assemble_print_batch
from chalicelib.usecases.ports.documents import DocumentStore
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.printing import BillDocuments, Press, PrintBatches
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.print_batch import BatchProgress, print_part, print_progress, start_print_batch
from tests.faults.ports import watched
from tests.faults.writes import ConnectionLost, Died, Writes
from tests.in_process import InProcess
from tests.printed_bills import DocumentsOfDrafts

BATCHES = ("open", "finish", "report_part")
DOCUMENTS = ("put", "put_new", "put_file")
_TRIES = 8


class PrintShop:
    """What the commands of `headgate print` do, in this process. `press` may be exchanged."""

    def __init__(
        self,
        *,
        operations: OperationsStore,
        artefacts: RunArtefacts,
        batches: PrintBatches,
        documents: DocumentStore,
        bills: BillDocuments | None = None,
        press: Press | None = None,
        writes: Writes | None = None,
        chance: Random | None = None,
    ) -> None:
        self.writes = writes or Writes()
        self.operations = operations
        self.artefacts = artefacts
        self.documents = watched(documents, "documents", DOCUMENTS, self.writes)
        self.batches = watched(batches, "batches", BATCHES, self.writes)
        self.files = StoredPrintFiles(self.documents)
        self.bills = bills or DocumentsOfDrafts(operations=operations, artefacts=artefacts)
        self.press = press or JsonPress()
        self.chance = chance or Random(1)
        self.now = datetime(2026, 10, 13, 9, tzinfo=UTC)

    @classmethod
    def over(cls, utility: InProcess, **options: object) -> PrintShop:
        """A shop with a store of its own, for runs of a utility in memory."""
        given: dict[str, object] = {
            "batches": MemoryPrintBatches(audit=MemoryAuditStore()),
            "documents": MemoryDocuments(),
        }
        return cls(
            operations=utility.operations,
            artefacts=utility.artefacts,
            **{**given, **options},  # type: ignore[arg-type]
        )

    def start(self, run_id: RunId, form: PrintForm = PrintForm.JSON, sheets: int | None = None) -> PrintBatch:
        return start_print_batch(
            run_id=run_id,
            form=form,
            most_sheets=sheets,
            actor="clerk",
            now=self.now,
            operations=self.operations,
            batches=self.batches,
        )

    def progress(self, batch_id: BatchId) -> BatchProgress:
        return print_progress(
            batch_id, operations=self.operations, artefacts=self.artefacts, batches=self.batches
        )

    def print_part(self, batch_id: BatchId, shard: Shard) -> PartReport:
        return print_part(
            batch_id=batch_id,
            shard=shard,
            operations=self.operations,
            artefacts=self.artefacts,
            batches=self.batches,
            files=self.files,
            bills=self.bills,
            press=self.press,
            transient=(ConnectionLost,),
        )

    def assemble(self, batch_id: BatchId) -> PrintBatch:
        with tempfile.TemporaryDirectory() as folder:
            return assemble_print_batch(
                batch_id=batch_id,
                actor="clerk",
                now=self.now,
                folder=Path(folder),
                operations=self.operations,
                artefacts=self.artefacts,
                batches=self.batches,
                files=self.files,
                bindery=ZipBindery(),
            )

    def command(self, run_id: RunId, form: PrintForm = PrintForm.JSON) -> PrintBatch:
        """What one `headgate print start` does; shards come in any order."""
        batch = self.start(run_id, form)
        if batch.finished is None:
            shards: Sequence[Shard] = self.progress(batch.batch_id).to_do
            for shard in self.chance.sample(shards, len(shards)):
                self.print_part(batch.batch_id, shard)
            batch = self.assemble(batch.batch_id)
        return batch

    def work(self, run_id: RunId, form: PrintForm = PrintForm.JSON) -> PrintBatch:
        """The command, again until it comes through: whatever kills it, the clerk types it once more."""
        for _ in range(_TRIES):
            with suppress(Died, ConnectionLost):
                return self.command(run_id, form)
        raise AssertionError(f"{_TRIES} commands did not finish the batch")

    def file(self, batch: PrintBatch) -> bytes:
        """The bytes of a finished batch."""
        assert batch.finished is not None
        return self.documents.get(batch.finished.key)
