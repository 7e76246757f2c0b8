"""Parts of usage and their sums as bytes: columns in numpy's own archive, texts beside them as JSON."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.accounts import Accounts
from chalicelib.columnar.part_sums import PartSums, RefusedRow, Sums
from chalicelib.columnar.usage_table import Coded, UsageTable
from chalicelib.domain.kernel.quantity import Unit

_TEXTS = "texts"  # the member that holds the JSON
_OF_ATTRIBUTE, _OF_EVENT = "by ", "on "  # what names of columns of attributes, of events start with
_CODED = ("file", "account", "agreement", "tariff", "rate_class", "position")
_PLAIN = ("row", "line", "unit", "start", "end", "metered", "usage", "scheduled_days")
_OF_ACCOUNTS = ("now", "proposed", "days", "used")
_SUMS = ("total", "by_charge", "by_tariff", "by_class", "by_month", "water")


def dump_part(table: UsageTable) -> bytes:
    """A part of the usage."""
    return _dump(
        {"places": table.places, "units": [unit.value for unit in table.units]},
        {name: getattr(table, name) for name in _PLAIN},
        {name: getattr(table, name) for name in _CODED}
        | _named(table.determinants)
        | _named(table.events, prefix=_OF_EVENT),
    )


def load_part(body: bytes) -> UsageTable:
    """The part that `dump_part` was given."""
    texts, columns, coded = _load(body)
    fields: dict[str, Any] = {name: columns[name] for name in _PLAIN} | {name: coded[name] for name in _CODED}
    return UsageTable(
        **fields,
        units=tuple(map(Unit, texts["units"])),
        places=texts["places"],
        determinants=_attributes(coded),
        events=_attributes(coded, prefix=_OF_EVENT),
    )


def dump_sums(sums: PartSums) -> bytes:
    """What a part comes to."""
    accounts = sums.accounts
    return _dump(
        {
            "currency": sums.currency,
            "places": sums.places,
            "refused": sums.refused,
            "accounts": accounts.names,
            **{name: [*getattr(sums, name).items()] for name in _SUMS},
        },
        {name: getattr(accounts, name) for name in _OF_ACCOUNTS},
        {"meter": accounts.meter} | _named(accounts.dimensions),
    )


def load_sums(body: bytes) -> PartSums:
    """The sums that `dump_sums` was given."""
    texts, columns, coded = _load(body)
    return PartSums(
        currency=texts["currency"],
        places=texts["places"],
        refused=tuple(RefusedRow(*row) for row in texts["refused"]),
        accounts=Accounts(
            names=tuple(texts["accounts"]),
            **{name: columns[name] for name in _OF_ACCOUNTS},
            meter=coded["meter"],
            dimensions=_attributes(coded),
        ),
        **{name: _sums(texts[name]) for name in _SUMS},
    )


def _sums(listed: list[tuple[list[str], list[int]]]) -> Sums:
    return {tuple(key): tuple(sums) for key, sums in listed}


def _named(columns: Mapping[str, Coded], *, prefix: str = _OF_ATTRIBUTE) -> dict[str, Coded]:
    return {f"{prefix}{name}": column for name, column in columns.items()}


def _attributes(coded: Mapping[str, Coded], *, prefix: str = _OF_ATTRIBUTE) -> dict[str, Coded]:
    return {name.removeprefix(prefix): column for name, column in coded.items() if name.startswith(prefix)}


def _dump(texts: dict[str, Any], columns: Mapping[str, NDArray[Any]], coded: Mapping[str, Coded]) -> bytes:
    plain = {
        **texts,
        "columns": [*columns],
        "names": [(name, column.names) for name, column in coded.items()],
    }
    # Members are numbered: a column's name may be anything, the name of a file in an archive may not.
    listed = [*columns.values(), *(column.codes for column in coded.values())]
    members: dict[str, Any] = {f"column{number}": column for number, column in enumerate(listed)}
    members[_TEXTS] = np.frombuffer(json.dumps(plain, ensure_ascii=False).encode(), dtype=np.uint8)
    body = io.BytesIO()
    np.savez_compressed(body, **members)
    return body.getvalue()


def _load(body: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]], dict[str, Coded]]:
    with np.load(io.BytesIO(body), allow_pickle=False) as members:
        texts = json.loads(members[_TEXTS].tobytes())
        columns = {name: members[f"column{number}"] for number, name in enumerate(texts["columns"])}
        coded = {
            name: Coded(members[f"column{number}"], tuple(names))
            for number, (name, names) in enumerate(texts["names"], start=len(columns))
        }
    return texts, columns, coded
