"""The one place that wires ports to adapters.

Entry points (app.py, functions/, cli/) call what is here and nothing below it. Everything is made on first
use, so that a function pays only for what it needs.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from chalicelib.runtime.clients import aws_client, forget_clients
from chalicelib.runtime.settings import Settings, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path

    from chalicelib.columnar.part_rating import PartRating
    from chalicelib.columnar.simulation_files import PartDesk
    from chalicelib.domain.documents.print_batch import PrintForm
    from chalicelib.domain.kernel.quantity import Unit
    from chalicelib.domain.tariffs.rating import RateDocument
    from chalicelib.domain.tariffs.version import TariffVersion
    from chalicelib.identity.cursors import HmacCursors
    from chalicelib.usecases.make_bill_document import DocumentDesk
    from chalicelib.usecases.ports.accounting_periods import AccountingPeriods
    from chalicelib.usecases.ports.artefacts import ArtefactStore
    from chalicelib.usecases.ports.audit import AuditStore
    from chalicelib.usecases.ports.averages import AverageFiles, AverageProposals
    from chalicelib.usecases.ports.documents import DocumentStore
    from chalicelib.usecases.ports.events import EventPublisher
    from chalicelib.usecases.ports.executions import RunExecutions
    from chalicelib.usecases.ports.identity import Pseudonyms, Sealing
    from chalicelib.usecases.ports.ledger import LedgerStore
    from chalicelib.usecases.ports.operations import OperationsStore
    from chalicelib.usecases.ports.printing import Bindery, Press, PrintBatches, PrintFiles
    from chalicelib.usecases.ports.reads import ReadStore
    from chalicelib.usecases.ports.registry import RegistryStore
    from chalicelib.usecases.ports.rendering import BillRenderer, BillRendering
    from chalicelib.usecases.ports.run_artefacts import RunArtefacts
    from chalicelib.usecases.ports.simulation import (
        Progress,
        SimulationReports,
        UsageSource,
        UsageWriter,
    )
    from chalicelib.usecases.ports.tariff_lives import TariffLives
    from chalicelib.usecases.ports.users import UserPool
    from chalicelib.usecases.read_shard_state import LedgerReader
    from chalicelib.usecases.render_bill import BillFiles

__all__ = [
    "Settings",
    "accounting_periods",
    "artefact_store",
    "audit_store",
    "average_files",
    "average_proposals",
    "aws_client",
    "bill_files",
    "bill_renderer",
    "bill_rendering",
    "bindery",
    "cursors",
    "customer_pool",
    "document_desk",
    "document_store",
    "event_publisher",
    "forget",
    "ledger_reader",
    "ledger_store",
    "operations_store",
    "part_desk",
    "press",
    "print_batches",
    "print_files",
    "pseudonyms",
    "rated_here",
    "rated_on_stack",
    "read_rate_document",
    "read_store",
    "registry_store",
    "run_artefacts",
    "run_executions",
    "sealing",
    "settings",
    "simulation_reports",
    "tariff_lives",
    "usage_source",
    "usage_writer",
]


def read_store() -> ReadStore:
    """The register reads of the stack."""
    from chalicelib.storage.reads import DynamoReadStore

    names = settings()
    return DynamoReadStore(
        aws_client("dynamodb"), metering_table=names.metering_table, audit_table=names.audit_table
    )


def registry_store() -> RegistryStore:
    """The registry of the stack."""
    from chalicelib.storage.registry import DynamoRegistryStore

    names = settings()
    return DynamoRegistryStore(
        aws_client("dynamodb"), table=names.registry_table, audit_table=names.audit_table
    )


def operations_store() -> OperationsStore:
    """Bill runs, doors, chunk reports and holds of the stack."""
    from chalicelib.storage.operations import DynamoOperations

    names = settings()
    return DynamoOperations(
        aws_client("dynamodb"), table=names.operations_table, audit_table=names.audit_table
    )


def tariff_lives() -> TariffLives:
    """What has happened to the stack's tariff versions."""
    from chalicelib.storage.tariff_lives import DynamoTariffLives

    names = settings()
    return DynamoTariffLives(
        aws_client("dynamodb"), table=names.operations_table, audit_table=names.audit_table
    )


