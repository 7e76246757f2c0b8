"""Rendering by the function of the stack: what it answers, and what it fails to."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, BillId
from chalicelib.domain.utility.profile import Paper
from chalicelib.runtime.bill_rendering import LambdaBillRendering
from chalicelib.usecases.make_bill_document import BillUnknown
from chalicelib.usecases.ports.registry import AccountUnknown
from chalicelib.usecases.ports.rendering import (
    DocumentForm,
    LanguageUnknown,
    RenderedFile,
    RenderingFailed,
    RenderRequest,
)

REQUEST = RenderRequest(
    account_id=AccountId("C01.001-A"),
    bill_id=BillId("BILL.C01.2026-11.0"),
    form=DocumentForm.HTML,
    language="es",
    paper=Paper.A4,
)


@dataclass
class Function:
    """Lambda's client, for one function that answers the same each time, or not at all."""

    told: dict[str, Any] | None
    failed: bool = False
    asked: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **call: Any) -> dict[str, Any]:
        self.asked.append({"function": call["FunctionName"], **json.loads(call["Payload"])})
        if self.told is None:
            raise ReadTimeoutError(endpoint_url="https://lambda")
        answer: dict[str, Any] = {"Payload": io.BytesIO(json.dumps(self.told).encode())}
        return answer | ({"FunctionError": "Unhandled"} if self.failed else {})


def rendered_by(function: Function) -> RenderedFile:
    client: Any = function
    return LambdaBillRendering(client, function="render-bill").render(REQUEST)


def test_the_function_is_asked_for_just_what_is_wished() -> None:
    function = Function({"key": "bills/a/b/c.html", "file_name": "1-2611.html"})

    assert rendered_by(function) == ("bills/a/b/c.html", "1-2611.html")
    assert function.asked == [
        {
            "function": "render-bill",
            "account_id": "C01.001-A",
            "bill_id": "BILL.C01.2026-11.0",
            "form": "html",
            "language": "es",
            "paper": "a4",
            "large_print": None,
        }
    ]


@pytest.mark.parametrize(
    ("told", "refusal"),
    [
        ({"refused": "AccountUnknown", "message": "x"}, AccountUnknown),
        ({"refused": "BillUnknown", "message": "x"}, BillUnknown),
        ({"refused": "LanguageUnknown", "message": "ask for one of en, es"}, LanguageUnknown),
        ({"refused": "FontsMissing", "message": "no fonts"}, RenderingFailed),
    ],
)
def test_a_refusal_of_the_function_is_the_same_refusal_here(
    told: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal) as refused:
        rendered_by(Function(told))
    assert type(refused.value) is refusal


@pytest.mark.parametrize(
    "function", [Function(None), Function({"errorMessage": "secret of the inside"}, failed=True)]
)
def test_a_function_that_fails_or_takes_too_long_is_told_without_its_inside(function: Function) -> None:
    with pytest.raises(RenderingFailed, match="try again in a minute") as refused:
        rendered_by(function)
    assert "secret" not in refused.value.message
    assert len(function.asked) == 1, "rendering is not asked for twice"
