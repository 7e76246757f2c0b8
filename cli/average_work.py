"""Going over the shards of a proposal, several at a time, with a bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.domain.averages.proposal import Proposal, ShardReport, Stage
from chalicelib.domain.kernel.ids import Shard
from chalicelib.storage.dynamo import StorageBusy
from chalicelib.usecases.freeze_average import begin_freezing, finish_freezing, freeze_shard
from chalicelib.usecases.propose_average import (
    AverageDesk,
    finish_proposal,
    measure_shard,
    measured_classes,
    settle_shard,
    stage_progress,
)
from cli.output import progress_bar

TRANSIENT = (ClientError, BotoCoreError, StorageBusy)
_AT_ONCE = 4


def propose_all(desk: AverageDesk, proposal: Proposal) -> Proposal:
    """Measure and settle what is left of a proposal, and finish it. Raises ProposalIncomplete."""
    _over_shards(
        "Measuring",
        stage_progress(desk, proposal.proposal_id, Stage.MEASURE).to_do,
        lambda shard: measure_shard(desk, proposal, shard, transient=TRANSIENT),
    )
    classes = measured_classes(desk, proposal)
    _over_shards(
        "Settling",
        stage_progress(desk, proposal.proposal_id, Stage.SETTLE).to_do,
        lambda shard: settle_shard(desk, proposal, shard, classes=classes, transient=TRANSIENT),
    )
    return finish_proposal(desk, proposal.proposal_id, classes=classes)


def freeze_all(desk: AverageDesk, proposal: Proposal) -> Proposal:
    """Freeze what is left of an approved proposal, and close it. Raises ProposalIncomplete."""
    work = begin_freezing(desk, proposal.proposal_id)
    _over_shards(
        "Freezing",
        stage_progress(desk, proposal.proposal_id, Stage.FREEZE).to_do,
        lambda shard: freeze_shard(desk, work, shard, transient=TRANSIENT),
    )
    return finish_freezing(desk, work)


def _over_shards(title: str, shards: Sequence[Shard], work: Callable[[Shard], ShardReport]) -> None:
    with progress_bar(title, len(shards), unit="shards") as bar, ThreadPoolExecutor(_AT_ONCE) as workers:
        for _ in workers.map(work, shards):
            bar.advance()
