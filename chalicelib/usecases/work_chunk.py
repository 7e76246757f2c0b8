"""One chunk's failure is that chunk's alone: it is written down and counted, the run goes on."""

from __future__ import annotations

from collections.abc import Callable

from chalicelib.domain.billing.run import ChunkReport, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.usecases.ports.operations import OperationsStore


def work_chunk(
    *,
    run_id: RunId,
    shard: Shard,
    stage: Stage,
    work: Callable[[], ChunkReport],
    operations: OperationsStore,
    transient: tuple[type[Exception], ...],
) -> ChunkReport:
    """What `work` reports, or a report of its failure, unless another delivery of this work is done already.

    `transient` errors (throttles, lost connections) are raised on, for the state machine to try again later.
    """
    try:
        return work()
    except transient:
        raise
    except Refusal as refusal:
        failure = f"{refusal.code}: {refusal.message}"
    except Exception as error:
        failure = f"fault of this program: {type(error).__name__}"
    standing = operations.chunk_report(run_id, stage, shard)
    if standing is not None and standing.is_done:
        return standing
    report = ChunkReport(run_id=run_id, shard=shard, stage=stage, failure=failure)
    operations.report_chunk(report)
    return report
