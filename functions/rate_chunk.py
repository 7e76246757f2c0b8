"""Step `RateChunk` of a bill run: a frozen chunk becomes drafts."""

from __future__ import annotations

from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.rate_chunk import rate_chunk
from functions.chunk_work import work_on


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Rate the shard `item.shard` of the run `run_id`."""

    def rate() -> ChunkReport:
        return rate_chunk(
            run_id=RunId(event["run_id"]),
            shard=Shard(event["item"]["shard"]),
            operations=bootstrap.operations_store(),
            artefacts=bootstrap.run_artefacts(),
        )

    return work_on(event, Stage.RATE, rate)
