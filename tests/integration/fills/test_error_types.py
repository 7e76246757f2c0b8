"""The emulator still hides exception classes, and the fill shows them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from cli.cloud.fills import error_types

SOURCE = """
class ShardEmpty(Exception):
    pass

def handler(event, context):
    raise ShardEmpty("C01.007:\\n  nothing in it\\nnothing at all")
"""


def function(name: str) -> dict[str, Any]:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as archive:
        archive.writestr("module.py", SOURCE)
    arn = f"arn:aws:lambda:us-east-1:000000000000:function:{name}"
    config = {"FunctionName": name, "FunctionArn": arn, "Runtime": "python3.13", "Handler": "module.handler"}
    return {"config": config | {"Timeout": 10}, "code_zip": bundle.getvalue()}


@pytest.fixture(autouse=True)
def no_workers_left() -> Any:
    yield
    lambda_runtime.reset()


def test_the_emulator_still_hides_the_class() -> None:
    answer = lambda_svc._execute_function_warm(function("unfilled"), {}, "request")
    assert answer["body"]["errorType"] != "ShardEmpty", "the fill is needless now: take it out"


def test_the_filled_answer_names_the_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        lambda_runtime.Worker, "invoke", error_types.remembering(lambda_runtime.Worker.invoke)
    )
    execute = error_types.with_error_type(lambda_svc._execute_function_warm)
    assert execute(function("filled"), {}, "request")["body"]["errorType"] == "ShardEmpty"


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("KeyError: 'a'", "KeyError"),
        ("chalicelib.domain.kernel.errors.Refusal: no: really", "Refusal"),
        ("package.Broken: first\nSecond: line", "Broken"),
        ("KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_the_class_is_read_from_the_line_after_the_last_frame(last: str, expected: str) -> None:
    trace = (
        f'Traceback (most recent call last):\n  File "a.py", line 1, in handler\n    x()\n    ^^^\n{last}\n'
    )
    assert error_types.error_class(trace) == expected
