"""What a bill run leaves behind: gzipped canonical JSON (docs/data-model.md, "Artefacts")."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence

from chalicelib.domain.billing.chunk import DraftChunk, DraftManifest, FrozenChunk
from chalicelib.domain.billing.run import Stage
from chalicelib.domain.kernel.ids import RunId, Shard
from chalicelib.domain.tariffs.rating import RateDocument, TariffBook, compile_book
from chalicelib.storage.codec import codec
from chalicelib.storage.hashed_artefacts import HashedArtefacts, hashed_key, packed
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.run_artefacts import Stored

_FROZEN, _DRAFT, _MANIFEST = codec(FrozenChunk), codec(DraftChunk), codec(DraftManifest)


class StoredRunArtefacts:
    """RunArtefacts over an ArtefactStore. `read_rate_document` reads canonical tariffs and conditions."""

    def __init__(self, store: ArtefactStore, *, read_rate_document: Callable[[str], RateDocument]) -> None:
        self._store = store
        self._hashed = HashedArtefacts(store)
        self._read_rate_document = read_rate_document
        self._book: tuple[RunId, TariffBook] | None = None

    def put_shards(self, run_id: RunId, shards: Sequence[Shard]) -> None:
        """See RunArtefacts."""
        self._store.put(f"runs/{run_id}/manifest.json", _plain([*shards]))

    def shards(self, run_id: RunId) -> tuple[Shard, ...]:
        """See RunArtefacts."""
        return tuple(json.loads(self._store.get(f"runs/{run_id}/manifest.json")))

    def put_todo(self, run_id: RunId, stage: Stage, items: Sequence[Mapping[str, str]]) -> None:
        """See RunArtefacts."""
        self._store.put(_todo_key(run_id, stage), _plain([dict(item) for item in items]))

    def todo(self, run_id: RunId, stage: Stage) -> tuple[Mapping[str, str], ...]:
        """See RunArtefacts."""
        return tuple(json.loads(self._store.get(_todo_key(run_id, stage))))

    def put_tariffs(self, run_id: RunId, documents: Mapping[str, str]) -> None:
        """See RunArtefacts."""
        self._store.put(f"runs/{run_id}/tariffs.json.gz", packed(_plain(dict(documents))))

    def tariffs(self, run_id: RunId) -> Mapping[str, str]:
        """See RunArtefacts."""
        documents = self._documents(run_id).items()
        return {name: hashlib.sha256(canonical.encode()).hexdigest() for name, canonical in documents}

    def book(self, run_id: RunId) -> TariffBook:
        """See RunArtefacts."""
        if self._book is None or self._book[0] != run_id:
            documents = self._documents(run_id).values()
            self._book = run_id, compile_book(map(self._read_rate_document, documents))
        return self._book[1]

    def put_frozen(self, chunk: FrozenChunk) -> Stored:
        """See RunArtefacts."""
        return self._hashed.put(_FROZEN, chunk, f"runs/{chunk.run_id}/frozen/{chunk.shard}")

    def frozen(self, key: str, *, sha256: str) -> FrozenChunk:
        """See RunArtefacts."""
        return self._hashed.get(_FROZEN, key, sha256)

    def put_draft(self, chunk: DraftChunk) -> Stored:
        """See RunArtefacts."""
        return self._hashed.put(_DRAFT, chunk, f"runs/{chunk.run_id}/drafts/{chunk.shard}")

    def draft(self, key: str, *, sha256: str) -> DraftChunk:
        """See RunArtefacts."""
        return self._hashed.get(_DRAFT, key, sha256)

    def put_manifest(self, manifest: DraftManifest) -> Stored:
        """See RunArtefacts."""
        return self._hashed.put(_MANIFEST, manifest, f"runs/{manifest.run_id}/drafts/manifest")

    def manifest(self, run_id: RunId, *, sha256: str) -> DraftManifest:
        """See RunArtefacts."""
        return self._hashed.get(_MANIFEST, hashed_key(f"runs/{run_id}/drafts/manifest", sha256), sha256)

    def _documents(self, run_id: RunId) -> dict[str, str]:
        found: dict[str, str] = json.loads(gzip.decompress(self._store.get(f"runs/{run_id}/tariffs.json.gz")))
        return found


def _todo_key(run_id: RunId, stage: Stage) -> str:
    return f"runs/{run_id}/todo/{stage}.json"


def _plain(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
