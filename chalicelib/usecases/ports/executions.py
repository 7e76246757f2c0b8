"""Port: executions of the state machine that carries bill runs through their stages."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol


class ExecutionStatus(StrEnum):
    """Whether an execution is at work."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # failed, stopped or timed out
    UNKNOWN = "unknown"  # never started, or forgotten after its retention


class RunExecutions(Protocol):
    """Starts and asks after executions by name, and answers the one that waits for a decision."""

    def start(self, name: str, order: Mapping[str, object]) -> bool:
        """Start an execution; False when one of this name was started before."""

    def status(self, name: str) -> ExecutionStatus:
        """How an execution is."""

    def decide(self, token: str, *, approved: bool) -> bool:
        """Tell the execution that waits under `token`; False when none waits there any more."""
