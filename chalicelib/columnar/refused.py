"""Rows refused for what their agreements lack or misstate, many with one message.

Whatever their good numbers are: a utility that has no winter average for a third of its accounts has not as
many reasons as accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.factorize import Factorized, combine, factorize
from chalicelib.columnar.figures import read_numbers
from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.determinants import InvalidDeterminant
from chalicelib.domain.tariffs.facts import DeterminantMissing
from chalicelib.domain.tariffs.rating import TariffBook


class Refused(NamedTuple):
    """Rows by number, and the message of all of them; None where it takes more to tell."""

    members: NDArray[np.intp]
    message: str | None


def refused_alike(
    book: TariffBook,
    rows: UsageRows,
    members: NDArray[np.intp],
    keys: Factorized,
    numbers: Mapping[str, bool],
) -> Iterator[Refused]:
    """All `members`. They are alike in all but the `numbers`, by name with whether it must be a count, where
    they have equal `keys`.

    Determinants are read one after the other: rows are refused alike that are alike in what cannot be read.
    """
    columns = [keys]
    for name, counted in numbers.items():
        texts = rows.determinants[name][members]
        _, bad = read_numbers(texts, counts=counted)
        columns += [factorize(bad), factorize(np.where(bad, texts, ""))]
    alike = combine(columns, rows=len(members))
    messages = [_message(book, rows, row) for row in members[alike.first_rows].tolist()]
    order = np.argsort(alike.codes, kind="stable")
    parts = np.split(members[order], np.cumsum(np.bincount(alike.codes))[:-1])
    yield from map(Refused, parts, messages)


def _message(book: TariffBook, rows: UsageRows, row: int) -> str | None:
    try:
        book.slices(rows.request(row))
    except (DeterminantMissing, InvalidDeterminant) as refusal:
        return refusal.message
    except Refusal:
        return None
    return None
