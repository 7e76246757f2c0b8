"""The stores of a deployed stack, where tests otherwise have fakes."""

from __future__ import annotations

from itertools import count
from time import time
from typing import Any, cast

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.storage.run_artefacts import StoredRunArtefacts
from tests.in_process import InProcess, publish_tariffs, read_tariff

_names = count(int(time()))


class OnTheCloud(InProcess):
    """A utility on DynamoDB and S3; only the state machine is in this process."""

    def __post_init__(self) -> None:
        self.audit = cast("Any", bootstrap.audit_store())
        self.store = cast("Any", bootstrap.artefact_store())
        self.reads = cast("Any", bootstrap.read_store())
        self.periods = cast("Any", bootstrap.accounting_periods())
        self.registry = cast("Any", bootstrap.registry_store())
        self.operations = cast("Any", bootstrap.operations_store())
        self.ledger = cast("Any", bootstrap.ledger_store())
        self.ledger_reader = bootstrap.ledger_reader()
        self.snapshots = cast("Any", self.ledger_reader.snapshots)
        self.artefacts = StoredRunArtefacts(self.store, read_tariff=read_tariff)
        self.executions = self.new_executions()
        publish_tariffs(self.store, self.audit, self.now)


def fresh_cycle() -> CycleCode:
    """A cycle no other test uses."""
    return CycleCode(f"X{next(_names)}")


def open_all_books() -> None:
    """Forget that any month was closed: the books are one item, which other tests may have closed."""
    bootstrap.aws_client("dynamodb").delete_item(
        TableName=bootstrap.settings().operations_table,
        Key={"pk": {"S": "BOOKS"}, "sk": {"S": "BOOKS"}},
    )
