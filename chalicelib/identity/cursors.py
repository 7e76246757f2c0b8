"""Cursors: where a list goes on, in a form that a client can keep and cannot change."""

from __future__ import annotations

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256

from chalicelib.domain.kernel.errors import Refusal

_MAC_BYTES = 16  # 128 bits


class CursorRefused(Refusal):
    """A cursor was not made here, was made for another list, or was altered."""


class HmacCursors:
    """Places sealed with HMAC-SHA256 under a key derived from the utility's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"headgate cursors 1", sha256)

    def seal(self, place: str, *, of: str) -> str:
        """A cursor that stands for `place` in the list that is named by `of`, and in no other."""
        body = place.encode()
        return urlsafe_b64encode(self._mac(body, of) + body).decode().rstrip("=")

    def open(self, cursor: str, *, of: str) -> str:
        """The place that `seal` took. Raises CursorRefused."""
        try:
            blob = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            blob = b""
        mac, body = blob[:_MAC_BYTES], blob[_MAC_BYTES:]
        # Base64 has several spellings of the same bytes; only the one that `seal` writes is taken.
        if not hmac.compare_digest(mac, self._mac(body, of)) or self.seal(body.decode(), of=of) != cursor:
            raise CursorRefused(
                "this cursor does not belong to this list: use `next_cursor` as it was answered"
            )
        return body.decode()

    def _mac(self, body: bytes, of: str) -> bytes:
        return hmac.digest(self._key, of.encode() + b"\0" + body, sha256)[:_MAC_BYTES]
