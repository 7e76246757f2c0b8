"""The manifest of a print batch: what the vendor checks the file against (docs/printing.md).

It names no time of making: the same run gives the same manifest, whenever and however often it is made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from chalicelib.domain.customers.person import Address
from chalicelib.domain.documents.envelopes import Envelope, PrintedDocument
from chalicelib.domain.documents.print_batch import (
    BatchId,
    ControlTotals,
    LeftOut,
    PrintBatch,
    PrintForm,
    control_totals,
)
from chalicelib.domain.kernel.ids import CycleCode, RunId

FORMAT = "headgate/print-batch@1"
JSON_ENTRY = "documents.jsonl"

_NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestDocument:
    """One document. `number` counts the batch's documents from 1, in the order of printing.

    `entry` is the file inside the batch, `line` (from 1) the line of it that holds the document; None where
    the document is the whole entry. `sha256` (hex) and `size_bytes` are of the entry, or of the line without
    its line feed. `amount_due_minor` is what the payment stub asks for.
    """

    number: int
    entry: str
    line: int | None
    account_number: str
    bill_number: str
    currency: str
    new_charges_minor: int
    amount_due_minor: int
    pages: int | None
    sheets: int | None
    inserts: tuple[str, ...]
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailTo:
    """Whom an envelope goes to, as its first document has it. `language` is a tag (BCP 47)."""

    name: str
    address: Address
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEnvelope:
    """One envelope. `sequence` counts from 1 in the order of mailing.

    Envelopes with one `mailing_key` go to one recipient: what did not fit into the first is in the next.
    `is_oversize`: a single document with more sheets than an envelope takes.
    """

    sequence: int
    mailing_key: str
    mail_to: MailTo
    currency: str
    pages: int | None
    sheets: int | None
    is_oversize: bool
    inserts: tuple[str, ...]
    documents: tuple[ManifestDocument, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintManifest:
    """A whole batch. `left_out` lists the bills that are not printed, with the reason, by account number."""

    format: str
    batch_id: BatchId
    run_ids: tuple[RunId, ...]
    cycle: CycleCode
    period: str
    bill_date: date
    utility: str
    form: PrintForm
    most_sheets: int
    totals: ControlTotals
    envelopes: tuple[ManifestEnvelope, ...]
    left_out: tuple[LeftOut, ...]


def manifest_of(
    batch: PrintBatch,
    *,
    bill_date: date,
    utility: str,
    envelopes: Iterable[Envelope],
    left_out: Iterable[LeftOut],
) -> PrintManifest:
    """The manifest of planned envelopes and bills left out."""
    planned = tuple(envelopes)
    kept_back = tuple(sorted(left_out, key=lambda one: (one.account_number, one.bill_number)))
    described, number = [], 0
    for envelope in planned:
        documents = []
        for document in envelope.documents:
            number += 1
            documents.append(_document(document, number, batch.form))
        described.append(_envelope(envelope, tuple(documents)))
    return PrintManifest(
        format=FORMAT,
        batch_id=batch.batch_id,
        run_ids=(batch.run_id,),
        cycle=batch.cycle,
        period=str(batch.period),
        bill_date=bill_date,
        utility=utility,
        form=batch.form,
        most_sheets=batch.most_sheets,
        totals=control_totals(planned, kept_back),
        envelopes=tuple(described),
        left_out=kept_back,
    )


def pdf_entry(number: int, bill_number: str) -> str:
    """The entry of a PDF: in order of printing when sorted by name."""
    return f"pdf/{number:06d}-{_NOT_IN_FILE_NAMES.sub('-', bill_number)}.pdf"


def _document(document: PrintedDocument, number: int, form: PrintForm) -> ManifestDocument:
    is_json = form is PrintForm.JSON
    return ManifestDocument(
        number=number,
        entry=JSON_ENTRY if is_json else pdf_entry(number, document.bill_number),
        line=number if is_json else None,
        account_number=document.account_number,
        bill_number=document.bill_number,
        currency=document.currency,
        new_charges_minor=document.new_charges_minor,
        amount_due_minor=document.amount_due_minor,
        pages=document.pages,
        sheets=document.sheets,
        inserts=document.inserts,
        size_bytes=document.size_bytes,
        sha256=document.sha256,
    )


def _envelope(envelope: Envelope, documents: tuple[ManifestDocument, ...]) -> ManifestEnvelope:
    first = envelope.mail_to
    return ManifestEnvelope(
        sequence=envelope.sequence,
        mailing_key=first.mailing_key,
        mail_to=MailTo(name=first.recipient, address=first.address, language=first.language),
        currency=first.currency,
        pages=envelope.pages,
        sheets=envelope.sheets,
        is_oversize=envelope.is_oversize,
        inserts=envelope.inserts,
        documents=documents,
    )
