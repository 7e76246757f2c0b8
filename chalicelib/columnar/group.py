"""Rows brought together that are rated alike: one layout serves all rows of a group."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.factorize import Codes, Factorized, combine, factorize
from chalicelib.columnar.formulas import NotOverColumns
from chalicelib.columnar.own import Owned, OwnNumbers, alike_values, bill_frame
from chalicelib.columnar.placing import ColumnLayout
from chalicelib.columnar.refused import refused_alike
from chalicelib.columnar.rows import UsageRows
from chalicelib.columnar.steps import has_steps
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.simulation.dated_cells import changes_within
from chalicelib.domain.tariffs.determinants import NUMERIC, DeterminantKind
from chalicelib.domain.tariffs.plan import Plan, layout_for
from chalicelib.domain.tariffs.rating import TariffBook
from chalicelib.domain.tariffs.slices import Slice

RowNumbers: TypeAlias = NDArray[np.intp]
# The determinants of some tariffs by name, with the kinds they are declared to be.
_Kinds: TypeAlias = dict[str, frozenset[DeterminantKind]]
MOST_SHARED = 64
"""Numbers with more values than this are kept as columns, not made groups of."""
_SAMPLE = 4_096
_CANDIDATES = 8


class Group(NamedTuple):
    """Rows, and what all of them are charged by, or the message with which all of them are refused.

    They are charged by a layout; by its plan where some charge in it has no step over columns.
    """

    members: RowNumbers
    found: ColumnLayout | Plan | str


def groups_of(book: TariffBook, rows: UsageRows) -> Iterator[Group]:
    """All `rows`, each in one group."""
    frames = combine(map(factorize, rows.frame), rows=len(rows))
    for kinds, members in _by_declared(book, rows, frames):
        own = {
            name: DeterminantKind.COUNT in found
            for name, found in kinds.items()
            if found <= {*NUMERIC} and _is_own(rows, name, members)
        }
        left = [members]
        if own:
            shared = [name for name in kinds if name not in own]
            left = []
            for part in _own(book, rows, _keys(rows, frames, members, shared), members, [*own]):
                if isinstance(part, Owned):
                    yield Group(part.members, part.layout)
                else:
                    left.append(part)
            left = yield from _refused(book, rows, frames, shared, left, own)
        for single in left:
            yield from _alike(book, rows, _keys(rows, frames, single, kinds), single)


def _keys(rows: UsageRows, frames: Factorized, members: RowNumbers, names: Iterable[str]) -> Factorized:
    columns = [factorize(rows.facts[name][members]) for name in names]
    return combine([factorize(frames.codes[members]), *columns], rows=len(members))


def _by_declared(
    book: TariffBook, rows: UsageRows, frames: Factorized
) -> Iterator[tuple[_Kinds, RowNumbers]]:
    """The attributes and events that rows have and their tariffs declare, and all rows of which these are.

    What one tariff declares must not set the rows of another one apart.
    """
    declared: dict[tuple[tuple[str, frozenset[DeterminantKind]], ...], int] = {}
    place_of_frame = np.zeros(frames.size, dtype=np.int64)
    for frame, row in enumerate(frames.first_rows.tolist()):
        kinds: _Kinds = {}
        try:
            for one in book.determinants(rows.request(row)):
                if one.name in rows.facts:
                    kinds[one.name] = kinds.get(one.name, frozenset()) | {one.kind}
        except Refusal:  # it is met again, and told, where the rows' layout is made
            kinds = {}
        place_of_frame[frame] = declared.setdefault(tuple(kinds.items()), len(declared))
    yield from zip(map(dict, declared), _parts(place_of_frame[frames.codes], len(declared)), strict=True)


def _is_own(rows: UsageRows, name: str, members: RowNumbers) -> bool:
    """Whether there are too many values of the determinant for groups of rows that have the same."""
    sample = members[:: max(len(members) // _SAMPLE, 1)]
    return factorize(rows.determinants[name][sample]).size > MOST_SHARED


def _own(
    book: TariffBook, rows: UsageRows, keys: Factorized, members: RowNumbers, own: Sequence[str]
) -> Iterator[Owned | RowNumbers]:
    """Layouts for `members`, by all but their `own` numbers; or those that are to be rated by themselves."""
    found: dict[Hashable, OwnNumbers] = {}
    parts: dict[Hashable, list[RowNumbers]] = {}
    for places in _parts(keys.codes, keys.size):
        numbers = _own_numbers(book, rows, members[places], own)
        if numbers is None:
            yield members[places]
            continue
        found.setdefault(numbers.sign, numbers)
        parts.setdefault(numbers.sign, []).append(members[places])
    for sign, numbers in found.items():
        yield from numbers.layouts(np.concatenate(parts[sign]))


def _refused(
    book: TariffBook,
    rows: UsageRows,
    frames: Factorized,
    shared: Sequence[str],
    left: Sequence[RowNumbers],
    own: Mapping[str, bool],
) -> Generator[Group, None, list[RowNumbers]]:
    """Groups of those that are `left` and can be refused together; returns those that cannot."""
    if not left:
        return []
    members = np.concatenate(left)
    still: list[RowNumbers] = []
    for part in refused_alike(book, rows, members, _keys(rows, frames, members, shared), own):
        if part.message is None:
            still.append(part.members)
        else:
            yield Group(part.members, part.message)
    return [np.concatenate(still)] if still else []


def _own_numbers(
    book: TariffBook, rows: UsageRows, members: RowNumbers, own: Sequence[str]
) -> OwnNumbers | None:
    """None where no row of the first few can stand for all, or none for columns."""
    for row in members[:_CANDIDATES].tolist():
        if any(changes_within(str(rows.determinants[name][row])) for name in own):
            continue  # its slices are its own; columns leave all of its kind to be rated by themselves
        try:
            request = rows.request(row)
            return OwnNumbers(book, rows, book.slices(request), own, frame=bill_frame(request))
        except Refusal:
            continue
        except NotOverColumns:
            break
    return None


def _alike(book: TariffBook, rows: UsageRows, keys: Factorized, members: RowNumbers) -> Iterator[Group]:
    """Groups of `members`, whose keys `keys` are.

    Rows whose slices are as long, of the same versions and with the same values share a layout.
    """
    groups: dict[Hashable, int] = {}
    served: list[ColumnLayout | Plan | str] = []
    group_of_key = np.zeros(keys.size, dtype=np.int64)
    for key, row in enumerate(members[keys.first_rows].tolist()):
        found: ColumnLayout | Plan | str | None = None
        try:
            request = rows.request(row)
            slices = book.slices(request)
            sign: Hashable = (bill_frame(request), *_sign(slices))
            if sign not in groups:
                layout = layout_for(slices, request)
                found = layout if has_steps(layout) else layout.plan()
        except Refusal as refusal:
            sign = found = refusal.message
        if sign not in groups and found is not None:
            groups[sign] = len(served)
            served.append(found)
        group_of_key[key] = groups[sign]
    parts = _parts(group_of_key[keys.codes], len(served))
    yield from (Group(members[part], found) for part, found in zip(parts, served, strict=True))


def _sign(slices: list[Slice]) -> Iterator[Hashable]:
    return ((piece.period.days, piece.version.reference, *alike_values(piece.values)) for piece in slices)


def _parts(codes: Codes, size: int) -> list[RowNumbers]:
    """For each code below `size` the places where it stands, rising."""
    if size <= 1:
        return [np.arange(len(codes))] * size
    narrow: Any = codes.astype(np.uint16) if size <= 2**16 else codes  # sixteen bits are sorted by digit
    order = np.argsort(narrow, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=size))[:-1])
