"""Render one bill into the documents bucket; what cannot be rendered is told, not raised."""

from __future__ import annotations

from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, BillId
from chalicelib.domain.utility.profile import Paper
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.ports.rendering import DocumentForm, RenderRequest


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, str]:
    """The fields of a RenderRequest → `{key, file_name}`, or `{refused, message}`."""
    request = RenderRequest(
        account_id=AccountId(event["account_id"]),
        bill_id=BillId(event["bill_id"]),
        form=DocumentForm(event["form"]),
        language=event.get("language"),
        paper=Paper(event["paper"]) if event.get("paper") else None,
        large_print=event.get("large_print"),
    )
    try:
        file = bootstrap.bill_files().render(request)
    except Refusal as refusal:
        return {"refused": type(refusal).__name__, "message": refusal.message}
    return {"key": file.key, "file_name": file.file_name}
