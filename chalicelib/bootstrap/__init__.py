"""The one place that wires ports to adapters.

Entry points (app.py, functions/, cli/) call what is here and nothing below it. Everything is made on first
use, so that a function pays only for what it needs: adapters are imported within what makes them.
"""

from __future__ import annotations

from chalicelib.bootstrap.documents import (
    bill_files,
    bill_renderer,
    bill_rendering,
    bindery,
    document_desk,
    document_store,
    press,
    print_batches,
    print_files,
)
from chalicelib.bootstrap.identity import cursors, customer_pool, identity_secret, pseudonyms, sealing
from chalicelib.bootstrap.orchestration import event_publisher, run_executions
from chalicelib.bootstrap.simulation import (
    part_desk,
    rated_here,
    rated_on_stack,
    simulation_reports,
    usage_source,
    usage_writer,
)
from chalicelib.bootstrap.stores import (
    accounting_periods,
    artefact_store,
    audit_store,
    average_files,
    average_proposals,
    ledger_reader,
    ledger_store,
    operations_store,
    read_store,
    registry_store,
    run_artefacts,
    tariff_lives,
)
from chalicelib.bootstrap.tariffs import read_rate_document, read_tariff
from chalicelib.runtime.clients import aws_client, forget_clients
from chalicelib.runtime.settings import Settings, settings

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
    "read_tariff",
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


def forget() -> None:
    """Drop everything that was made, for processes that turn to another stack (command line, tests)."""
    for made in (run_artefacts, part_desk, identity_secret, pseudonyms, cursors, sealing, press):
        made.cache_clear()
    settings.cache_clear()
    forget_clients()
