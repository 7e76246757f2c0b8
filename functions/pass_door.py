"""Step `PassDoor` of a bill run: the one conditional write after which it can only be completed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import RunId
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.pass_door import pass_door


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer `{"manifest_hash": …}` of the drafts that may be posted."""
    manifest_hash = pass_door(
        run_id=RunId(event["run_id"]),
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        artefacts=bootstrap.run_artefacts(),
    )
    return {"manifest_hash": manifest_hash}
