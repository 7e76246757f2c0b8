"""The tariff versions that bill runs use: one document each, written once and never again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from chalicelib.usecases.ports.artefacts import ArtefactMissing, ArtefactStore

_PREFIX = "tariffs/"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTariff:
    """A tariff version's document in canonical JSON, named `CODE@version`."""

    code: str
    version: int
    canonical: str

    @property
    def reference(self) -> str:
        """`CODE@version`."""
        return f"{self.code}@{self.version}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) of the canonical document."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


def published_tariffs(store: ArtefactStore) -> list[PublishedTariff]:
    """All published versions, by code and version."""
    found = [_read(key, store.get(key).decode()) for key in store.keys(_PREFIX)]
    return sorted(found, key=lambda tariff: (tariff.code, tariff.version))


def find_published(store: ArtefactStore, code: str, version: int) -> PublishedTariff | None:
    """The document that bill runs use as a version, None where there is none."""
    key = _key(code, version)
    try:
        return _read(key, store.get(key).decode())
    except ArtefactMissing:
        return None


def put_published(store: ArtefactStore, tariff: PublishedTariff) -> bool:
    """Have bill runs use a document from now on; False, and nothing changed, where one is in use already."""
    return store.put_new(_key(tariff.code, tariff.version), tariff.canonical.encode())


def _key(code: str, version: int) -> str:
    return f"{_PREFIX}{code}/{version}.json"


def _read(key: str, canonical: str) -> PublishedTariff:
    code, _, version = key.removeprefix(_PREFIX).removesuffix(".json").rpartition("/")
    return PublishedTariff(code=code, version=int(version), canonical=canonical)
