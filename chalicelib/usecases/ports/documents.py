"""Port: documents as files: rendered ones, kept until nobody needs them, and those that were sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
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

    def put_new(self, key: str, body: bytes, *, content_type: str) -> bool:
        """Store a document if nothing is stored under `key`; False when something is."""

    def put_file(self, key: str, path: Path, *, content_type: str) -> None:
        """Store the file at `path`, however large: whole or not at all."""

    def get(self, key: str) -> bytes:
        """A document. Raises DocumentMissing."""

    def stream(self, key: str) -> Iterator[bytes]:
        """A document piece by piece, however large. Raises DocumentMissing before the first piece."""

    def keys(self, prefix: str) -> Iterator[str]:
        """All keys that start with `prefix`, in order."""

    def forget(self, prefix: str) -> int:
        """Delete every document whose key starts with `prefix`, all versions; returns how many there were.

        Raises ValueError for an empty prefix.
        """

    def address(self, key: str, *, seconds: int, file_name: str) -> str:
        """A presigned address under which anybody may fetch the document as `file_name` for that long."""


def document_missing(key: str) -> DocumentMissing:
    """The refusal to read what is not there."""
    return DocumentMissing(f"no document is stored under {key}", key=key)


def require_prefix(prefix: str) -> None:
    """Raises ValueError for an empty prefix: it would mean every document there is."""
    if not prefix:
        raise ValueError("name what is to be forgotten: an empty prefix means every document")
