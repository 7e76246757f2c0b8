"""Review a drafted tariff version: a second person has read this very document and found it right."""

from __future__ import annotations

from chalicelib.domain.tariffs.lifecycle import TariffLife, reviewed
from chalicelib.usecases.rates_desk import RatesDesk


def review_tariff(desk: RatesDesk, code: str, version: int, *, seen: str) -> TariffLife:
    """Record the review of the draft whose fingerprint begins with `seen`.

    Raises TariffUnknown, VersionIsPublished, DraftChanged, MakerIsChecker, TariffChangedMeanwhile.
    """
    before = desk.life(code, version)
    return desk.save(reviewed(before, seen=seen, actor=desk.actor, at=desk.now), before=before)
