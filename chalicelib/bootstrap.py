"""The one place that wires ports to adapters.

Entry points (app.py, functions/, cli/) call what is here and nothing below it. Everything is made on first use, so that
a function pays only for what it needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime.clients import aws_client, forget_clients
from chalicelib.runtime.settings import Settings, settings

if TYPE_CHECKING:
    from chalicelib.usecases.ports.reads import ReadStore
    from chalicelib.usecases.ports.registry import RegistryStore

__all__ = ["Settings", "aws_client", "forget", "read_store", "registry_store", "settings"]


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


def forget() -> None:
    """Drop everything that was made, for processes that turn to another stack (command line, tests)."""
    settings.cache_clear()
    forget_clients()