def accounting_periods() -> AccountingPeriods:
    """The books of the stack."""
    from chalicelib.storage.accounting_periods import DynamoAccountingPeriods

    names = settings()
    return DynamoAccountingPeriods(
        aws_client("dynamodb"), table=names.operations_table, audit_table=names.audit_table
    )


def ledger_store() -> LedgerStore:
    """The ledger of the stack."""
    from chalicelib.storage.ledger import DynamoLedgerStore

    names = settings()
    return DynamoLedgerStore(
        aws_client("dynamodb"),
        table=names.ledger_table,
        audit_table=names.audit_table,
        operations_table=names.operations_table,
    )


def ledger_reader() -> LedgerReader:
    """Account states from snapshots and open periods."""
    from chalicelib.storage.ledger_snapshots import ArtefactSnapshots
    from chalicelib.usecases.read_shard_state import LedgerReader

    return LedgerReader(ledger=ledger_store(), snapshots=ArtefactSnapshots(artefact_store()))


def audit_store() -> AuditStore:
    """The audit trail of the stack."""
    from chalicelib.storage.audit import DynamoAuditStore

    return DynamoAuditStore(aws_client("dynamodb"), table=settings().audit_table)


def artefact_store() -> ArtefactStore:
    """The artefacts bucket of the stack."""
    from chalicelib.storage.artefacts import S3Artefacts

    return S3Artefacts(aws_client("s3"), bucket=settings().artefacts_bucket)


@cache
def run_artefacts() -> RunArtefacts:
    """What bill runs leave behind; keeps the compiled tariffs of the run at hand."""
    from chalicelib.storage.run_artefacts import StoredRunArtefacts

    return StoredRunArtefacts(artefact_store(), read_rate_document=read_rate_document)


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


def run_executions() -> RunExecutions:
    """The bill run's state machine."""
    from chalicelib.runtime.executions import StepFunctionsExecutions

    return StepFunctionsExecutions(aws_client("stepfunctions"), state_machine_arn=settings().bill_run_arn)


def event_publisher() -> EventPublisher:
    """The stack's event bus."""
    from chalicelib.runtime.events import EventBridgePublisher

    return EventBridgePublisher(aws_client("events"), bus=settings().event_bus)


def document_store() -> DocumentStore:
    """The documents bucket of the stack."""
    from chalicelib.storage.documents import S3Documents

    return S3Documents(aws_client("s3"), bucket=settings().documents_bucket)


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

    names = settings()
    return DynamoPrintBatches(
        aws_client("dynamodb"), table=names.operations_table, audit_table=names.audit_table
    )


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


def average_proposals() -> AverageProposals:
    """What is known of proposals of yearly averages."""
    from chalicelib.storage.averages import DynamoAverageProposals

    names = settings()
    return DynamoAverageProposals(
        aws_client("dynamodb"), table=names.operations_table, audit_table=names.audit_table
    )


def average_files() -> AverageFiles:
    """What proposals of yearly averages leave behind."""
    from chalicelib.storage.average_files import StoredAverageFiles

    return StoredAverageFiles(artefact_store())


@cache
def _identity_secret() -> bytes:
    answer = aws_client("secretsmanager").get_secret_value(SecretId=settings().identity_secret_arn)
    return answer["SecretString"].encode()


@cache
def pseudonyms() -> Pseudonyms:
    """Ids and search tokens under the stack's identity secret."""
    from chalicelib.identity.pseudonyms import HmacPseudonyms

    return HmacPseudonyms(_identity_secret())


@cache
def cursors() -> HmacCursors:
    """Cursors of the API's lists, under a key that is derived from the stack's identity secret."""
    from chalicelib.identity.cursors import HmacCursors

    return HmacCursors(_identity_secret())


def customer_pool() -> UserPool:
    """The pool in which customers sign in."""
    from chalicelib.identity.cognito_users import CognitoUserPool

    return CognitoUserPool(aws_client("cognito-idp"), pool_id=settings().customer_pool_id)


