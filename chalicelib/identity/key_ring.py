"""The key that wraps the data keys of persons, itself wrapped by KMS and unwrapped once per process."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chalicelib.usecases.ports.identity import SealBroken

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_NONCE_BYTES = 12  # NIST SP 800-38D: 96-bit random nonces, at most 2^32 messages under one key
KEY_BYTES = 32
_CONTEXT = {"purpose": "headgate-personal-data"}


class KeyVault(Protocol):
    """Where the one wrapped key-encryption key lies."""

    def read(self) -> bytes | None:
        """The wrapped key, or None before the first one was made."""

    def offer(self, wrapped: bytes) -> bytes:
        """Store the first wrapped key; returns the one that is stored, which may be another process's."""


def encrypt(key: bytes, text: bytes, *, bound_to: str) -> str:
    """Text under a 256-bit AES-GCM key as URL-safe base64 of nonce and ciphertext.

    `bound_to` is authenticated with it: it opens only where the same words are given again.
    """
    nonce = os.urandom(_NONCE_BYTES)
    return urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, text, bound_to.encode())).decode()


def decrypt(key: bytes, sealed: str, *, bound_to: str) -> bytes:
    """What `encrypt` took. Raises SealBroken when the key, the text or `bound_to` is another."""
    blob = urlsafe_b64decode(sealed)
    try:
        return AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], bound_to.encode())
    except InvalidTag:
        raise SealBroken(f"the seal of {bound_to} does not open: altered, or under another key") from None


class KeyRing:
    """Wraps and unwraps data keys. The wrapping key is fetched on first use, once."""

    def __init__(self, wrapping_key: Callable[[], bytes]) -> None:
        self._fetch = wrapping_key
        self._key: bytes | None = None

    def new_key(self, *, bound_to: str) -> tuple[bytes, str]:
        """A new random data key, in clear and wrapped."""
        key = os.urandom(KEY_BYTES)
        return key, encrypt(self._wrapping_key(), key, bound_to=bound_to)

    def unwrap(self, wrapped: str, *, bound_to: str) -> bytes:
        """The data key. Raises SealBroken."""
        return decrypt(self._wrapping_key(), wrapped, bound_to=bound_to)

    def _wrapping_key(self) -> bytes:
        if self._key is None:
            self._key = self._fetch()
        return self._key


def kms_key_ring(kms: KMSClient, *, key_arn: str, vault: KeyVault) -> KeyRing:
    """The key ring of the deployed stack: KMS makes the wrapping key once and unwraps it in each process."""

    def fetch() -> bytes:
        wrapped = vault.read()
        if wrapped is None:
            made = kms.generate_data_key_without_plaintext(
                KeyId=key_arn, KeySpec="AES_256", EncryptionContext=_CONTEXT
            )
            wrapped = vault.offer(made["CiphertextBlob"])
        opened = kms.decrypt(CiphertextBlob=wrapped, KeyId=key_arn, EncryptionContext=_CONTEXT)
        return opened["Plaintext"]

    return KeyRing(fetch)


def memory_key_ring(key: bytes = b"\x07" * KEY_BYTES) -> KeyRing:
    """A key ring whose wrapping key is known: for tests and simulations."""
    return KeyRing(lambda: key)
