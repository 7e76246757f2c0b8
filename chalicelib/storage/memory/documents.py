"""Documents in memory."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from chalicelib.usecases.ports.documents import document_missing, require_prefix


class MemoryDocuments:
    """DocumentStore in a dict."""

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[bytes, str]] = {}

    def has(self, key: str) -> bool:
        """See DocumentStore."""
        return key in self._bodies

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        """See DocumentStore."""
        self._bodies[key] = bytes(body), content_type

    def put_new(self, key: str, body: bytes, *, content_type: str) -> bool:
        """See DocumentStore."""
        if key in self._bodies:
            return False
        self.put(key, body, content_type=content_type)
        return True

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """See DocumentStore."""
        self.put(key, path.read_bytes(), content_type=content_type)

    def get(self, key: str) -> bytes:
        """See DocumentStore."""
        if key not in self._bodies:
            raise document_missing(key)
        return self._bodies[key][0]

    def stream(self, key: str) -> Iterator[bytes]:
        """See DocumentStore."""
        return iter((self.get(key),))

    def keys(self, prefix: str) -> Iterator[str]:
        """See DocumentStore."""
        return iter(sorted(key for key in self._bodies if key.startswith(prefix)))

    def forget(self, prefix: str) -> int:
        """See DocumentStore."""
        require_prefix(prefix)
        found = list(self.keys(prefix))
        for key in found:
            del self._bodies[key]
        return len(found)

    def address(self, key: str, *, seconds: int, file_name: str) -> str:  # noqa: ARG002
        """See DocumentStore. The document itself, as a `data:` address: it neither ends nor has a name."""
        body, content_type = self._bodies.get(key, (b"", "application/octet-stream"))
        return f"data:{content_type};base64,{base64.b64encode(body).decode()}"
