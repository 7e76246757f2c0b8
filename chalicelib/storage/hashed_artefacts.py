"""Artefacts under keys that hold their hash: gzipped JSON, the same bytes under the same key.

The hash is taken of the JSON, not of the compressed bytes: those depend on the zlib at hand.
"""

from __future__ import annotations

import gzip
import hashlib
from typing import TypeVar

from chalicelib.storage.codec import Codec
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.run_artefacts import ArtefactAltered, Stored

T = TypeVar("T")

_FASTEST = 1
_HASH_IN_KEY = 16  # hex digits; enough to keep two writers of one shard apart


class HashedArtefacts:
    """Values of the domain in an ArtefactStore, each held against its hash when it is read."""

    def __init__(self, store: ArtefactStore) -> None:
        self._store = store

    def put(self, codec: Codec[T], value: T, stem: str) -> Stored:
        """Store `value` under `stem` and its hash."""
        body = codec.dump(value).encode()
        sha256 = hashlib.sha256(body).hexdigest()
        stored = Stored(hashed_key(stem, sha256), sha256)
        self._store.put(stored.key, packed(body))
        return stored

    def get(self, codec: Codec[T], key: str, sha256: str) -> T:
        """What is stored under `key`. Raises ArtefactMissing, and ArtefactAltered for another hash."""
        body = gzip.decompress(self._store.get(key))
        found = hashlib.sha256(body).hexdigest()
        if found != sha256:
            raise ArtefactAltered(
                f"{key} has the hash {found}, not {sha256} as recorded: restore it from its version history",
                key=key,
                sha256=sha256,
            )
        return codec.load(body.decode())


def hashed_key(stem: str, sha256: str) -> str:
    """The key of what is stored under `stem` with this hash."""
    return f"{stem}.{sha256[:_HASH_IN_KEY]}.json.gz"


def packed(body: bytes) -> bytes:
    """`body` compressed, without the time of day, so that equal bodies give equal bytes."""
    return gzip.compress(body, compresslevel=_FASTEST, mtime=0)
