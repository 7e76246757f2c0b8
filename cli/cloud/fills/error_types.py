"""The class of an exception as Lambda's `errorType`.

ministack says `Runtime.HandlerError` for whatever a handler raises, so a state machine cannot catch by
class and a person cannot see what happened. The worker does report the traceback; its last line names the
class.
"""

from __future__ import annotations

import threading
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_last = threading.local()


def apply() -> None:
    """Remember the traceback where a worker reports it, use it where the answer is made (same thread)."""
    lambda_runtime.Worker.invoke = remembering(lambda_runtime.Worker.invoke)
    lambda_svc._execute_function_warm = with_error_type(lambda_svc._execute_function_warm)


def remembering(invoke: Any) -> Any:
    def invoked(*args: Any, **options: Any) -> Any:
        result = invoke(*args, **options)
        failed = result.get("status") == "error" and result.get("trace")
        _last.trace = result["trace"] if failed else None
        return result

    return invoked


def with_error_type(execute: Any) -> Any:
    def executed(function: Any, event: Any, request_id: str) -> Any:
        _last.trace = None
        result = execute(function, event, request_id)
        trace = getattr(_last, "trace", None)
        if trace and result.get("error") and isinstance(result.get("body"), dict):
            result["body"]["errorType"] = error_class(trace)
            result["body"]["stackTrace"] = trace.splitlines()
        return result

    return executed


def error_class(trace: str) -> str:
    """Return the class a traceback ends with, without its module, as Lambda names it.

    The message may run over several lines, so it is the last line that stands at the margin and follows the
    frames.
    """
    after_frames = trace.strip().splitlines()
    starts = [i for i, line in enumerate(after_frames) if line.startswith("  File ")]
    margin = [
        line for line in after_frames[starts[-1] if starts else 0 :] if line and not line.startswith(" ")
    ]
    return margin[0].split(":")[0].rsplit(".", 1)[-1] if margin else "Error"
