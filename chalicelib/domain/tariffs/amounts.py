"""Amounts in a tariff: one figure, or a table looked up by determinants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.determinants import Values


class NotInTable(Refusal):
    """An agreement's determinants lead to no entry of a tariff's table."""


@dataclass(frozen=True, slots=True)
class Table:
    """Figures by one to three determinants: each key of `rows` has one text per name in `by`."""

    by: tuple[str, ...]
    rows: Mapping[tuple[str, ...], Decimal]


Amount: TypeAlias = Decimal | Table


def names_in(amount: Amount | None) -> tuple[str, ...]:
    """The determinants `amount` is looked up by; none for a single figure."""
    return amount.by if isinstance(amount, Table) else ()


def figure(amount: Amount, values: Values, *, charge: str) -> Decimal:
    """The figure that holds for `values`. Raises NotInTable, naming the known keys."""
    if isinstance(amount, Decimal):
        return amount
    key = tuple(str(values[name]) for name in amount.by)
    found = amount.rows.get(key)
    if found is None:
        asked = ", ".join(f"{name} {text!r}" for name, text in zip(amount.by, key, strict=True))
        known = [", ".join(row) for row in amount.rows]
        raise NotInTable(
            f"charge {charge} has no figure for {asked}: correct the agreement, or add it to the table; "
            f"known are {'; '.join(known)}",
            charge=charge,
            key=dict(zip(amount.by, key, strict=True)),
            known=known,
        )
    return found
