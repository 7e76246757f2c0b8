"""Bills as their customers hold them, and print batches of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.bootstrap.identity import sealing
from chalicelib.bootstrap.stores import (
    among_operations,
    ledger_reader,
    operations_store,
    registry_store,
    run_artefacts,
)
from chalicelib.runtime.clients import aws_client
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.domain.documents.print_batch import PrintForm
    from chalicelib.usecases.make_bill_document import DocumentDesk
    from chalicelib.usecases.ports.documents import DocumentStore
    from chalicelib.usecases.ports.printing import Bindery, Press, PrintBatches, PrintFiles
    from chalicelib.usecases.ports.rendering import BillRenderer, BillRendering
    from chalicelib.usecases.render_bill import BillFiles


def document_store() -> DocumentStore:
    """The documents bucket of the stack."""
    from chalicelib.storage.documents import S3Documents

    return S3Documents(aws_client("s3"), bucket=settings().documents_bucket)


def document_desk() -> DocumentDesk:
    """Where documents of bills are made."""
    from chalicelib.usecases.make_bill_document import DocumentDesk

    return DocumentDesk(
        registry=registry_store(),
        ledger=ledger_reader(),
        operations=operations_store(),
        artefacts=run_artefacts(),
        sealing=sealing(),
    )


@cache
def bill_renderer() -> BillRenderer:
    """Templates, catalogs and fonts, loaded once a process. Only the render function and desks carry them."""
    from chalicelib.rendering.bill_renderer import JinjaBillRenderer

    return JinjaBillRenderer()


def bill_files() -> BillFiles:
    """Renders bills in this process."""
    from chalicelib.rendering.bill_json import dump_bill
    from chalicelib.usecases.render_bill import BillFiles

    return BillFiles(desk=document_desk(), renderer=bill_renderer(), store=document_store(), dump=dump_bill)


def bill_rendering() -> BillRendering:
    """Has bills rendered by the stack's render function."""
    from chalicelib.runtime.bill_rendering import LambdaBillRendering

    return LambdaBillRendering(aws_client("lambda"), function=settings().render_bill_function)


def print_batches() -> PrintBatches:
    """What is known of print batches."""
    from chalicelib.storage.print_batches import DynamoPrintBatches

    return among_operations(DynamoPrintBatches)


def print_files() -> PrintFiles:
    """Parts and files of print batches."""
    from chalicelib.storage.print_files import StoredPrintFiles

    return StoredPrintFiles(document_store())


@cache
def press(form: PrintForm) -> Press:
    """What gives bills the form of a print batch; fonts and templates are loaded once."""
    from chalicelib.domain.documents.print_batch import PrintForm
    from chalicelib.rendering.press import JsonPress, PdfPress

    return PdfPress(bill_renderer()) if form is PrintForm.PDF else JsonPress()


def bindery() -> Bindery:
    """Makes the print vendor's file."""
    from chalicelib.rendering.print_file import ZipBindery

    return ZipBindery()
