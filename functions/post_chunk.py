"""Step `PostChunk` of a bill run: drafts that the door let through become ledger items."""

from __future__ import annotations

from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.domain.ledger.rules import LedgerRules
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.post_chunk import post_chunk
from functions.chunk_work import work_on


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Post the draft `item.draft` of the shard `item.shard`, listed under the door's `manifest_hash`."""
    item = event["item"]

    def post() -> ChunkReport:
        return post_chunk(
            run_id=RunId(event["run_id"]),
            manifest_hash=event["manifest_hash"],
            shard=Shard(item["shard"]),
            draft_key=item["draft"],
            draft_sha256=item["sha256"],
            ledger=bootstrap.ledger_store(),
            reads=bootstrap.read_store(),
            operations=bootstrap.operations_store(),
            artefacts=bootstrap.run_artefacts(),
            chart=LedgerRules().chart,
        )

    return work_on(event, Stage.POST, post)
