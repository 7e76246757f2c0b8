"""Documents that bills are rated on, of either kind: tariff versions and conditions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from chalicelib.domain.tariffs.rating import RateDocument
from chalicelib.tariff_documents.conditions import LoadedCondition, load_condition, read_condition
from chalicelib.tariff_documents.load import TARIFF, LoadedTariff, load_each, load_tariff
from chalicelib.yaml_documents.source import Source


def read_rate_document(canonical: str) -> RateDocument:
    """The tariff version, or the condition, that a published document describes."""
    if "condition" in json.loads(canonical):
        return read_condition(canonical).condition
    return load_tariff(canonical, file="published tariff").version


def load_rate_files(paths: Iterable[Path]) -> list[LoadedTariff | LoadedCondition]:
    """What is in several files. Raises InvalidTariffDocument with the problems of all of them."""
    return load_each(paths, load_rate_document)


def load_rate_document(text: str, *, file: str) -> LoadedTariff | LoadedCondition:
    """What one text describes. Raises InvalidTariffDocument."""
    if "condition" in Source(text, file=file, kind=TARIFF).data:
        return load_condition(text, file=file)
    return load_tariff(text, file=file)
