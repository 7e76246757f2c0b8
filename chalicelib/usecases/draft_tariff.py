"""Hand in a tariff version's document, or another one in its place, for somebody else to review."""

from __future__ import annotations

from chalicelib.domain.tariffs.lifecycle import TariffLife, drafted
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.rates_desk import RatesDesk


def draft_tariff(desk: RatesDesk, version: TariffVersion, *, canonical: str) -> TariffLife:
    """Make `canonical`, the document of `version`, its draft. The same document again changes nothing.

    Raises VersionIsPublished, TariffChangedMeanwhile.
    """
    before = desk.find(version.code, version.version)
    life = drafted(
        before,
        code=version.code,
        version=version.version,
        fingerprint=version.fingerprint,
        effective_from=version.effective_from,
        actor=desk.actor,
        at=desk.now,
    )
    desk.keep(canonical, fingerprint=version.fingerprint)
    return desk.save(life, before=before)
