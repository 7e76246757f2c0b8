"""Step `Open` of a bill run: claim the cycle or take the run up where it stopped."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from chalicelib import bootstrap
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.open_bill_run import open_bill_run
from chalicelib.usecases.start_bill_run import read_order


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take an order (usecases/start_bill_run.py) and say where the run goes on: freeze, ask or door."""
    order = read_order(event)
    going = open_bill_run(
        order=order,
        now=datetime.now(UTC),
        registry=bootstrap.registry_store(),
        operations=bootstrap.operations_store(),
        periods=bootstrap.accounting_periods(),
        artefacts=bootstrap.run_artefacts(),
        store=bootstrap.artefact_store(),
    )
    return {
        "run_id": order.run_id,
        "correlation_id": order.run_id,
        "go_on": going.value,
        "map_concurrency": int(bootstrap.settings().map_concurrency or 1),
    }
