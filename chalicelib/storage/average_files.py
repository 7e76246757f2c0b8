"""What proposals of averages leave on S3: gzipped canonical JSON under keys that hold its hash."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from typing import TypeVar

from chalicelib.domain.averages.proposal import (
    Decision,
    MeasuredChunk,
    ProposalId,
    ProposalManifest,
    ProposedChunk,
    ShardReport,
)
from chalicelib.domain.kernel.ids import Shard
from chalicelib.storage.codec import Codec, codec
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.run_artefacts import ArtefactAltered, Stored

T = TypeVar("T")

_MEASURED, _PROPOSED = codec(MeasuredChunk), codec(ProposedChunk)
_MANIFEST, _DECISION = codec(ProposalManifest), codec(Decision)
_FASTEST = 1
_HASH_IN_KEY = 16


class StoredAverageFiles:
    """AverageFiles over an ArtefactStore, under averages/."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store

    def put_shards(self, proposal_id: ProposalId, shards: Sequence[Shard]) -> tuple[Shard, ...]:
        """See AverageFiles."""
        self._store.put_new(_stem(proposal_id, "shards.json"), json.dumps([*shards]).encode())
        return self.shards(proposal_id)

    def shards(self, proposal_id: ProposalId) -> tuple[Shard, ...]:
        """See AverageFiles."""
        return tuple(json.loads(self._store.get(_stem(proposal_id, "shards.json"))))

    def put_measured(self, chunk: MeasuredChunk) -> Stored:
        """See AverageFiles."""
        return self._put(_MEASURED, chunk, _stem(chunk.proposal_id, f"measured/{chunk.shard}"))

    def measured(self, report: ShardReport) -> MeasuredChunk:
        """See AverageFiles."""
        return self._get(_MEASURED, report.key, report.sha256)

    def put_proposed(self, chunk: ProposedChunk) -> Stored:
        """See AverageFiles."""
        return self._put(_PROPOSED, chunk, _stem(chunk.proposal_id, f"proposed/{chunk.shard}"))

    def proposed(self, key: str, *, sha256: str) -> ProposedChunk:
        """See AverageFiles."""
        return self._get(_PROPOSED, key, sha256)

    def put_manifest(self, manifest: ProposalManifest) -> Stored:
        """See AverageFiles."""
        return self._put(_MANIFEST, manifest, _stem(manifest.proposal_id, "manifest"))

    def manifest(self, proposal_id: ProposalId, *, sha256: str) -> ProposalManifest:
        """See AverageFiles."""
        return self._get(_MANIFEST, _key(_stem(proposal_id, "manifest"), sha256), sha256)

    def put_decision(self, decision: Decision) -> Stored:
        """See AverageFiles."""
        return self._put(_DECISION, decision, _stem(decision.proposal_id, "decision"))

    def decision(self, proposal_id: ProposalId, *, sha256: str) -> Decision:
        """See AverageFiles."""
        return self._get(_DECISION, _key(_stem(proposal_id, "decision"), sha256), sha256)

    def _put(self, its_codec: Codec[T], value: T, stem: str) -> Stored:
        body = its_codec.dump(value).encode()
        sha256 = hashlib.sha256(body).hexdigest()
        stored = Stored(_key(stem, sha256), sha256)
        self._store.put(stored.key, gzip.compress(body, compresslevel=_FASTEST, mtime=0))
        return stored

    def _get(self, its_codec: Codec[T], key: str, sha256: str) -> T:
        body = gzip.decompress(self._store.get(key))
        found = hashlib.sha256(body).hexdigest()
        if found != sha256:
            raise ArtefactAltered(
                f"{key} has the hash {found}, not {sha256} as recorded: restore it from its version history",
                key=key,
                sha256=sha256,
            )
        return its_codec.load(body.decode())


def _stem(proposal_id: ProposalId, name: str) -> str:
    return f"averages/{proposal_id}/{name}"


def _key(stem: str, sha256: str) -> str:
    return f"{stem}.{sha256[:_HASH_IN_KEY]}.json.gz"
