"""Rate a frozen chunk into drafts."""

from __future__ import annotations

from chalicelib.domain.billing.chunk import rate_chunk as drafts_of
from chalicelib.domain.billing.run import ChunkReport, RunState, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts


class ChunkNotFrozen(Refusal):
    """A chunk's inputs were not frozen, so it cannot be rated."""


class TariffsDiffer(Refusal):
    """The tariffs at hand are not those a chunk was frozen with."""


def rate_chunk(
    *, run_id: RunId, shard: Shard, operations: OperationsStore, artefacts: RunArtefacts
) -> ChunkReport:
    """Rate the chunk of `shard` and report it: the same frozen chunk always gives the same drafts.

    Raises RunNotReady, ChunkNotFrozen, ArtefactAltered, TariffsDiffer.
    """
    operations.run(run_id).require(RunState.OPEN)
    frozen = operations.chunk_report(run_id, Stage.FREEZE, shard)
    if frozen is None or not frozen.is_done:
        reason = f": {frozen.failure}" if frozen else ""
        raise ChunkNotFrozen(f"chunk {shard} of run {run_id} is not frozen{reason}", shard=shard)
    chunk = artefacts.frozen(frozen.artefact, sha256=frozen.sha256)
    book = artefacts.book(run_id)
    if book.fingerprints != chunk.tariffs:
        raise TariffsDiffer(f"the tariffs of run {run_id} are not those of chunk {shard}", shard=shard)
    draft = drafts_of(chunk=chunk, key=frozen.artefact, sha256=frozen.sha256, book=book)
    stored = artefacts.put_draft(draft)
    report = ChunkReport(
        run_id=run_id,
        shard=shard,
        stage=Stage.RATE,
        artefact=stored.key,
        sha256=stored.sha256,
        tally=draft.tally,
    )
    operations.report_chunk(report)
    return report
