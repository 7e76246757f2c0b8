"""The one decorator of every Lambda function: log, trace, metrics, correlation id.

    @lambda_handler
    def handler(event, context): ...

Each call leaves one line (function, outcome, milliseconds, correlation id). That line also serves the
emulator, which waits 50 ms for output when a handler prints nothing. An error is logged with its class and
raised on, so that Lambda and Step Functions see it.
"""

from __future__ import annotations

import functools
import itertools
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from chalicelib.runtime.log import logger, places

if TYPE_CHECKING:
    from aws_lambda_powertools import Metrics, Tracer

Handler = Callable[[Any, Any], Any]

_calls = itertools.count()


def lambda_handler(function: Handler) -> Handler:
    """Wrap a Lambda handler; see the module."""

    @functools.wraps(function, updated=())
    def observed(event: Any, context: Any) -> Any:
        name = getattr(context, "function_name", "") or getattr(function, "__module__", "")
        logger.clear_state()
        logger.set_correlation_id(correlation_id(event, context))
        logger.append_keys(function=name, cold_start=_is_cold_start())
        started = time.perf_counter()
        try:
            result = _traced(function)(event, context)
        except Exception as error:
            logger.error("failed", extra=_how("failed", started, error))
            raise
        finally:
            flush_counts()
        logger.info("done", extra=_how("done", started))
        return result

    return observed


def correlation_id(event: Any, context: Any) -> str:
    """Return the id that ties the log lines of one piece of work together.

    It is what the event brings (`correlation_id`, handed on through every state of a run, or inside an
    EventBridge `detail`), else the API request's id, else this invocation's id.
    """
    body = event if isinstance(event, dict) else {}
    nested = (body.get("detail"), body.get("Payload"), body.get("requestContext"))
    for place, key in (
        (body, "correlation_id"),
        *((part, "correlation_id") for part in nested),
        (nested[2], "requestId"),
    ):
        if isinstance(place, dict) and isinstance(place.get(key), str):
            return str(place[key])
    return str(getattr(context, "aws_request_id", "") or "unknown")


def count(name: str, value: int, *, unit: str = "Count") -> None:
    """Add to a CloudWatch metric of this call (`BillsPosted`, 150), where metrics are switched on."""
    metrics = _metrics()
    if metrics is not None:
        metrics.add_metric(name=name, unit=unit, value=value)


def flush_counts() -> None:
    """Write what `count` gathered; called by the decorator at the end of each call."""
    metrics = _metrics.cache_info().currsize and _metrics()
    if metrics and metrics.metric_set:
        metrics.flush_metrics()


def _how(outcome: str, started: float, error: Exception | None = None) -> dict[str, Any]:
    how: dict[str, Any] = {"outcome": outcome, "duration_ms": int((time.perf_counter() - started) * 1000)}
    if error is not None:
        how |= {"error_type": type(error).__name__, "stack": places(error)}
    return how


def _is_cold_start() -> bool:
    return next(_calls) == 0


def _traced(function: Handler) -> Handler:
    """The function inside an X-Ray subsegment, or as it is where tracing is off."""
    tracer = _tracer()
    if tracer is None:
        return function
    # Neither results nor errors go into the trace: both may hold personal data.
    return tracer.capture_method(capture_response=False, capture_error=False)(function)


@functools.cache
def _tracer() -> Tracer | None:
    if os.environ.get("POWERTOOLS_TRACE_DISABLED", "true") == "true":
        return None
    from aws_lambda_powertools import Tracer

    return Tracer(service="headgate", patch_modules=["botocore"])


@functools.cache
def _metrics() -> Metrics | None:
    if os.environ.get("POWERTOOLS_METRICS_DISABLED", "true") == "true":
        return None
    from aws_lambda_powertools import Metrics

    return Metrics(namespace="Headgate", service="headgate")
