"""Tariff documents made by the schema, so that a new charge is fuzzed from the day it is in there."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import yaml
from hypothesis import strategies as st

from chalicelib.domain.tariffs.determinants import DeterminantKind
from chalicelib.tariff_documents.json_schema import json_schema
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from fuzz import formulas, words
from fuzz.by_schema import BySchema
from fuzz.checks import watched

_DETERMINANTS = "\n".join(
    f"  {name}: {{kind: {kind}}}" for kind in DeterminantKind for name in words.NAMES.get(kind, ())
)
FRAME = f"""
tariff: F-1
version: 1
name: Made by the schema
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {{unit: ccf, step: 1, rounding: down}}
determinants:
{_DETERMINANTS}
charges:
- {{type: service_charge, code: SVC, label: S, gl_account: "1", fund: F, charge_group: g, amount: 10}}
- {{type: commodity_flat, code: WATER, label: W, gl_account: "1", fund: F, charge_group: g, rate: 1.5}}
"""
"""A sound document that declares all names in `words`."""

SCHEMA = BySchema(
    json_schema(),
    texts={
        "number": words.figures,
        "key": words.keys,
        "determinants.key": st.sampled_from(["season", "month", "zone", "budget"]),
        "seasons.key": st.sampled_from(["summer", "winter"]),
        "from": words.days_of_year,
        "formulas.key": st.sampled_from(["allowance", "share", "budget"]),
        "text": words.labels,
        "date": words.days,
        "currency": st.sampled_from(["USD", "JPY", "KWD"]),
        "default": st.sampled_from(["no", "1", "inside", "5/8", "2.5", "-1", "x"]),
        "base": st.sampled_from(["SVC", "WATER", "SVC", "WATER", "C0", "C1"]),
        "by": words.choices | words.names,
        "when": words.events,
        "instead": words.numbers,
        "only_if": words.flags,
        "unless": words.flags,
        "times": st.just("dwelling_units"),
        "width_times": st.just("dwelling_units"),
        "formula": formulas.sound,
        "formulas": formulas.sound,
        "^[a-z][a-z0-9_]*$": words.names,
        "^[A-Z0-9][A-Z0-9._-]*$": words.codes,
    },
)
SECTIONS = frozenset(json_schema()["properties"])


def read(text: str) -> Any:
    """Mappings, lists and texts, as the loader sees them."""
    return yaml.load(text, Loader=yaml.BaseLoader)


charges = SCHEMA.fields["charges"][0].filter(bool).map(lambda some: _tidied(some[0]))
"""Charges of any type."""


@st.composite
def built(draw: st.DrawFn) -> str:
    """A document by the schema: charges of any type, what contradicts itself taken out."""
    data = read(FRAME)
    for name in sorted(SECTIONS - {"charges"}):
        if draw(st.integers(0, 5)) == 5:
            drawn = draw(SCHEMA.fields[name][0])
            data[name] = data[name] | drawn if isinstance(data.get(name), dict) else drawn
    for number in range(draw(st.integers(1, 4))):
        data["charges"].append(draw(charges) | {"code": f"C{number}"})
    return _written(_mended(data))


def _written(data: dict[str, Any]) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False)


def _tidied(value: Any) -> Any:
    """`value` with tiers in order and tables as deep as they have names: random ones hardly ever are."""
    if isinstance(value, dict):
        tidied = {key: _tidied(inner) for key, inner in value.items()}
        if isinstance(value.get("by"), list) and "values" in value:
            names = list(dict.fromkeys(value["by"]))[:2]
            tidied |= {"by": names, "values": _nested(tidied["values"], len(names))}
        return tidied
    if not isinstance(value, list):
        return value
    items = [_tidied(item) for item in value]
    if not all(isinstance(item, dict) and "from" in item for item in items):
        return items
    starts = sorted({item["from"] for item in items if isinstance(item["from"], str)}, key=_magnitude)
    return [item | {"from": start} for item, start in zip(items, ["0", *starts[1:]], strict=False)]


def _nested(cells: Any, levels: int) -> Any:
    inner = isinstance(cells, dict) and "formula" not in cells
    if levels == 0:
        return _nested(next(iter(cells.values()), "1"), 0) if inner else cells
    return {
        key: _nested(cell, levels - 1) for key, cell in (cells if inner and cells else {"*": cells}).items()
    }


def _magnitude(figure: str) -> Decimal:
    try:
        return Decimal(figure)
    except InvalidOperation:
        return Decimal(0)


def _mended(data: dict[str, Any]) -> dict[str, Any]:
    """`data` without what loading it complains of; in the end, without the charges this is about."""
    for attempt in range(6):
        try:
            with watched():
                load_tariff(_written(data), file="built")
        except InvalidTariffDocument as refused:
            fields = {problem.field for problem in refused.problems}
            if attempt > 3:
                fields = {re.sub(r"^(charges\[\d+\]).*", r"\1", field) for field in fields}
            for field in sorted(fields, reverse=True):
                _take_out(data, field)
            data = read(FRAME) | data
        except Exception:  # for the check to find again
            return data
        else:
            return data
    return data


def _take_out(data: dict[str, Any], field: str) -> None:
    """Remove what stands at `field`, or what it is missing from."""
    holder: Any = data
    found: Any = None
    for part in re.findall(r"[^.\[\]]+", field):
        inner = holder if found is None else holder[found]
        key = int(part) if isinstance(inner, list) and part.isdigit() else part
        if not (key in inner if isinstance(inner, dict) else isinstance(key, int) and key < len(inner)):
            break
        holder, found = inner, key
    if found is not None:
        del holder[found]
