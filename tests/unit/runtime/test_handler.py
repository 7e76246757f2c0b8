"""The decorator of every function."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.runtime import handler as module
from chalicelib.runtime.handler import correlation_id, lambda_handler
from chalicelib.runtime.log import logger


class Context:
    function_name = "headgate-test-freeze-chunk"
    aws_request_id = "invocation-1"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Log lines as they are printed."""
    printed: list[dict[str, Any]] = []

    class Kept:
        def write(self, text: str) -> None:
            if text.strip():
                printed.append(json.loads(text))

        def flush(self) -> None: ...

    monkeypatch.setattr(logger.registered_handler, "stream", Kept())
    return printed


def test_the_result_passes_through() -> None:
    assert lambda_handler(lambda event, context: event["a"] + 1)({"a": 1}, Context()) == 2


def test_a_call_leaves_one_line_with_function_outcome_and_correlation_id(lines: list[dict[str, Any]]) -> None:
    lambda_handler(lambda event, context: None)({"correlation_id": "run-7"}, Context())
    (line,) = lines
    assert (line["function"], line["outcome"], line["correlation_id"]) == (
        Context.function_name,
        "done",
        "run-7",
    )


def test_an_error_is_logged_with_its_class_and_raised_on(lines: list[dict[str, Any]]) -> None:
    def broken(event: Any, context: Any) -> None:
        raise LookupError("no such person: Ada Lovelace")

    with pytest.raises(LookupError, match="Ada"):
        lambda_handler(broken)({}, Context())
    (line,) = lines
    assert (line["outcome"], line["error_type"]) == ("failed", "LookupError")
    assert "Ada" not in json.dumps(line)


def test_one_call_does_not_inherit_the_fields_of_the_call_before(lines: list[dict[str, Any]]) -> None:
    def labelled(event: Any, context: Any) -> None:
        logger.append_keys(shard=event["shard"])

    lambda_handler(labelled)({"shard": "C01.001"}, Context())
    lambda_handler(lambda event, context: None)({}, Context())
    assert "shard" not in lines[1]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"correlation_id": "run-7", "requestContext": {"requestId": "api-1"}}, "run-7"),
        ({"detail": {"correlation_id": "run-7"}}, "run-7"),
        ({"Payload": {"correlation_id": "run-7"}}, "run-7"),
        ({"requestContext": {"requestId": "api-1"}}, "api-1"),
        ({"correlation_id": 7}, "invocation-1"),
        (["not", "an", "object"], "invocation-1"),
    ],
)
def test_the_correlation_id_is_what_the_event_brings_else_the_request_else_the_invocation(
    event: Any, expected: str
) -> None:
    assert correlation_id(event, Context()) == expected


def test_metrics_are_written_once_per_call_where_they_are_switched_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "false")
    module._metrics.cache_clear()
    lambda_handler(lambda event, context: module.count("BillsPosted", 150))({}, Context())
    emitted = [json.loads(text) for text in capsys.readouterr().out.splitlines() if "_aws" in text]
    module._metrics.cache_clear()
    assert [document["BillsPosted"] for document in emitted] == [[150]]
