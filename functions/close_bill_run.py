"""Step `close_bill_run` of the bill run: declared in the stack, not written yet."""

from __future__ import annotations

from typing import Any

from chalicelib.runtime.handler import lambda_handler


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    raise NotImplementedError("close_bill_run is not written yet")
