"""Publish tariff versions: from then on bill runs use them, and they never change again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.audit import AuditStore

_PREFIX = "tariffs/"


class TariffVersionAlreadyPublished(Refusal):
    """Another document is published as this version of this tariff."""


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


def publish_tariff(
    *, tariff: PublishedTariff, actor: str, now: datetime, store: ArtefactStore, audit: AuditStore
) -> bool:
    """Publish one version; False when the very same document was published before.

    Raises TariffVersionAlreadyPublished when the version holds another document.
    """
    key = f"{_PREFIX}{tariff.code}/{tariff.version}.json"
    if store.put_new(key, tariff.canonical.encode()):
        audit.add(_entry(tariff, actor, now))
        return True
    if store.get(key).decode() != tariff.canonical:
        raise TariffVersionAlreadyPublished(
            f"tariff {tariff.reference} is published with other content: bills may stand on it, so give the "
            f"changed document version {tariff.version + 1}",
            tariff=tariff.reference,
        )
    return False


def published_tariffs(store: ArtefactStore) -> list[PublishedTariff]:
    """All published versions, by code and version."""
    found = [_read(key, store.get(key).decode()) for key in store.keys(_PREFIX)]
    return sorted(found, key=lambda tariff: (tariff.code, tariff.version))


def _read(key: str, canonical: str) -> PublishedTariff:
    code, _, version = key.removeprefix(_PREFIX).removesuffix(".json").rpartition("/")
    return PublishedTariff(code=code, version=int(version), canonical=canonical)


def _entry(tariff: PublishedTariff, actor: str, now: datetime) -> AuditEntry:
    return AuditEntry(
        entity="tariff",
        entity_id=tariff.reference,
        action="published",
        actor=actor,
        at=now,
        unique=f"published.{tariff.fingerprint[:16]}",
        after={"fingerprint": tariff.fingerprint},
    )
