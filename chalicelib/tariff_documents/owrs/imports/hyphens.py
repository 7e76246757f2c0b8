"""Fields with a hyphen in their name, which formulas would read as subtractions."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from chalicelib.tariff_documents.owrs.file import Content, Listing, Lookup, Odd, RateClass, Text


def without_hyphens(rate_class: RateClass) -> tuple[RateClass, list[str]]:
    """The class with underscores in such names, wherever they stand, and the names that had hyphens."""
    hyphened = sorted((name for name in rate_class.fields if _is_hyphened(name)), key=len, reverse=True)
    if not hyphened:
        return rate_class, []
    names = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, hyphened))})(?![\w.])", re.IGNORECASE)

    def mended(text: str) -> str:
        return names.sub(lambda found: found[0].replace("-", "_"), text)

    fields = {mended(name): _mended(content, mended) for name, content in rate_class.fields.items()}
    return replace(rate_class, fields=fields), sorted(hyphened)


def _is_hyphened(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_][\w.]*(?:-[\w.]+)+", name) is not None


def _mended(content: Content, mended: Callable[[str], str]) -> Content:
    match content:
        case Text(text, at):
            return Text(mended(text), at)
        case Listing(items, at):
            return Listing(tuple(map(mended, items)), at)
        case Lookup(by, rows, at):
            return Lookup(
                tuple(map(mended, by)), {key: _mended(row, mended) for key, row in rows.items()}, at
            )
        case Odd():
            return content
