"""A print batch broken at every write: one file, the same bytes, nothing twice.

The batch is made once undisturbed and its writes are listed. Then each write goes wrong in every way there
is, alone and with a second fault while recovering, and the clerk types the same command again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from threading import Thread

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.run import BillRun
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.print_batch import PartReport, PrintBatch, PrintForm
from chalicelib.rendering.press import JsonPress
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.documents import MemoryDocuments
from chalicelib.storage.memory.print_batches import MemoryPrintBatches
from chalicelib.usecases.ports.printing import Press, Printed
from tests.faults.print_shop import PrintShop
from tests.faults.writes import Fault, Kind, Writes
from tests.in_process import InProcess
from tests.towns import OCTOBER, reads_of_town, town

SHARDS, ACCOUNTS = 4, 10
Figures = Callable[[str, object], None]


class NeverTheSame:
    """A press whose bytes differ each time, as those of a PDF with a date in it."""

    made = 0

    def printed(self, document: BillDocument) -> Printed:
        NeverTheSame.made += 1
        return Printed(JsonPress().printed(document).body + f" {NeverTheSame.made:09}".encode(), 2)


@cache
def billed() -> tuple[InProcess, BillRun]:
    inside = InProcess()
    inside.register(town(shards=SHARDS, accounts=ACCOUNTS))
    inside.read(reads_of_town(OCTOBER, shards=SHARDS, accounts=ACCOUNTS))
    return inside, inside.bill(OCTOBER)


@cache
def undisturbed() -> tuple[PrintShop, PrintBatch]:
    inside, run = billed()
    shop = PrintShop.over(inside)
    return shop, shop.work(run.run_id)


def disturbed(*faults: Fault, seed: int = 0) -> PrintShop:
    inside, run = billed()
    shop = PrintShop.over(inside, writes=Writes(faults), chance=Random(seed))
    batch = shop.work(run.run_id)
    prove_the_same(shop, batch, str(faults))
    return shop


def prove_the_same(shop: PrintShop, batch: PrintBatch, what: str) -> None:
    """The same file, named once, and nothing of another batch beside it."""
    calm, wanted = undisturbed()
    assert batch.finished is not None
    assert wanted.finished is not None
    assert shop.file(batch) == calm.file(wanted), what
    assert batch.finished.totals == wanted.finished.totals, what
    assert shop.batches.batch(batch.batch_id) == batch, what
    assert list(shop.documents.keys("print/")) == list(calm.documents.keys("print/")), what


def boundaries() -> list[Fault]:
    return undisturbed()[0].writes.boundaries()


def test_a_fault_at_any_write_leaves_the_same_file(record_property: Figures) -> None:
    for fault in boundaries():
        shop = disturbed(fault)
        assert shop.writes.struck == [fault]
    record_property("figures", f"{len(boundaries())} boundaries struck")


def test_a_second_fault_while_recovering_leaves_the_same_file(record_property: Figures) -> None:
    chance = Random("second")
    struck = 0
    for first in boundaries():
        second = Fault(first.write + chance.randint(1, 6), chance.choice(list(Kind)))
        struck += len(disturbed(first, second, seed=first.write).writes.struck)
    record_property("figures", f"{struck} faults in {len(boundaries())} batches")


def test_what_a_batch_writes_is_a_file_a_report_and_one_finish() -> None:
    names = undisturbed()[0].writes.names
    assert names.count("batches.open") == names.count("batches.finish") == 1
    assert names.count("batches.report_part") == SHARDS
    assert names.count("documents.put") == 2 * SHARDS + 1
    assert names.index("documents.put_file") < names.index("batches.finish")


def test_a_press_that_never_repeats_itself_still_makes_one_file() -> None:
    """The first whole part stays: what is printed again after a death is thrown away."""
    inside, run = billed()
    for fault in boundaries():
        shop = PrintShop.over(inside, writes=Writes([fault]), press=NeverTheSame())
        batch = shop.work(run.run_id, PrintForm.PDF)
        assert batch.finished is not None
        assert batch.finished.totals.bills == SHARDS * ACCOUNTS
        first = shop.file(batch)
        again = shop.work(run.run_id, PrintForm.PDF)
        assert again == batch, fault
        assert shop.file(again) == first, fault


def test_a_second_clerk_who_works_while_the_first_is_held_up_finishes_the_same_batch() -> None:
    for write in range(len(undisturbed()[0].writes.names)):
        first, mine, others = held_up_at(write, JsonPress(), MemoryPrintBatches(audit=MemoryAuditStore()))
        assert others == mine
        prove_the_same(first, mine, f"held up at write {write}")


def test_a_clerk_held_up_with_other_bytes_takes_up_the_batch_that_stands() -> None:
    for write in range(len(undisturbed()[0].writes.names)):
        _, mine, others = held_up_at(write, NeverTheSame(), MemoryPrintBatches(audit=MemoryAuditStore()))
        assert others == mine, write


def test_a_worker_who_reports_late_changes_nothing() -> None:
    mine, others = with_a_late_worker(MemoryPrintBatches(audit=MemoryAuditStore()))
    assert mine == others


def test_without_the_rule_that_the_first_stays_two_files_would_be_sent() -> None:
    mine, others = with_a_late_worker(TheLastStays(audit=MemoryAuditStore()))
    assert mine != others


class TheLastStays(MemoryPrintBatches):
    """PrintBatches with the one rule taken out."""

    def finish(self, batch: PrintBatch, *, audit: AuditEntry) -> PrintBatch:
        self._batches[batch.batch_id] = batch
        return batch

    def report_part(self, report: PartReport) -> PartReport:
        self._reports[(report.batch_id, report.shard)] = report
        return report


def held_up_at(
    write: int, press: Press, batches: MemoryPrintBatches
) -> tuple[PrintShop, PrintBatch, PrintBatch]:
    """A clerk held up at a write while another prints the whole batch; what either then has finished."""
    inside, run = billed()
    other = PrintShop.over(inside, press=press, batches=batches)
    done: list[PrintBatch] = []
    first = PrintShop.over(
        inside,
        batches=batches,
        documents=other.documents,
        press=press,
        writes=Writes(meanwhile={write: lambda: done.append(other.command(run.run_id))}),
    )
    mine = first.command(run.run_id)
    (others,) = done
    return first, mine, others


def with_a_late_worker(batches: MemoryPrintBatches) -> tuple[PrintBatch, PrintBatch]:
    """What two clerks finish when a worker everybody believed dead reports its shard at the last moment."""
    inside, run = billed()
    documents = MemoryDocuments()
    late = PrintShop.over(inside, press=NeverTheSame(), documents=documents)
    started = late.start(run.run_id, PrintForm.PDF)
    report = late.print_part(started.batch_id, late.progress(started.batch_id).left[0])
    done: list[PrintBatch] = []

    def wake_up() -> None:
        batches.report_part(report)
        late.batches = batches
        done.append(late.command(run.run_id, PrintForm.PDF))

    last = len(undisturbed()[0].writes.names) - 1
    writes = Writes(meanwhile={last: wake_up})
    first = PrintShop.over(inside, press=NeverTheSame(), documents=documents, batches=batches, writes=writes)
    mine = first.command(run.run_id, PrintForm.PDF)
    assert writes.names[last] == "batches.finish"
    return mine, done[0]


def test_four_clerks_at_once_make_one_batch() -> None:
    inside, run = billed()
    shops = [PrintShop.over(inside)]
    shared = {"batches": shops[0].batches, "documents": shops[0].documents}
    shops += [PrintShop.over(inside, **shared, chance=Random(seed)) for seed in range(3)]
    found: list[PrintBatch] = []
    clerks = [Thread(target=lambda shop=shop: found.append(shop.command(run.run_id))) for shop in shops]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert len(found) == 4
    assert len({batch.finished and batch.finished.sha256 for batch in found}) == 1
    prove_the_same(shops[0], found[0], "four at once")
