"""A month's bills go to the print vendor: one file, every bill in it or listed as left out, and proven."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from chalicelib.domain.billing.run import BillRun, RunNotReady, RunState
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.print_batch import BatchId, PrintBatch, PrintForm
from chalicelib.domain.documents.print_manifest import PrintManifest
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.rendering.bill_json import load_bill
from chalicelib.rendering.press import JsonPress, PdfPress
from chalicelib.rendering.print_file import MANIFEST_ENTRY, load_manifest
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.print_batches import MemoryPrintBatches
from chalicelib.usecases.assemble_print_batch import (
    BatchIncomplete,
    BatchNotFinished,
    fetch_print_batch,
)
from chalicelib.usecases.ports.printing import BillDocuments, PartAltered, Printed
from chalicelib.usecases.ports.rendering import BillView, RenderedPdf
from chalicelib.usecases.print_batch import BatchStartedOtherwise, NothingToPrint
from tests.faults.print_shop import PrintShop
from tests.in_process import InProcess
from tests.towns import OCTOBER, bill_minor, reads_of_town, town

SHARDS, ACCOUNTS = 2, 10  # of ten neighbors one is paperless, two share an envelope
FIRST, SECOND = Shard("C01.001"), Shard("C01.002")


class TwoPagePdfs:
    """A BillRenderer whose pages say nothing but whose they are, in which view."""

    edition = "test"
    languages = ("en", "es")

    def html(self, document: BillDocument, view: BillView) -> str:
        return ""

    def pdf(self, document: BillDocument, view: BillView) -> RenderedPdf:
        return RenderedPdf(f"%PDF {document.bill.number} {view.language}".encode(), 2)


class Without:
    """BillDocuments that forget a bill, or tell it twice, or with another amount."""

    def __init__(self, inner: BillDocuments, *, times: int = 0, more_minor: int = 0) -> None:
        self._inner = inner
        self._times = times
        self._more_minor = more_minor

    def documents_of_run(self, run_id: RunId, shard: Shard) -> Iterator[BillDocument]:
        for index, document in enumerate(self._inner.documents_of_run(run_id, shard)):
            if index or shard != SECOND:
                yield document
                continue
            balance = document.balance
            charged = balance.new_charges_minor + self._more_minor
            yield from [replace(document, balance=replace(balance, new_charges_minor=charged))] * self._times


class FailingOnce:
    """A press that cannot print one bill the first time."""

    def __init__(self, number: str) -> None:
        self._number = number

    def printed(self, document: BillDocument) -> Printed:
        if document.bill.number == self._number:
            self._number = ""
            raise ValueError("a font is missing")
        return JsonPress().printed(document)


@pytest.fixture(scope="module")
def utility() -> InProcess:
    inside = InProcess()
    inside.register(town(shards=SHARDS, accounts=ACCOUNTS))
    inside.read(reads_of_town(OCTOBER, shards=SHARDS, accounts=ACCOUNTS))
    return inside


@pytest.fixture(scope="module")
def run(utility: InProcess) -> BillRun:
    closed = utility.bill(OCTOBER)
    assert (closed.state, closed.tally.billed) == (RunState.CLOSED, SHARDS * ACCOUNTS)
    return closed


@pytest.fixture
def shop(utility: InProcess) -> PrintShop:
    return PrintShop.over(utility)


def opened(shop: PrintShop, batch: PrintBatch) -> ZipFile:
    return ZipFile(io.BytesIO(shop.file(batch)))


def manifest_in(file: ZipFile) -> PrintManifest:
    return load_manifest(file.read(MANIFEST_ENTRY))


def test_every_bill_is_in_the_file_or_left_out_with_a_reason(shop: PrintShop, run: BillRun) -> None:
    batch = shop.command(run.run_id)
    with opened(shop, batch) as file:
        assert file.testzip() is None
        assert file.namelist() == ["manifest.json", "documents.jsonl"]
        manifest, lines = manifest_in(file), file.read("documents.jsonl").split(b"\n")
    totals = manifest.totals
    assert (totals.bills, totals.printed, totals.paperless, totals.failed) == (20, 18, 2, 0)
    assert totals.envelopes == 16  # in each shard two accounts of one landlord
    assert {one.account_number for one in manifest.left_out} == {"C01.001-5", "C01.002-5"}
    assert {one.reason for one in manifest.left_out} == {"paperless"}
    expected = SHARDS * sum(bill_minor(number) for number in range(1, ACCOUNTS + 1))
    sums = totals.sums["USD"]
    assert sums.new_charges_minor + sums.paperless_new_charges_minor == expected == run.tally.amount_minor

    inside = [document for envelope in manifest.envelopes for document in envelope.documents]
    assert lines.pop() == b""
    assert len(lines) == len(inside) == 18
    for number, (document, line) in enumerate(zip(inside, lines, strict=True), start=1):
        bill = load_bill(line)
        assert (document.number, document.line, document.bill_number) == (number, number, bill.bill.number)
        assert (document.sha256, document.size_bytes) == (hashlib.sha256(line).hexdigest(), len(line))
        assert document.amount_due_minor == bill.payment.amount_minor
    assert sums.amount_due_minor == sum(load_bill(line).payment.amount_minor for line in lines)


def test_the_manifest_says_whose_bills_these_are(shop: PrintShop, run: BillRun) -> None:
    with opened(shop, shop.command(run.run_id)) as file:
        plain = json.loads(file.read(MANIFEST_ENTRY))
    told = {key: value for key, value in plain.items() if key not in ("totals", "envelopes", "left_out")}
    assert told == {
        "format": "headgate/print-batch@1",
        "batch_id": f"{run.run_id}-json",
        "run_ids": [run.run_id],
        "cycle": "C01",
        "period": "2026-10",
        "bill_date": "2026-10-12",
        "utility": "Riverbend Water",
        "form": "json",
        "most_sheets": 8,
    }


def test_leaflets_are_counted_by_envelope(shop: PrintShop, run: BillRun) -> None:
    with opened(shop, shop.command(run.run_id)) as file:
        manifest = manifest_in(file)
    # accounts 4 and 8 of each shard get one about leaks, 10 one about rates (5 would, but has no envelope)
    assert manifest.totals.inserts == {"leak": 4, "rates": 2}
    assert sum("leak" in envelope.inserts for envelope in manifest.envelopes) == 4


def test_pdfs_are_entries_in_the_order_of_mailing(utility: InProcess, run: BillRun) -> None:
    shop = PrintShop.over(utility, press=PdfPress(TwoPagePdfs()))
    batch = shop.command(run.run_id, PrintForm.PDF)
    with opened(shop, batch) as file:
        manifest = manifest_in(file)
        inside = [document for envelope in manifest.envelopes for document in envelope.documents]
        assert file.namelist() == ["manifest.json", *(document.entry for document in inside)]
        assert sorted(file.namelist()[1:]) == file.namelist()[1:]
        for document in inside:
            body = file.read(document.entry)
            assert body.startswith(f"%PDF {document.bill_number} ".encode())
            assert hashlib.sha256(body).hexdigest() == document.sha256
        kinds = {entry.filename: entry.compress_type for entry in file.infolist()}
        assert kinds.pop("manifest.json") == ZIP_DEFLATED
        assert set(kinds.values()) == {ZIP_STORED}
        spanish = {envelope.mail_to.language for envelope in manifest.envelopes}
        assert spanish == {"en", "es"}
    assert (manifest.totals.pages, manifest.totals.sheets) == (36, 18)


def test_entries_have_no_date_that_differs_from_one_making_to_the_next(shop: PrintShop, run: BillRun) -> None:
    with opened(shop, shop.command(run.run_id)) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_finished_batch_stays_as_it_is(shop: PrintShop, run: BillRun) -> None:
    first = shop.command(run.run_id)
    keys = list(shop.documents.keys("print/"))
    writes = len(shop.writes.names)
    assert shop.command(run.run_id) == first
    assert shop.assemble(first.batch_id) == first
    assert shop.print_part(first.batch_id, FIRST).is_done
    assert list(shop.documents.keys("print/")) == keys
    assert set(shop.writes.names[writes:]) <= {"batches.open"}


def test_starting_and_finishing_are_in_the_audit_trail(utility: InProcess, run: BillRun) -> None:
    audit = MemoryAuditStore()
    shop = PrintShop.over(utility, batches=MemoryPrintBatches(audit=audit))
    batch = shop.command(run.run_id)
    shop.command(run.run_id)
    started, finished = sorted(audit.all_entries(), key=lambda one: one.action, reverse=True)
    assert batch.finished is not None
    assert (started.action, finished.action) == ("started", "finished")
    assert {started.entity_id, finished.entity_id} == {batch.batch_id}
    assert {started.actor, finished.actor} == {"clerk"}
    assert (finished.after["sha256"], finished.after["bills"]) == (batch.finished.sha256, 20)
    assert finished.correlation_id == run.run_id


def test_a_run_that_is_not_closed_is_not_printed(utility: InProcess, shop: PrintShop, run: BillRun) -> None:
    shop.operations = Open(run)  # type: ignore[assignment]
    with pytest.raises(RunNotReady, match="closed"):
        shop.start(run.run_id)


class Open:
    """Operations that say a run is still posting."""

    def __init__(self, run: BillRun) -> None:
        self._run = replace(run, state=RunState.POSTING)

    def run(self, run_id: RunId) -> BillRun:
        return self._run


def test_a_run_without_bills_is_nothing_to_print() -> None:
    inside = InProcess()
    inside.register(town(accounts=1))
    run = inside.bill(OCTOBER)  # nobody has read the meter
    with pytest.raises(NothingToPrint):
        PrintShop.over(inside).start(run.run_id)


def test_a_batch_keeps_the_limit_it_was_started_with(shop: PrintShop, run: BillRun) -> None:
    assert shop.start(run.run_id, sheets=4).most_sheets == 4
    assert shop.start(run.run_id).most_sheets == 4
    with pytest.raises(BatchStartedOtherwise, match="4 sheets"):
        shop.start(run.run_id, sheets=6)


@pytest.mark.parametrize(
    ("wrong", "difference"),
    [
        ({"times": 0}, "-1 bills"),
        ({"times": 1, "more_minor": 1}, r"\+0 bills, \+1 minor units"),
        ({"times": 2}, "BillPrintedTwice"),
    ],
)
def test_a_batch_that_lacks_or_doubles_a_bill_is_not_finished(
    utility: InProcess, run: BillRun, wrong: dict[str, int], difference: str
) -> None:
    shop = PrintShop.over(utility)
    sound = shop.bills
    shop.bills = Without(sound, **wrong)
    with pytest.raises(BatchIncomplete, match=f"1 failed.*{difference}") as refused:
        shop.command(run.run_id)
    assert [one["shard"] for one in refused.value.data["failed"]] == [SECOND]  # type: ignore[attr-defined]
    shop.bills = sound
    assert shop.command(run.run_id).finished is not None


def test_a_bill_that_fails_holds_the_batch_up_until_it_is_printed(utility: InProcess, run: BillRun) -> None:
    shop = PrintShop.over(utility, press=FailingOnce("C01.002-3/2610"))
    with pytest.raises(
        BatchIncomplete, match=r"1 failed.*C01\.002-3/2610: fault of this program: ValueError"
    ):
        shop.command(run.run_id)
    progress = shop.progress(shop.start(run.run_id).batch_id)
    assert (progress.bills_done, progress.to_do) == (ACCOUNTS, (SECOND,))
    batch = shop.command(run.run_id)
    assert batch.finished is not None
    assert (batch.finished.totals.printed, batch.finished.totals.failed) == (18, 0)


def test_a_bill_that_would_go_nowhere_holds_the_batch_up(utility: InProcess, run: BillRun) -> None:
    shop = PrintShop.over(utility)
    shop.bills = Nowhere(shop.bills)
    with pytest.raises(BatchIncomplete, match=r"C01\.001-3/2610: NotMailable"):
        shop.command(run.run_id)


class Nowhere:
    """BillDocuments in which one recipient has no address."""

    def __init__(self, inner: BillDocuments) -> None:
        self._inner = inner

    def documents_of_run(self, run_id: RunId, shard: Shard) -> Iterator[BillDocument]:
        for document in self._inner.documents_of_run(run_id, shard):
            if document.account.number == "C01.001-3":
                nowhere = replace(document.recipient.mailing_address, lines=(" ",))
                document = replace(document, recipient=replace(document.recipient, mailing_address=nowhere))
            yield document


def test_a_shard_without_bills_and_the_wave_that_bills_it_are_batches_of_their_own() -> None:
    inside = InProcess()
    inside.register(town(shards=2, accounts=3))
    inside.read(reads_of_town(OCTOBER, shards=1, accounts=3))
    first = inside.bill(OCTOBER)
    shop = PrintShop.over(inside)
    batch = shop.command(first.run_id)
    inside.read(reads_of_town(OCTOBER, shards=2, accounts=3)[3:])
    second = inside.retry(first, on=date(2026, 10, 13))
    assert (first.tally.billed, second.tally.billed) == (3, 3)
    later = shop.command(second.run_id)
    found = [one.finished.totals.bills for one in (batch, later) if one.finished]
    assert found == [3, 3]
    with opened(shop, later) as file:
        numbers = {
            document.account_number for one in manifest_in(file).envelopes for document in one.documents
        }
    assert numbers == {"C01.002-1", "C01.002-2", "C01.002-3"}


def test_an_unprinted_shard_holds_the_batch_up(shop: PrintShop, run: BillRun) -> None:
    batch = shop.start(run.run_id)
    shop.print_part(batch.batch_id, FIRST)
    with pytest.raises(BatchIncomplete, match="1 shards are not printed"):
        shop.assemble(batch.batch_id)


def test_what_was_altered_since_it_was_printed_is_not_sent(shop: PrintShop, run: BillRun) -> None:
    batch = shop.start(run.run_id)
    for shard in (FIRST, SECOND):
        shop.print_part(batch.batch_id, shard)
    (key, *_) = (key for key in shop.documents.keys("print/") if key.endswith(".bodies"))
    sound = shop.documents.get(key)
    shop.documents.put(key, sound.replace(b"Keeper 1", b"Keeper 2"), content_type="")
    with pytest.raises(PartAltered):
        shop.assemble(batch.batch_id)
    shop.documents.put(key, sound[:-1], content_type="")
    with pytest.raises(PartAltered, match=key):
        shop.assemble(batch.batch_id)


def test_the_file_is_fetched_as_it_was_made(shop: PrintShop, run: BillRun, tmp_path: Path) -> None:
    batch = shop.start(run.run_id)
    wanted = tmp_path / "batch.zip"
    with pytest.raises(BatchNotFinished, match="print start"):
        fetch_print_batch(batch_id=batch.batch_id, to=wanted, batches=shop.batches, files=shop.files)
    finished = shop.command(run.run_id)
    fetch_print_batch(batch_id=batch.batch_id, to=wanted, batches=shop.batches, files=shop.files)
    assert wanted.read_bytes() == shop.file(finished)
    assert finished.finished is not None
    shop.documents.put(finished.finished.key, b"something else", content_type="")
    with pytest.raises(PartAltered):
        fetch_print_batch(batch_id=batch.batch_id, to=wanted, batches=shop.batches, files=shop.files)
    assert [path.name for path in tmp_path.iterdir()] == ["batch.zip"]


def test_what_is_in_the_table_names_nobody(shop: PrintShop, run: BillRun) -> None:
    batch = shop.command(run.run_id)
    for stored in (batch, *shop.batches.part_reports(batch.batch_id)):
        assert "Keeper" not in repr(stored)


def test_refusals_say_what_to_do(shop: PrintShop) -> None:
    with pytest.raises(Refusal, match="there is no bill run"):
        shop.start(RunId("nothing"))
    with pytest.raises(Refusal, match="headgate print list"):
        shop.progress(BatchId("nothing"))
