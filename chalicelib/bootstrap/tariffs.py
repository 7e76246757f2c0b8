"""Readers of published documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.domain.tariffs.rating import RateDocument
    from chalicelib.domain.tariffs.version import TariffVersion


def read_rate_document(canonical: str) -> RateDocument:
    """The tariff version, or the condition, that a published document describes."""
    from chalicelib.tariff_documents.rate_documents import read_rate_document as read

    return read(canonical)


def read_tariff(canonical: str) -> TariffVersion:
    """The version that a drafted or published document describes."""
    from chalicelib.tariff_documents.load import load_tariff

    return load_tariff(canonical, file="tariff").version
