"""The stack's state machine and event bus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime.clients import aws_client
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from chalicelib.usecases.ports.events import EventPublisher
    from chalicelib.usecases.ports.executions import RunExecutions


def run_executions() -> RunExecutions:
    """The bill run's state machine."""
    from chalicelib.runtime.executions import StepFunctionsExecutions

    return StepFunctionsExecutions(aws_client("stepfunctions"), state_machine_arn=settings().bill_run_arn)


def event_publisher() -> EventPublisher:
    """The stack's event bus."""
    from chalicelib.runtime.events import EventBridgePublisher

    return EventBridgePublisher(aws_client("events"), bus=settings().event_bus)
