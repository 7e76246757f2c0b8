"""Step `FreezeChunk` of a bill run: gather everything that rating one shard needs."""

from __future__ import annotations

from typing import Any

from chalicelib import bootstrap
from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.runtime.handler import lambda_handler
from chalicelib.usecases.freeze_chunk import freeze_chunk
from functions.chunk_work import work_on


@lambda_handler
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Freeze the shard `item.shard` of the run `run_id`."""

    def freeze() -> ChunkReport:
        return freeze_chunk(
            run_id=RunId(event["run_id"]),
            shard=Shard(event["item"]["shard"]),
            registry=bootstrap.registry_store(),
            reads=bootstrap.read_store(),
            ledger=bootstrap.ledger_reader(),
            operations=bootstrap.operations_store(),
            artefacts=bootstrap.run_artefacts(),
        )

    return work_on(event, Stage.FREEZE, freeze)
