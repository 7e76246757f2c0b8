"""A print batch: all bills of a run as one file for the print vendor, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.envelopes import PrintedDocument, sum_known
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId, Shard

BatchId = NewType("BatchId", str)


class BatchDoesNotReconcile(Refusal):
    """What would be mailed, or is left out for a reason, is not what the run billed."""


class NotMailable(Refusal):
    """A bill goes to nobody, or nowhere."""


class PrintForm(StrEnum):
    """What the vendor gets of each bill."""

    JSON = "json"  # the bill document; the vendor makes the pages
    PDF = "pdf"  # finished pages


class Reason(StrEnum):
    """Why a bill is not printed."""

    PAPERLESS = "paperless"  # the recipient reads bills on the web


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A bill that is not printed. Amounts as in PrintedDocument."""

    account_number: str
    bill_number: str
    currency: str
    new_charges_minor: int
    amount_due_minor: int
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Money of one currency, in minor units: of the bills printed, and of those left out as paperless."""

    new_charges_minor: int = 0
    amount_due_minor: int = 0
    paperless_new_charges_minor: int = 0
    paperless_amount_due_minor: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            new_charges_minor=self.new_charges_minor + other.new_charges_minor,
            amount_due_minor=self.amount_due_minor + other.amount_due_minor,
            paperless_new_charges_minor=self.paperless_new_charges_minor + other.paperless_new_charges_minor,
            paperless_amount_due_minor=self.paperless_amount_due_minor + other.paperless_amount_due_minor,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotals:
    """What a batch adds up to. `bills` is printed + paperless + failed; a finished batch has none failed.

    `pages` and `sheets` are None where the vendor makes the pages. `inserts` counts the envelopes that get
    each leaflet. `sums` is by currency.
    """

    bills: int
    printed: int
    paperless: int
    failed: int
    envelopes: int
    pages: int | None
    sheets: int | None
    inserts: Mapping[str, int]
    sums: Mapping[str, Sums]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What was printed of one shard. `bodies` is the key of the printed forms, one after the other.

    `printed` is in the order of the bodies. `utility` is the name the bills bear.
    """

    batch_id: BatchId
    shard: Shard
    utility: str
    printed: tuple[PrintedDocument, ...]
    left_out: tuple[LeftOut, ...]
    bodies: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintFailure:
    """A bill that could not be printed, or with an empty number a whole shard, and why."""

    bill_number: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReport:
    """What became of one shard: a part under `key` with its hash and counts, or failures."""

    batch_id: BatchId
    shard: Shard
    key: str = ""
    sha256: str = ""
    printed: int = 0
    paperless: int = 0
    failures: tuple[PrintFailure, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the shard's part is there, whole."""
        return not self.failures


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedFile:
    """The one file of a batch: its key in the documents bucket, SHA-256 (hex), size and control totals."""

    key: str
    manifest_key: str
    sha256: str
    size_bytes: int
    totals: ControlTotals
    finished_at: datetime
    finished_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintBatch:
    """All bills of one closed run in one form. Once it is finished nothing about it changes.

    `most_sheets` is what one envelope takes.
    """

    batch_id: BatchId
    run_id: RunId
    form: PrintForm
    cycle: CycleCode
    period: Month
    most_sheets: int
    opened_at: datetime
    opened_by: str
    finished: FinishedFile | None = None


def batch_id_of(run_id: RunId, form: PrintForm) -> BatchId:
    """The batch of a run in a form: there is one."""
    return BatchId(f"{run_id}-{form.value}")


def require_mailable(document: BillDocument) -> None:
    """Raises NotMailable unless the bill has a name and a street to go to."""
    recipient = document.recipient
    if not recipient.name.strip() or not any(line.strip() for line in recipient.mailing_address.lines):
        raise NotMailable(
            f"bill {document.bill.number} has no name or no address to go to: load the person of account "
            f"{document.account.number} with one",
            bill_number=document.bill.number,
        )


def printed_document(
    document: BillDocument, *, pages: int | None, sha256: str, size_bytes: int
) -> PrintedDocument:
    """What is kept at hand of a document that was printed."""
    return PrintedDocument(
        account_number=document.account.number,
        bill_number=document.bill.number,
        recipient=document.recipient.name,
        address=document.recipient.mailing_address,
        language=document.recipient.language,
        currency=document.bill.currency,
        new_charges_minor=document.balance.new_charges_minor,
        amount_due_minor=document.payment.amount_minor,
        pages=pages,
        inserts=document.inserts,
        sha256=sha256,
        size_bytes=size_bytes,
    )


def left_out(document: BillDocument, reason: Reason) -> LeftOut:
    """The line about a document that is not printed."""
    return LeftOut(
        account_number=document.account.number,
        bill_number=document.bill.number,
        currency=document.bill.currency,
        new_charges_minor=document.balance.new_charges_minor,
        amount_due_minor=document.payment.amount_minor,
        reason=reason,
    )


class Charged(Protocol):
    """A document as totals look at it."""

    @property
    def currency(self) -> str: ...
    @property
    def new_charges_minor(self) -> int: ...
    @property
    def amount_due_minor(self) -> int: ...


class Mailed(Protocol):
    """An envelope as totals look at it: planned, or as a manifest tells of it."""

    @property
    def documents(self) -> Sequence[Charged]: ...
    @property
    def inserts(self) -> Sequence[str]: ...
    @property
    def pages(self) -> int | None: ...
    @property
    def sheets(self) -> int | None: ...


def control_totals(envelopes: Iterable[Mailed], left_out: Iterable[LeftOut]) -> ControlTotals:
    """The totals of what is mailed and what is left out."""
    planned, kept_back = list(envelopes), list(left_out)
    inserts: dict[str, int] = {}
    sums: dict[str, Sums] = {}
    for envelope in planned:
        for code in envelope.inserts:
            inserts[code] = inserts.get(code, 0) + 1
        for document in envelope.documents:
            sums[document.currency] = sums.get(document.currency, Sums()) + Sums(
                new_charges_minor=document.new_charges_minor, amount_due_minor=document.amount_due_minor
            )
    for one in kept_back:
        sums[one.currency] = sums.get(one.currency, Sums()) + Sums(
            paperless_new_charges_minor=one.new_charges_minor,
            paperless_amount_due_minor=one.amount_due_minor,
        )
    printed = sum(len(envelope.documents) for envelope in planned)
    return ControlTotals(
        bills=printed + len(kept_back),
        printed=printed,
        paperless=len(kept_back),
        failed=0,
        envelopes=len(planned),
        pages=sum_known(envelope.pages for envelope in planned),
        sheets=sum_known(envelope.sheets for envelope in planned),
        inserts=dict(sorted(inserts.items())),
        sums=dict(sorted(sums.items())),
    )


def reconcile(what: str, *, bills: int, amount_minor: int, totals: ControlTotals) -> None:
    """Raises BatchDoesNotReconcile unless the totals have as many bills and as much money as were billed.

    `what` names the run or the shard, `bills` and `amount_minor` are what it posted.
    """
    charged = sum(sums.new_charges_minor + sums.paperless_new_charges_minor for sums in totals.sums.values())
    if (totals.bills, charged) == (bills, amount_minor):
        return
    raise BatchDoesNotReconcile(
        f"{what} posted {bills} bills over {amount_minor} minor units; there are documents of {totals.bills} "
        f"({totals.printed} to print, {totals.paperless} paperless) over {charged}: "
        f"{totals.bills - bills:+d} bills, {charged - amount_minor:+d} minor units. Nothing is sent: "
        "`headgate ledger verify` shows whether the ledger or the documents are wrong",
        bills_posted=bills,
        bills_found=totals.bills,
        amount_posted_minor=amount_minor,
        amount_found_minor=charged,
    )
