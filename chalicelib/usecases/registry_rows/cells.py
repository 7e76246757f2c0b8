"""Cells that several files have."""

from __future__ import annotations

import re
from decimal import Decimal

from chalicelib.domain.customers.person import Address
from chalicelib.domain.kernel.ids import CycleCode
from chalicelib.domain.kernel.rows import Row

_LONGEST_NUMBER = 40
_CYCLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]{0,15}")
_DETERMINANT = re.compile(r"[+-]?(0|[1-9]\d*)(\.\d+)?")
ADDRESS_COLUMNS = ("street", "street2", "city", "region", "postal_code", "country")

Determinant = Decimal | str


def number(row: Row, column: str) -> str:
    """A number the utility gave to a thing. `#` separates the parts of stored keys and is refused."""
    value = row.text(column)
    if "#" in value or len(value) > _LONGEST_NUMBER or not value.isprintable():
        raise row.refused(
            column, f"{value!r} cannot be a number", f"use at most {_LONGEST_NUMBER} characters and no #"
        )
    return value


def cycle_code(row: Row, column: str = "cycle") -> CycleCode:
    """A cycle's code. It becomes part of account ids and file names."""
    value = row.text(column)
    if not _CYCLE.fullmatch(value):
        raise row.refused(
            column,
            f"{value!r} cannot be a cycle's code",
            "use up to 16 letters, digits, dots and underscores",
        )
    return CycleCode(value)


def address(row: Row) -> Address:
    """A postal address from ADDRESS_COLUMNS; the second street line is optional."""
    lines = (row.text("street"), row.cells.get("street2", ""))
    return Address(
        lines=tuple(line for line in lines if line),
        city=row.text("city"),
        region=row.cells.get("region", ""),
        postal_code=row.cells.get("postal_code", ""),
        country=(row.cells.get("country") or "US").upper(),
    )


def determinant(text: str) -> Determinant:
    """A number where the text is a plain one, else the text: 2 and 0.75 count, 5/8 and 007 name."""
    return Decimal(text) if _DETERMINANT.fullmatch(text) else text


def prefixed(row: Row, prefix: str) -> dict[str, str]:
    """The filled cells of columns that begin with `prefix`, by the rest of the column's name."""
    return {
        column.removeprefix(prefix): cell
        for column, cell in row.cells.items()
        if cell and column.startswith(prefix)
    }
