"""The stores of a deployed stack, where tests otherwise have fakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from random import Random
from time import monotonic, sleep, time
from typing import Any, cast

from chalicelib import bootstrap
from chalicelib.domain.billing.run import RunState
from chalicelib.domain.kernel.ids import CycleCode, RunId
from chalicelib.storage.run_artefacts import StoredRunArtefacts
from chalicelib.usecases.ports.executions import ExecutionStatus
from chalicelib.usecases.ports.operations import OperationsStore, RunUnknown
from tests.faults.utility import FaultyUtility
from tests.faults.writes import Writes
from tests.in_process import InProcess, read_rate_document
from tests.towns import TARIFFS

LONGEST_EXECUTION_S = 300
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
        self.artefacts = StoredRunArtefacts(self.store, read_rate_document=read_rate_document)
        self.executions = self.new_executions()
        self.lives = cast("Any", bootstrap.tariff_lives())
        self.publish(*TARIFFS)


def fresh_cycle() -> CycleCode:
    """A cycle no other test uses."""
    return CycleCode(f"X{next(_names)}")


def open_all_books() -> None:
    """Forget that any month was closed: the books are one item, which other tests may have closed."""
    bootstrap.aws_client("dynamodb").delete_item(
        TableName=bootstrap.settings().operations_table,
        Key={"pk": {"S": "BOOKS"}, "sk": {"S": "BOOKS"}},
    )


class CloudMachine:
    """RunExecutions on the deployed state machine: `start` and `decide` return when it ends or waits."""

    def __init__(self, operations: OperationsStore) -> None:
        self._operations = operations
        self._executions = bootstrap.run_executions()
        self.statuses: dict[str, ExecutionStatus] = {}
        self.waits_for_end = True

    def start(self, name: str, order: Mapping[str, object]) -> bool:
        """See RunExecutions."""
        begun = self._executions.start(name, order)
        self._settle(name, RunId(str(order["run_id"])))
        return begun

    def status(self, name: str) -> ExecutionStatus:
        """See RunExecutions."""
        return self._executions.status(name)

    def decide(self, token: str, *, approved: bool) -> bool:
        """See RunExecutions."""
        told = self._executions.decide(token, approved=approved)
        for name, status in list(self.statuses.items()):
            if told and status is ExecutionStatus.RUNNING:
                self._settle(name, None)
        return told

    def _settle(self, name: str, waiting: RunId | None) -> None:
        if not self.waits_for_end:
            return
        deadline = monotonic() + LONGEST_EXECUTION_S
        while (status := self.status(name)) is ExecutionStatus.RUNNING and not self._waits(waiting):
            if monotonic() > deadline:
                raise TimeoutError(f"execution {name} goes on and on")
            sleep(0.05)
        self.statuses[name] = status

    def _waits(self, run_id: RunId | None) -> bool:
        if run_id is None or self._operations.task_token(run_id) is None:
            return False
        try:
            return self._operations.run(run_id).state is RunState.AWAITING_APPROVAL
        except RunUnknown:
            return False


def on_the_state_machine(inside: InProcess, *, chance: Random) -> FaultyUtility:
    """The utility of a clerk whose runs go through Step Functions and Lambda."""
    utility = FaultyUtility(inside, Writes(), chance=chance)
    utility.machine = utility.executions = cast("Any", CloudMachine(inside.operations))
    return utility


@contextmanager
def functions_pointed_to(endpoint: str) -> Iterator[None]:
    """Let every function of the bill run speak to `endpoint`, and to the local cloud itself afterwards."""
    client = bootstrap.aws_client("lambda")  # type: ignore[call-overload]
    before = {
        function["FunctionName"]: function["Environment"]
        for page in client.get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if function["Handler"].startswith("functions.")
    }
    assert before
    for name, environment in before.items():
        variables = {**environment["Variables"], "AWS_ENDPOINT_URL": endpoint}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    try:
        yield
    finally:
        for name, environment in before.items():
            client.update_function_configuration(FunctionName=name, Environment=environment)
