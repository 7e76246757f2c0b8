"""Steps `Close` and `MarkFailed` of a bill run: prove the sums, or write down why it ends early."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import RunId
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.close_bill_run import close_bill_run, record_failure


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer `{"closed": …}`; with `failure` (what a Catch gives), record it instead."""
    run_id, operations = RunId(event["run_id"]), bootstrap.operations_store()
    if "failure" in event:
        record_failure(run_id=run_id, reason=_in_words(event["failure"]), operations=operations)
        return {"closed": False}
    closed = close_bill_run(
        run_id=run_id,
        now=datetime.now(UTC),
        operations=operations,
        periods=bootstrap.accounting_periods(),
        artefacts=bootstrap.run_artefacts(),
        events=bootstrap.event_publisher(),
    )
    return {"closed": closed}


def _in_words(failure: dict[str, str]) -> str:
    """The error's name and, where Lambda gave one, its message."""
    try:
        message = json.loads(failure["Cause"])["errorMessage"]
    except (KeyError, TypeError, ValueError):
        message = failure.get("Cause", "")
    return f"{failure.get('Error', 'unknown error')}: {message}"
