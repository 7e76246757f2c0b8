"""What proposals of averages leave on S3: gzipped canonical JSON under keys that hold its hash."""

from __future__ import annotations

import json
from collections.abc import Sequence

from chalicelib.domain.averages.proposal import (
    Decision,
    MeasuredChunk,
    ProposalId,
    ProposalManifest,
    ProposedChunk,
    ShardReport,
)
from chalicelib.domain.kernel.ids import Shard
from chalicelib.storage.codec import codec
from chalicelib.storage.hashed_artefacts import HashedArtefacts, hashed_key
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.run_artefacts import Stored

_MEASURED, _PROPOSED = codec(MeasuredChunk), codec(ProposedChunk)
_MANIFEST, _DECISION = codec(ProposalManifest), codec(Decision)


class StoredAverageFiles:
    """AverageFiles over an ArtefactStore, under averages/."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store
        self._hashed = HashedArtefacts(store)

    def put_shards(self, proposal_id: ProposalId, shards: Sequence[Shard]) -> tuple[Shard, ...]:
        """See AverageFiles."""
        self._store.put_new(_stem(proposal_id, "shards.json"), json.dumps([*shards]).encode())
        return self.shards(proposal_id)

    def shards(self, proposal_id: ProposalId) -> tuple[Shard, ...]:
        """See AverageFiles."""
        return tuple(json.loads(self._store.get(_stem(proposal_id, "shards.json"))))

    def put_measured(self, chunk: MeasuredChunk) -> Stored:
        """See AverageFiles."""
        return self._hashed.put(_MEASURED, chunk, _stem(chunk.proposal_id, f"measured/{chunk.shard}"))

    def measured(self, report: ShardReport) -> MeasuredChunk:
        """See AverageFiles."""
        return self._hashed.get(_MEASURED, report.key, report.sha256)

    def put_proposed(self, chunk: ProposedChunk) -> Stored:
        """See AverageFiles."""
        return self._hashed.put(_PROPOSED, chunk, _stem(chunk.proposal_id, f"proposed/{chunk.shard}"))

    def proposed(self, key: str, *, sha256: str) -> ProposedChunk:
        """See AverageFiles."""
        return self._hashed.get(_PROPOSED, key, sha256)

    def put_manifest(self, manifest: ProposalManifest) -> Stored:
        """See AverageFiles."""
        return self._hashed.put(_MANIFEST, manifest, _stem(manifest.proposal_id, "manifest"))

    def manifest(self, proposal_id: ProposalId, *, sha256: str) -> ProposalManifest:
        """See AverageFiles."""
        return self._hashed.get(_MANIFEST, hashed_key(_stem(proposal_id, "manifest"), sha256), sha256)

    def put_decision(self, decision: Decision) -> Stored:
        """See AverageFiles."""
        return self._hashed.put(_DECISION, decision, _stem(decision.proposal_id, "decision"))

    def decision(self, proposal_id: ProposalId, *, sha256: str) -> Decision:
        """See AverageFiles."""
        return self._hashed.get(_DECISION, hashed_key(_stem(proposal_id, "decision"), sha256), sha256)


def _stem(proposal_id: ProposalId, name: str) -> str:
    return f"averages/{proposal_id}/{name}"
