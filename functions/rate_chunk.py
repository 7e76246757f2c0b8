"""Step `rate_chunk` of the bill run: declared in the stack, not written yet."""

from __future__ import annotations

from typing import Any

from chalicelib.runtime.handler import lambda_handler


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    raise NotImplementedError("rate_chunk is not written yet")
