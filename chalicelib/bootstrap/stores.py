"""What the stack keeps, in its tables and in the artefacts bucket."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from chalicelib.bootstrap.tariffs import read_rate_document
from chalicelib.runtime.clients import aws_client
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from chalicelib.usecases.ports.accounting_periods import AccountingPeriods
    from chalicelib.usecases.ports.artefacts import ArtefactStore
    from chalicelib.usecases.ports.audit import AuditStore
    from chalicelib.usecases.ports.averages import AverageFiles, AverageProposals
    from chalicelib.usecases.ports.ledger import LedgerStore
    from chalicelib.usecases.ports.operations import OperationsStore
    from chalicelib.usecases.ports.reads import ReadStore
    from chalicelib.usecases.ports.registry import RegistryStore
    from chalicelib.usecases.ports.run_artefacts import RunArtefacts
    from chalicelib.usecases.ports.tariff_lives import TariffLives
    from chalicelib.usecases.read_shard_state import LedgerReader

S = TypeVar("S", covariant=True)


class _OperationsStore(Protocol[S]):
    def __call__(self, client: DynamoDBClient, *, table: str, audit_table: str) -> S: ...


def among_operations(store: _OperationsStore[S]) -> S:
    """A store on the table of operations."""
    names = settings()
    return store(aws_client("dynamodb"), table=names.operations_table, audit_table=names.audit_table)


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

    return among_operations(DynamoOperations)


def tariff_lives() -> TariffLives:
    """What has happened to the stack's tariff versions."""
    from chalicelib.storage.tariff_lives import DynamoTariffLives

    return among_operations(DynamoTariffLives)


def accounting_periods() -> AccountingPeriods:
    """The books of the stack."""
    from chalicelib.storage.accounting_periods import DynamoAccountingPeriods

    return among_operations(DynamoAccountingPeriods)


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


def average_proposals() -> AverageProposals:
    """What is known of proposals of yearly averages."""
    from chalicelib.storage.averages import DynamoAverageProposals

    return among_operations(DynamoAverageProposals)


def average_files() -> AverageFiles:
    """What proposals of yearly averages leave behind."""
    from chalicelib.storage.average_files import StoredAverageFiles

    return StoredAverageFiles(artefact_store())
