"""Port: files that a run or a closing leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from chalicelib.domain.kernel.errors import Refusal


class ArtefactMissing(Refusal):
    """No artefact is stored under a key."""


class ArtefactStore(Protocol):
    """Named blobs (S3). Writing a key again replaces it; writers of immutable keys write identical bytes."""

    def put(self, key: str, body: bytes) -> None:
        """Store `body` under `key`."""

    def put_new(self, key: str, body: bytes) -> bool:
        """Store `body` under `key` if nothing is stored there; False when something is."""

    def get(self, key: str) -> bytes:
        """The bytes under `key`. Raises ArtefactMissing."""

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that start with `prefix`, in order."""


def artefact_missing(key: str) -> ArtefactMissing:
    """The refusal to read what is not there."""
    return ArtefactMissing(f"nothing is stored under {key}", key=key)
