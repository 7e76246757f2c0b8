"""Two people who put tariffs in force: what one drafts the other reviews and publishes."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.tariff_documents.load import LoadedTariff, load_tariff
from chalicelib.usecases.draft_tariff import draft_tariff
from chalicelib.usecases.publish_tariff import VersionToPublish, publish_tariffs
from chalicelib.usecases.rates_desk import RatesDesk
from chalicelib.usecases.review_tariff import review_tariff

ANALYST, SUPERVISOR = "test:analyst", "test:supervisor"


def by(actor: str, desk: RatesDesk) -> RatesDesk:
    """The desk with somebody else at it."""
    return replace(desk, actor=actor)


def draft(desk: RatesDesk, *documents: str | LoadedTariff) -> list[VersionToPublish]:
    """Hand documents in as the analyst."""
    drafted = []
    for document in documents:
        loaded = load_tariff(document, file="test") if isinstance(document, str) else document
        draft_tariff(by(ANALYST, desk), loaded.version, canonical=loaded.canonical)
        version = loaded.version
        drafted.append(VersionToPublish(version.code, version.version, version.fingerprint))
    return drafted


def draft_and_review(desk: RatesDesk, *documents: str | LoadedTariff) -> list[VersionToPublish]:
    """Draft as the analyst what is new, and review it as the supervisor."""
    drafted = draft(desk, *documents)
    for one in drafted:
        if not desk.life(one.code, one.version).is_published:
            review_tariff(by(SUPERVISOR, desk), one.code, one.version, seen=one.fingerprint)
    return drafted


def put_in_force(desk: RatesDesk, *documents: str | LoadedTariff) -> dict[str, bool]:
    """Draft, review and publish documents that no agreement and no bill stands in the way of."""
    return publish_tariffs(by(SUPERVISOR, desk), draft_and_review(desk, *documents))
