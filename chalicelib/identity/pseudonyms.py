"""Ids and search tokens: HMAC-SHA256 under the utility's one secret (docs/adr/0012)."""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256

from chalicelib.domain.customers.sealed_person import SearchField, SearchToken
from chalicelib.domain.customers.search_words import PREFIX_LENGTH
from chalicelib.domain.kernel.ids import AccountId, AgreementId, CycleCode, PersonId

_SHORTEST_SECRET_BYTES = 32
_ID_CHARACTERS = 10  # 50 bits: within a shard or an account nothing ever collides
_PERSON_CHARACTERS = 16  # 80 bits: among a million persons one in 10^12
_TEXT_BYTES = 10  # give 16 characters
_TOKEN_CHARACTERS = 20  # hexadecimal, 80 bits


class HmacPseudonyms:
    """Pseudonyms under a secret that never changes once accounts exist."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _SHORTEST_SECRET_BYTES:
            raise ValueError(
                f"the identity secret has {len(secret)} bytes, {_SHORTEST_SECRET_BYTES} are needed"
            )
        self._secret = secret

    def account_id(self, number: str, *, cycle: CycleCode, shard_count: int) -> AccountId:
        """See Pseudonyms."""
        place = int.from_bytes(self._digest("shard", number)[:8]) % shard_count + 1
        return AccountId(f"{cycle}.{place:03d}-{self._text('account', number)[:_ID_CHARACTERS]}")

    def person_id(self, number: str) -> PersonId:
        """See Pseudonyms."""
        return PersonId(self._text("person", number)[:_PERSON_CHARACTERS])

    def agreement_id(self, *, account_number: str, reference: str) -> AgreementId:
        """See Pseudonyms."""
        return AgreementId(self._text("agreement", account_number, reference)[:_ID_CHARACTERS])

    def token(self, field: SearchField, word: str) -> SearchToken:
        """See Pseudonyms."""
        whole = self._digest("word", field, word).hex()[:_TOKEN_CHARACTERS]
        return SearchToken(prefix=self.prefix_token(field, word[:PREFIX_LENGTH]).prefix, word=whole)

    def prefix_token(self, field: SearchField, prefix: str) -> SearchToken:
        """See Pseudonyms."""
        return SearchToken(prefix=self._digest("prefix", field, prefix).hex()[:_TOKEN_CHARACTERS], word="")

    def _text(self, purpose: str, *parts: str) -> str:
        return b32encode(self._digest(purpose, *parts)[:_TEXT_BYTES]).decode()

    def _digest(self, purpose: str, *parts: str) -> bytes:
        # The unit separator cannot stand in a cell of a file, so that no two lists of parts run together.
        return hmac.digest(self._secret, "\x1f".join((purpose, *parts)).encode(), sha256)
