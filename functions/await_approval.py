"""Step `Approve` of a bill run: keep the token under which the state machine waits for a person."""

from __future__ import annotations

from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import RunId
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.decide_bill_run import await_approval


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> None:
    """Keep `task_token` with the run `run_id`."""
    await_approval(
        run_id=RunId(event["run_id"]),
        token=event["task_token"],
        operations=bootstrap.operations_store(),
        executions=bootstrap.run_executions(),
    )
