"""What the functions that work on one chunk share: count failures, let the state machine repeat the rest."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib import bootstrap
from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.runtime.handler import count
from chalicelib.runtime.log import logger
from chalicelib.storage.dynamo import StorageBusy
from chalicelib.usecases.work_chunk import work_chunk

# A chunk is many small objects that all live until it is stored: looking for garbage among them finds none.
gc.freeze()
gc.set_threshold(200_000, 50, 50)

_TRANSIENT = (ClientError, BotoCoreError, StorageBusy)


def work_on(event: dict[str, Any], stage: Stage, work: Callable[[], ChunkReport]) -> dict[str, Any]:
    """Do a stage's work on `event`'s chunk; answer `{"done": …}`, false when it failed and was counted."""
    run_id, shard = RunId(event["run_id"]), Shard(event["item"]["shard"])
    report = work_chunk(
        run_id=run_id,
        shard=shard,
        stage=stage,
        work=work,
        operations=bootstrap.operations_store(),
        transient=_TRANSIENT,
    )
    tally = report.tally
    logger.info(
        "chunk worked on",
        extra={
            "run_id": run_id,
            "shard": shard,
            "step": stage.value,
            "outcome": "done" if report.is_done else "failed",
            "accounts": tally.accounts,
            "billed": tally.billed,
            "excepted": tally.excepted,
            "amount_minor": tally.amount_minor,
        },
    )
    count(f"Accounts{stage.value.title()}d" if report.is_done else "ChunksFailed", tally.accounts or 1)
    return {"done": report.is_done}
