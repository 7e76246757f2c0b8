"""Columns of keys as small integers: equal keys have equal codes."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
_MOST_KEYS = 2**62


class Factorized(NamedTuple):
    """The code of every row, from 0 and without gaps; and for every code the first row that has it."""

    codes: Codes
    first_rows: NDArray[np.intp]

    @property
    def size(self) -> int:
        """How many different keys there are."""
        return len(self.first_rows)


def factorize(values: NDArray[Any]) -> Factorized:
    """`values` (texts, integers, flags or days) as codes, in no particular order."""
    kind = values.dtype.kind
    if kind == "U" and values.dtype.isnative:
        return _of_texts(values)
    if kind in "iubM":
        return _of_integers(values.astype(np.int64, copy=False))
    return _of_objects(values.astype(object, copy=False))


def combine(factors: Iterable[Factorized], *, rows: int) -> Factorized:
    """Codes for what several columns say together; without any, one code for all rows."""
    keys: Codes = np.zeros(rows, dtype=np.int64)
    size = 1
    for factor in factors:
        if factor.size == 1:
            continue
        if size * factor.size > _MOST_KEYS:
            keys, first_rows = _of_integers(keys)
            size = len(first_rows)
        keys = factor.codes if size == 1 else keys * factor.size + factor.codes
        size *= factor.size
    return _of_integers(keys)


def _of_integers(values: Codes) -> Factorized:
    if not values.size:
        return Factorized(values, np.zeros(0, dtype=np.intp))
    least, greatest = int(values.min()), int(values.max())
    span = greatest - least + 1
    if span == 1:
        return Factorized(np.zeros(values.size, dtype=np.int64), np.zeros(1, dtype=np.intp))
    if span > 2 * values.size + 1024:
        _, first_rows, codes = np.unique(values, return_index=True, return_inverse=True)
        return Factorized(codes.astype(np.int64, copy=False), first_rows)
    offsets = values - least if least else values
    first = np.full(span, -1, dtype=np.intp)
    first[offsets[::-1]] = np.arange(
        values.size - 1, -1, -1
    )  # of equal ones the last written is the first row
    present = np.flatnonzero(first >= 0)
    if present.size == span:
        return Factorized(offsets, first)
    codes_of = np.zeros(span, dtype=np.int64)
    codes_of[present] = np.arange(present.size)
    return Factorized(codes_of[offsets], first[present])


def _of_texts(values: NDArray[np.str_]) -> Factorized:
    """Texts of one width, letter by letter: no text is made."""
    width = values.dtype.itemsize // 4
    letters = np.ascontiguousarray(values).view(np.uint32).reshape(values.size, width)
    columns = (np.ascontiguousarray(letters[:, place]) for place in range(width))
    return combine((_of_integers(column.astype(np.int64)) for column in columns), rows=values.size)


def _of_objects(values: NDArray[np.object_]) -> Factorized:
    listed = values.tolist()
    codes_of = dict(zip(dict.fromkeys(listed), count(), strict=False))
    codes = np.fromiter(map(codes_of.__getitem__, listed), dtype=np.int64, count=len(listed))
    return _of_integers(codes)
