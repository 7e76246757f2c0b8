"""Artefacts in memory."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.usecases.ports.artefacts import artefact_missing


class MemoryArtefacts:
    """ArtefactStore in a dict."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}

    def put(self, key: str, body: bytes) -> None:
        """See ArtefactStore."""
        self._bodies[key] = bytes(body)

    def put_new(self, key: str, body: bytes) -> bool:
        """See ArtefactStore."""
        if key in self._bodies:
            return False
        self.put(key, body)
        return True

    def get(self, key: str) -> bytes:
        """See ArtefactStore."""
        if key not in self._bodies:
            raise artefact_missing(key)
        return self._bodies[key]

    def keys(self, prefix: str) -> Iterator[str]:
        """See ArtefactStore."""
        return iter(sorted(key for key in self._bodies if key.startswith(prefix)))
