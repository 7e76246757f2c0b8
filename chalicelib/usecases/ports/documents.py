"""Port: documents as files: rendered ones, kept until nobody needs them, and those that were sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from chalicelib.domain.kernel.errors import Refusal


class DocumentMissing(Refusal):
    """No document is stored under a key."""


class DocumentStore(Protocol):
    """Files by key. A key holds the hash of what is in it, so a repeat writes the same bytes."""

    def has(self, key: str) -> bool:
        """Whether a document is stored under `key`."""

    def put(self, key: str, body: bytes, *, content_type: str) -> None:
        """Store a document."""

    def get(self, key: str) -> bytes:
        """A document. Raises DocumentMissing."""

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that start with `prefix`, in order."""

    def forget(self, prefix: str) -> int:
        """Delete every document whose key starts with `prefix`, all versions; returns how many there were."""

    def address(self, key: str, *, seconds: int, file_name: str) -> str:
        """A presigned address under which anybody may fetch the document as `file_name` for that long."""
