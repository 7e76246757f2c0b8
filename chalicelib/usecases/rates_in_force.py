"""What bills are rated on now: every published tariff, and the latest revision of every condition."""

from __future__ import annotations

from typing import TypeAlias

from chalicelib.usecases.declare_condition import DeclaredCondition, conditions_in_force
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.published_tariffs import PublishedTariff, published_tariffs

Rates: TypeAlias = tuple[PublishedTariff | DeclaredCondition, ...]


def rates_in_force(store: ArtefactStore) -> Rates:
    """The documents that a bill made now is rated on: each with its reference, text and fingerprint."""
    return *published_tariffs(store), *conditions_in_force(store)
