"""Rows brought together that are rated alike: one layout serves all rows of a group."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.factorize import Codes, Factorized, combine, factorize
from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.plan import Layout, layout_for
from chalicelib.domain.tariffs.rating import TariffBook
from chalicelib.domain.tariffs.slices import Slice

RowNumbers = NDArray[np.intp]


class Group(NamedTuple):
    """Rows, and the layout of all of them or the message with which all of them are refused."""

    members: RowNumbers
    found: Layout | str


def groups_of(book: TariffBook, rows: UsageRows) -> Iterator[Group]:
    """All `rows`, each in one group."""
    frames = combine(map(factorize, (rows.tariff, rows.start, rows.end)), rows=len(rows))
    for names, members in _by_names(book, rows, frames):
        columns = [factorize(rows.determinants[name][members]) for name in names]
        keys = combine([factorize(frames.codes[members]), *columns], rows=len(members))
        for part, found in _alike(book, rows, keys, members):
            yield Group(members[part], found)


def _by_names(
    book: TariffBook, rows: UsageRows, frames: Factorized
) -> Iterator[tuple[tuple[str, ...], RowNumbers]]:
    """The determinants that rows have and their tariffs declare, with all rows of which these are.

    What one tariff declares must not set the rows of another one apart.
    """
    kinds: dict[tuple[str, ...], int] = {}
    kind_of_frame = np.zeros(frames.size, dtype=np.int64)
    for frame, row in enumerate(frames.first_rows.tolist()):
        try:
            declared = book.determinants(rows.request(row))
        except Refusal:  # it is met again, and told, where the rows' layout is made
            declared = ()
        names = tuple(name for name in declared if name in rows.determinants)
        kind_of_frame[frame] = kinds.setdefault(names, len(kinds))
    yield from zip(kinds, _parts(kind_of_frame[frames.codes], len(kinds)), strict=True)


def _alike(book: TariffBook, rows: UsageRows, keys: Factorized, members: RowNumbers) -> Iterator[Group]:
    """Groups of the rows that `keys` are of, by their place among `members`.

    Rows whose slices are as long, of the same versions and with the same values share a layout.
    """
    groups: dict[Hashable, int] = {}
    layouts: list[Layout | str] = []
    group_of_key = np.zeros(keys.size, dtype=np.int64)
    for key, row in enumerate(members[keys.first_rows].tolist()):
        found: Layout | str | None = None
        try:
            request = rows.request(row)
            slices = book.slices(request)
            sign: Hashable = _sign(slices)
            if sign not in groups:
                found = layout_for(slices, request)
        except Refusal as refusal:
            sign = found = refusal.message
        if sign not in groups and found is not None:
            groups[sign] = len(layouts)
            layouts.append(found)
        group_of_key[key] = groups[sign]
    parts = _parts(group_of_key[keys.codes], len(layouts))
    yield from map(Group, parts, layouts)


def _sign(slices: list[Slice]) -> Hashable:
    return tuple((piece.period.days, piece.version.reference, *piece.values.items()) for piece in slices)


def _parts(codes: Codes, size: int) -> list[RowNumbers]:
    """For each code below `size` the places where it stands, rising."""
    if size == 1:
        return [np.arange(len(codes))]
    narrow: Any = codes.astype(np.uint16) if size <= 2**16 else codes  # sixteen bits are sorted by digit
    order = np.argsort(narrow, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=size))[:-1])
