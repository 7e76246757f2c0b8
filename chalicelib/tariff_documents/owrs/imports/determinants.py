"""The determinants of an imported tariff: what kind each is, and who knows it."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from chalicelib.domain.tariffs.determinants import DeterminantKind, Source, number_in
from chalicelib.tariff_documents.owrs.imports.expressing import Flow
from chalicelib.tariff_documents.owrs.imports.lifted import NotExpressible

DROUGHT_STAGE, DROUGHT = "drought_stage", "in_drought"

# What usual names of the corpus mean; others are attributes of the agreement.
_SOURCES = {
    "meter_size": Source.METER,
    "meter_type": Source.METER,
    "season": Source.UTILITY,
    DROUGHT_STAGE: Source.UTILITY,
    "et_amount": Source.WEATHER,
    "usage_month": Source.CALENDAR,
    "days_in_period": Source.PERIOD,
}
_PREMISE = ("zone", "area", "lot_", "city", "elevation", "landscape")
_HISTORY = ("average", "mean", "baseline", "winter")
_NUMERIC_SOURCES = (Source.PERIOD, Source.WEATHER)


def determinant_section(name: str, *, keys: Collection[str] | None, computed: bool) -> Flow:
    """How `name` is declared: `keys` are those of tables that look it up, `computed` whether formulas use it.

    Raises NotExpressible where it would have to be a text and a number.
    """
    numeric = keys is None or all(number_in(key) is not None for key in keys)
    if computed and not numeric:
        raise NotExpressible(f"{name} is looked up by text and computed with as a number")
    source = source_of(name)
    if (computed and source is Source.CALENDAR) or (
        keys is not None and not computed and source in _NUMERIC_SOURCES
    ):
        source = Source.AGREEMENT
    section: dict[str, Any] = {"kind": _kind(name, computed=computed).value}
    if source is not Source.AGREEMENT:
        section["source"] = source.value
    return Flow(section)


def source_of(name: str) -> Source:
    """Who knows what a rate file calls `name`."""
    lower = re.sub(r"[^a-z0-9]+", "_", name.lower())
    if lower in _SOURCES:
        return _SOURCES[lower]
    if any(word in lower for word in _HISTORY):
        return Source.HISTORY
    return Source.PREMISE if any(word in lower for word in _PREMISE) else Source.AGREEMENT


def _kind(name: str, *, computed: bool) -> DeterminantKind:
    if not computed:
        return DeterminantKind.CHOICE
    return DeterminantKind.COUNT if "dwelling_units" in name.lower() else DeterminantKind.NUMBER
