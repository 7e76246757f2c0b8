"""Step `Check` of a bill run: are all drafts there, do they add up, may they go on by themselves?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import RunId
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.check_bill_run import check_bill_run


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer `{"verdict": "go" | "ask" | "stop"}`."""
    verdict = check_bill_run(
        run_id=RunId(event["run_id"]),
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        artefacts=bootstrap.run_artefacts(),
    )
    return {"verdict": verdict.value}
