"""BillRendering by the render function: it carries fonts and a layout engine that others do without."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from botocore.exceptions import ReadTimeoutError

from chalicelib.usecases.make_bill_document import bill_unknown
from chalicelib.usecases.ports.registry import account_unknown
from chalicelib.usecases.ports.rendering import (
    LanguageUnknown,
    RenderedFile,
    RenderingFailed,
    RenderRequest,
)

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class LambdaBillRendering:
    """Invokes the function and waits for its answer."""

    def __init__(self, client: LambdaClient, *, function: str) -> None:
        self._client = client
        self._function = function

    def render(self, request: RenderRequest) -> RenderedFile:
        """See BillRendering."""
        event = {
            "account_id": request.account_id,
            "bill_id": request.bill_id,
            "form": request.form,
            "language": request.language,
            "paper": request.paper,
            "large_print": request.large_print,
        }
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=json.dumps(event).encode())
        except ReadTimeoutError:
            raise _failed("it takes too long") from None
        told = json.loads(answer["Payload"].read())
        if answer.get("FunctionError"):
            raise _failed("the function ended with an error")
        if refusal := told.get("refused"):
            raise self._refusal(request, refusal, told.get("message", ""))
        return RenderedFile(told["key"], told["file_name"])

    def _refusal(self, request: RenderRequest, refusal: str, message: str) -> Exception:
        match refusal:
            case "AccountUnknown":
                return account_unknown(request.account_id)
            case "BillUnknown":
                return bill_unknown(request.account_id, request.bill_id)
            case "LanguageUnknown":
                return LanguageUnknown(message)
            case _:
                return _failed(message)


def _failed(why: str) -> RenderingFailed:
    return RenderingFailed(f"the document could not be made: {why}; try again in a minute")
