"""List tariff versions with their states, and look at one."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from chalicelib.domain.tariffs.lifecycle import TariffLife, TariffState, predecessor, state_on
from chalicelib.usecases.published_tariffs import find_published, published_tariffs
from chalicelib.usecases.rates_desk import RatesDesk


class TariffStanding(NamedTuple):
    """A version and its state on a day. `is_interrupted`: published, but bill runs do not have it yet."""

    life: TariffLife
    state: TariffState
    is_interrupted: bool


class TariffOnShow(NamedTuple):
    """A version, its document, and the published version it takes over from with its document."""

    standing: TariffStanding
    canonical: str
    before: TariffLife | None
    canonical_before: str | None


def list_tariffs(desk: RatesDesk, *, today: date) -> list[TariffStanding]:
    """Every version there is, by code and version."""
    lives = desk.all_lives()
    in_use = {tariff.reference for tariff in published_tariffs(desk.store)}
    families: dict[str, list[TariffLife]] = {}
    for life in lives:
        families.setdefault(life.code, []).append(life)
    return [
        TariffStanding(
            life,
            state_on(today, life, families[life.code]),
            life.is_published and life.reference not in in_use,
        )
        for life in lives
    ]


def show_tariff(desk: RatesDesk, code: str, version: int, *, today: date) -> TariffOnShow:
    """One version. Raises TariffUnknown."""
    life, family = desk.life(code, version), desk.family(code)
    before = predecessor(life, family)
    is_interrupted = life.is_published and find_published(desk.store, code, version) is None
    return TariffOnShow(
        standing=TariffStanding(life, state_on(today, life, family), is_interrupted),
        canonical=desk.canonical(life),
        before=before,
        canonical_before=desk.canonical(before) if before else None,
    )
