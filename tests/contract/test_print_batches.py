"""What every PrintBatches promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.documents.envelopes import plan_envelopes
from chalicelib.domain.documents.print_batch import (
    FinishedFile,
    PartReport,
    PrintBatch,
    PrintFailure,
    PrintForm,
    batch_id_of,
    control_totals,
)
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId, Shard
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.print_batches import MemoryPrintBatches
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.printing import PrintBatches, PrintBatchUnknown
from tests.printed_bills import a_printed

NOW = datetime(2026, 10, 13, 9, tzinfo=UTC)
ONE, TWO = Shard("C01.001"), Shard("C01.002")
_numbers = count(int(datetime.now(UTC).timestamp() * 1000))


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def stores(request: pytest.FixtureRequest) -> tuple[PrintBatches, AuditStore]:
    if request.param == "memory":
        audit = MemoryAuditStore()
        return MemoryPrintBatches(audit=audit), audit
    request.getfixturevalue("local_cloud")
    from chalicelib import bootstrap

    return bootstrap.print_batches(), bootstrap.audit_store()


@pytest.fixture
def batches(stores: tuple[PrintBatches, AuditStore]) -> PrintBatches:
    return stores[0]


@pytest.fixture
def batch() -> PrintBatch:
    run_id = RunId(f"C01-2026-10-{next(_numbers)}")
    return PrintBatch(
        batch_id=batch_id_of(run_id, PrintForm.PDF),
        run_id=run_id,
        form=PrintForm.PDF,
        cycle=CycleCode("C01"),
        period=Month(2026, 10),
        most_sheets=8,
        opened_at=NOW,
        opened_by="test",
    )


def entry(batch: PrintBatch, action: str) -> AuditEntry:
    return AuditEntry(
        entity="print_batch", entity_id=batch.batch_id, action=action, actor="test", at=NOW, unique=action
    )


def finished(batch: PrintBatch, sha256: str = "a" * 64) -> PrintBatch:
    file = FinishedFile(
        key=f"print/{batch.batch_id}/batch.{sha256[:16]}.zip",
        manifest_key="print/manifest",
        sha256=sha256,
        size_bytes=1000,
        totals=control_totals(
            plan_envelopes([a_printed(1, inserts=("leak",)), a_printed(2, pages=None)]), []
        ),
        finished_at=NOW,
        finished_by="test",
    )
    return replace(batch, finished=file)


def test_a_batch_is_opened_once(stores: tuple[PrintBatches, AuditStore], batch: PrintBatch) -> None:
    batches, audit = stores
    assert batches.open(batch, audit=entry(batch, "started")) == batch
    later = replace(batch, most_sheets=4, opened_by="somebody else")
    assert batches.open(later, audit=entry(batch, "started again")) == batch
    assert batches.batch(batch.batch_id) == batch
    assert batch in batches.batches()
    told = audit.entries(entity="print_batch", entity_id=batch.batch_id)
    assert [one.action for one in told] == ["started"]


def test_a_batch_nobody_started_is_unknown(batches: PrintBatches, batch: PrintBatch) -> None:
    with pytest.raises(PrintBatchUnknown, match=batch.batch_id):
        batches.batch(batch.batch_id)
    with pytest.raises(PrintBatchUnknown):
        batches.finish(finished(batch), audit=entry(batch, "finished"))


def test_the_first_file_named_stays_the_only_one(
    stores: tuple[PrintBatches, AuditStore], batch: PrintBatch
) -> None:
    batches, audit = stores
    batches.open(batch, audit=entry(batch, "started"))
    first = finished(batch)
    assert batches.finish(first, audit=entry(batch, "finished")) == first
    assert batches.finish(finished(batch, "b" * 64), audit=entry(batch, "finished otherwise")) == first
    assert batches.batch(batch.batch_id) == first
    assert batches.open(batch, audit=entry(batch, "started again")) == first
    told = audit.entries(entity="print_batch", entity_id=batch.batch_id)
    assert {one.action for one in told} == {"started", "finished"}


def test_of_many_who_finish_at_once_one_names_the_file(batches: PrintBatches, batch: PrintBatch) -> None:
    batches.open(batch, audit=entry(batch, "started"))
    files = [finished(batch, f"{number:x}" * 64) for number in range(8)]
    with ThreadPoolExecutor(len(files)) as pool:
        told = list(pool.map(lambda one: batches.finish(one, audit=entry(batch, "finished")), files))
    assert len({one.finished and one.finished.sha256 for one in told}) == 1
    assert batches.batch(batch.batch_id) == told[0]


def test_the_first_part_that_is_done_stays(batches: PrintBatches, batch: PrintBatch) -> None:
    failed = PartReport(
        batch_id=batch.batch_id, shard=ONE, failures=(PrintFailure(bill_number="7", reason="no address"),)
    )
    done = PartReport(batch_id=batch.batch_id, shard=ONE, key="a", sha256="a" * 64, printed=3, paperless=1)
    assert batches.part_report(batch.batch_id, ONE) is None
    assert batches.report_part(failed) == failed
    assert batches.report_part(done) == done  # a failure gives way
    assert batches.report_part(failed) == done
    assert batches.report_part(replace(done, key="b", sha256="b" * 64)) == done
    assert batches.part_report(batch.batch_id, ONE) == done


def test_parts_are_listed_by_shard(batches: PrintBatches, batch: PrintBatch) -> None:
    for shard in (TWO, ONE):
        batches.report_part(PartReport(batch_id=batch.batch_id, shard=shard, key="a", sha256="a"))
    assert [report.shard for report in batches.part_reports(batch.batch_id)] == [ONE, TWO]