@cache
def sealing() -> Sealing:
    """Sealing of personal data; KMS is asked once, when the first person is sealed or opened."""
    from chalicelib.identity.key_ring import kms_key_ring
    from chalicelib.identity.sealing import AesGcmSealing
    from chalicelib.storage.registry_keys import DynamoKeyVault

    vault = DynamoKeyVault(aws_client("dynamodb"), table=settings().registry_table)
    ring = kms_key_ring(aws_client("kms"), key_arn=settings().data_key_arn, vault=vault)
    return AesGcmSealing(ring, pseudonyms())


def read_rate_document(canonical: str) -> RateDocument:
    """The tariff version, or the condition, that a published document describes."""
    from chalicelib.tariff_documents.rate_documents import read_rate_document as read

    return read(canonical)


def read_tariff(canonical: str) -> TariffVersion:
    """The version that a drafted or published document describes."""
    from chalicelib.tariff_documents.load import load_tariff

    return load_tariff(canonical, file="tariff").version


def _silent(_title: str, _done: int, _rows: int) -> None:
    pass


def rated_here(progress: Progress = _silent) -> PartRating:
    """Rates the usage of simulations in this process, part by part."""
    from chalicelib.columnar.part_rating import RatedHere

    return RatedHere(progress)


def rated_on_stack(
    simulation_id: str, *, documents: Mapping[str, str], progress: Progress, pause: Callable[[], None]
) -> PartRating:
    """Has the usage of simulations rated by the stack's state machine; `documents` by fingerprint."""
    from chalicelib.columnar.rated_on_stack import RatedOnStack
    from chalicelib.runtime.executions import StepFunctionsExecutions

    names = settings()
    return RatedOnStack(
        artefact_store(),
        StepFunctionsExecutions(aws_client("stepfunctions"), state_machine_arn=names.simulation_arn),
        simulation_id=simulation_id,
        map_concurrency=int(names.map_concurrency or 1),
        documents=documents,
        progress=progress,
        pause=pause,
    )


@cache
def part_desk() -> PartDesk:
    """Rates parts of simulations; keeps the compiled tariffs of the last one at hand."""
    from chalicelib.columnar.simulation_files import PartDesk

    return PartDesk(artefact_store(), read=read_rate_document)


def usage_source(
    path: str,
    *,
    unit: Unit | None = None,
    ignored: Collection[str] = (),
    rating: PartRating | None = None,
    progress: Progress = _silent,
    rows_a_part: int = 200_000,
) -> UsageSource:
    """Files of usage for simulations, rated in this process unless `rating` says where; needs no stack."""
    from chalicelib.columnar.usage_files import DuckUsageFiles
    from chalicelib.files.delimited import read_delimited

    return DuckUsageFiles(
        path,
        careful=lambda file, columns: read_delimited(file, columns=columns),
        rating=rating or rated_here(progress),
        progress=progress,
        unit=unit,
        ignored=ignored,
        rows_a_part=rows_a_part,
    )


def usage_writer(path: Path) -> UsageWriter:
    """What writes usage as CSV, or as Parquet where the name ends so."""
    from chalicelib.files.usage_rows import CsvUsageWriter

    if path.suffix != ".parquet":
        return CsvUsageWriter(path)
    from chalicelib.columnar.parquet_usage import ParquetUsageWriter

    return ParquetUsageWriter(path, text=CsvUsageWriter)


def simulation_reports(languages: Sequence[str] = ("en",)) -> SimulationReports:
    """What writes simulations down: JSON, CSV and a page in each of `languages`; needs no stack."""
    from chalicelib.rendering.simulation.reports import FolderReports

    return FolderReports(languages)


def forget() -> None:
    """Drop everything that was made, for processes that turn to another stack (command line, tests)."""
    for made in (run_artefacts, part_desk, _identity_secret, pseudonyms, cursors, sealing, press):
        made.cache_clear()
    settings.cache_clear()
    forget_clients()
