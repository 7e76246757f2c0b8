"""Executions of the bill run's state machine in Step Functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from chalicelib.usecases.ports.executions import ExecutionStatus

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_STATUSES = {"RUNNING": ExecutionStatus.RUNNING, "SUCCEEDED": ExecutionStatus.SUCCEEDED}
_NOBODY_WAITS = {"TaskDoesNotExist", "TaskTimedOut", "InvalidToken"}


class StepFunctionsExecutions:
    """RunExecutions on one state machine."""

    def __init__(self, client: SFNClient, *, state_machine_arn: str) -> None:
        self._client = client
        self._arn = state_machine_arn

    def start(self, name: str, order: Mapping[str, object]) -> bool:
        """See RunExecutions."""
        try:
            self._client.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps(order))
        except ClientError as error:
            if _code(error) == "ExecutionAlreadyExists":
                return False
            raise
        return True

    def status(self, name: str) -> ExecutionStatus:
        """See RunExecutions."""
        arn = f"{self._arn.replace(':stateMachine:', ':execution:')}:{name}"
        try:
            found = self._client.describe_execution(executionArn=arn)["status"]
        except ClientError as error:
            if _code(error) == "ExecutionDoesNotExist":
                return ExecutionStatus.UNKNOWN
            raise
        return _STATUSES.get(found, ExecutionStatus.FAILED)

    def decide(self, token: str, *, approved: bool) -> bool:
        """See RunExecutions."""
        try:
            self._client.send_task_success(taskToken=token, output=json.dumps({"approved": approved}))
        except ClientError as error:
            if _code(error) in _NOBODY_WAITS:
                return False
            raise
        return True


def _code(error: ClientError) -> str:
    return str(error.response["Error"].get("Code", ""))
