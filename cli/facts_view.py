"""What charges depended on: determinants beside their names, and the formulas worked out from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rich.console import Group
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from chalicelib.domain.tariffs.determinants import Value
from chalicelib.domain.tariffs.formula_words import value_words, workings
from chalicelib.domain.tariffs.slices import Slice
from cli.output import out


def facts_document(part: Slice) -> dict[str, Any]:
    """The facts of some days as JSON has them."""
    return {
        "from": part.period.start,
        "to": part.period.end,
        "tariff": part.version.reference,
        "determinants": {
            one.name: value_words(part.values[one.name]).replace("−", "-")
            for one in part.version.determinants
        },
        "formulas": list(workings(part.version, part.values)),
    }


def print_facts(parts: Sequence[Slice], *, indent: int = 0) -> None:
    """Print them, under the days they hold where they change, so many blanks from the left."""
    for part in parts:
        _print_facts(part, alone=len(parts) == 1, indent=indent)


def _print_facts(part: Slice, *, alone: bool, indent: int) -> None:
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim")
    facts.add_column(overflow="fold")
    for one in part.version.determinants:
        facts.add_row(one.label or one.name.replace("_", " "), _with_unit(part.values[one.name], one.unit))
    worked = list(workings(part.version, part.values))
    if not facts.row_count and not worked:
        return
    if not alone:
        last_day = part.period.end - timedelta(days=1)
        days = f"{part.period.start:%b %d} – {last_day:%b %d}, {part.version.reference}"
        out.print(Padding(days, (0, 0, 0, indent)), style="bold")
    said = [facts] if facts.row_count else []
    out.print(Padding(Group(*said, *map(escape, worked)), (0, 0, 1, indent)))


def _with_unit(value: Value, unit: str) -> str:
    return escape(f"{value_words(value)} {unit}".strip())
