"""Groups of rows that have numbers of their own: a winter average, a water budget, an area.

Grouped by these, every agreement would be a group of one. Here they stay columns: formulas are evaluated
over all rows, and rows share a layout when it has the same shape, whatever the figures in it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar import evaluate
from chalicelib.columnar.exact import Column, Mask, negated
from chalicelib.columnar.factorize import combine, factorize
from chalicelib.columnar.figures import Figure, Figures, read_numbers
from chalicelib.columnar.formulas import ColumnValue, NotOverColumns, evaluate_formula, figure_of
from chalicelib.columnar.placing import ColumnLayout, alike, placed_over, places_needed, taken
from chalicelib.columnar.rows import UsageRows
from chalicelib.columnar.steps import has_steps
from chalicelib.columnar.terms import applies, depends_on, terms_of
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.arithmetic import places_of
from chalicelib.domain.tariffs.charges.charge import Terms
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind, Values
from chalicelib.domain.tariffs.expressions.syntax import names_in
from chalicelib.domain.tariffs.plan import Layout, layout_for
from chalicelib.domain.tariffs.rating import TariffBook
from chalicelib.domain.tariffs.request import RatingRequest
from chalicelib.domain.tariffs.slices import Slice
from chalicelib.domain.tariffs.version import TariffVersion


class Owned(NamedTuple):
    """Rows by number, and the layout of these rows."""

    members: NDArray[np.intp]
    layout: ColumnLayout


class Part(NamedTuple):
    """A charge on one slice: where it applies, and its terms there (None: nowhere)."""

    applies: Mask
    terms: Terms[Figure] | None


class OwnNumbers:
    """Rows alike in all but the numbers `names`; `slices` are those of one of them, `frame` its bill's."""

    def __init__(
        self,
        book: TariffBook,
        rows: UsageRows,
        slices: Sequence[Slice],
        names: Sequence[str],
        *,
        frame: Hashable,
    ) -> None:
        """Raises NotOverColumns where formulas or charges have a form that columns have not."""
        self._book, self._rows, self._slices, self._frame = book, rows, slices, frame
        self._names = [_dependents(piece.version, names) for piece in slices]
        for piece, own in zip(slices, self._names, strict=True):
            _require_columns(piece.version, own, book)

    @property
    def sign(self) -> Hashable:
        """What rows have in common that these layouts serve."""
        slices = (
            (piece.period.days, piece.version.reference, *_without(alike_values(piece.values), own))
            for piece, own in zip(self._slices, self._names, strict=True)
        )
        return (self._frame, *slices)

    def layouts(self, members: NDArray[np.intp]) -> Iterator[Owned | NDArray[np.intp]]:
        """Layouts for all `members`, or those of them that are to be rated by themselves."""
        known: dict[bytes, Layout | None] = {}
        for start in range(0, len(members), evaluate.BLOCK):
            block = members[start : start + evaluate.BLOCK]
            try:
                parts, bad = self._parts(block)
            except NotOverColumns:
                yield block
            else:
                yield from self._placed(block, parts, bad, known)

    def _parts(self, members: NDArray[np.intp]) -> tuple[list[dict[str, Part]], Mask]:
        """For each slice, by code, the charges that differ from row to row on any; and the bad rows."""
        codes = {
            charge.head.code
            for piece, own in zip(self._slices, self._names, strict=True)
            for charge in piece.version.charges
            if depends_on(charge, own)
        }
        bad: Mask = self._metered(members) & (self._rows.usage[members] < 0)
        parts: list[dict[str, Part]] = []
        for piece, own in zip(self._slices, self._names, strict=True):
            values, worse = self._values(piece, own, members)
            found, worst = _parts_of(piece.version, values, codes)
            parts.append(found)
            bad = bad | worse | worst
        return parts, bad

    def _placed(
        self,
        members: NDArray[np.intp],
        parts: list[dict[str, Part]],
        bad: Mask,
        known: dict[bytes, Layout | None],
    ) -> Iterator[Owned | NDArray[np.intp]]:
        size = len(members)
        good = np.flatnonzero(np.broadcast_to(negated(bad), size))
        if len(good) < size:
            yield members[np.broadcast_to(bad, size)]
        columns = [self._metered(members), *self._shape(parts, size)]
        shapes = np.stack([np.broadcast_to(column, size)[good] for column in columns])
        shape_of = combine(map(factorize, shapes), rows=len(good))
        for shape, first in enumerate(shape_of.first_rows.tolist()):
            here = good[shape_of.codes == shape] if shape_of.size > 1 else good
            layout = self._layout(shapes[:, first].tobytes(), int(members[good[first]]), known)
            if layout is None or (layout.needs_usage and not shapes[0, first]):
                yield members[here]
                continue
            own_terms = {
                (number, code): taken(part.terms, here)
                for number, by_code in enumerate(parts)
                for code, part in by_code.items()
                if part.terms is not None
            }
            yield Owned(members[here], placed_over(layout, own_terms, places=self._places(layout, own_terms)))

    def _metered(self, members: NDArray[np.intp]) -> Mask:
        return True if self._rows.metered is None else self._rows.metered[members]

    def _values(
        self, piece: Slice, own: set[str], members: NDArray[np.intp]
    ) -> tuple[dict[str, ColumnValue], Mask]:
        """All values of the slice, those of `own` as columns, and the rows that lack or misstate some."""
        values: dict[str, ColumnValue] = {k: v for k, v in piece.values.items() if k not in own}
        declared = {determinant.name: determinant for determinant in piece.version.determinants}
        bad: Mask = False
        for name in sorted(own & set(declared), key=lambda each: declared[each].default_from is not None):
            values[name], worse = self._numbers(declared[name], values, members)
            bad = bad | worse
        for named in piece.version.formulas:
            if named.name in own:
                found, worse = evaluate_formula(named.formula, values)
                values[named.name] = found.figure if isinstance(found, Figures) else found
                bad = bad | worse
        return values, bad

    def _numbers(
        self, determinant: Determinant, values: Mapping[str, ColumnValue], members: NDArray[np.intp]
    ) -> tuple[Figures, Mask]:
        column = self._rows.determinants.get(determinant.name)
        if column is None:
            texts, found = None, Figures(np.zeros(len(members), dtype=np.int64), 0)
            bad = blank = np.full(len(members), True)
        else:
            texts = column[members]
            found, bad = read_numbers(texts, counts=determinant.kind is DeterminantKind.COUNT)
            blank = bad & (texts == "")
        if blank.any():
            instead = _default(determinant, values)
            if instead is not None:
                places = max(found.places, instead.places)
                found = Figures(np.where(blank, instead.at(places), found.at(places)), places)
                bad = bad & ~blank
        return found, bad

    def _shape(self, parts: list[dict[str, Part]], size: int) -> Iterator[Mask | Column]:
        """Columns that are equal for rows whose layouts differ in nothing but figures."""
        for by_code in parts:
            yield from (part.applies for part in by_code.values())
        if len(parts) == 1:
            return
        for (before, one), (after, other) in pairwise(zip(self._slices, parts, strict=True)):
            if before.version.code == after.version.code:
                codes = sorted(one.keys() & other.keys())
                yield from (alike(one[code].terms, other[code].terms) for code in codes)
        for one, other in combinations(parts, 2):
            for code in sorted(one.keys() & other.keys()):
                first, second = one[code].terms, other[code].terms
                if first is not None and second is not None:
                    yield alike(first.fixed, second.fixed)
                    yield alike(first.fixed_by_usage, second.fixed_by_usage)
        yield _most_places(self._slices, parts, size)

    def _layout(self, shape: bytes, row: int, known: dict[bytes, Layout | None]) -> Layout | None:
        """The layout of `row`, the first of its shape; None where it is refused, or not for columns."""
        if shape not in known:
            request = self._rows.request(row)
            try:
                layout = layout_for(self._book.slices(request), request)
            except Refusal:
                known[shape] = None
            else:
                known[shape] = layout if has_steps(layout) else None
        return known[shape]

    def _places(self, layout: Layout, own_terms: Mapping[tuple[int, str], Terms[Figure]]) -> int:
        """The scale of counts. Where the period is split, all rows of a shape need the same."""
        place = max((place.places for _, place in layout.placed), default=0)
        if layout.gauge is not None:
            place = max(place, places_of(layout.gauge.terms.step))
        if len(self._slices) > 1:
            return place
        bounds = [Figures.of(bound) for terms in own_terms.values() for bound in terms.bounds]
        return max([place, *(bound.places for bound in bounds)])


def bill_frame(request: RatingRequest) -> Hashable:
    """What a layout follows from beside the slices."""
    return request.position, request.scheduled_days


def alike_values(values: Values) -> Iterator[tuple[str, Hashable]]:
    """`values` as far as amounts follow from them: of an event not its day, which the slice has already."""
    for name, value in values.items():
        yield name, tuple(event.value for event in value) if isinstance(value, tuple) else value


def _without(values: Iterator[tuple[str, Hashable]], names: set[str]) -> Iterator[tuple[str, Hashable]]:
    return (item for item in values if item[0] not in names)


def _parts_of(
    version: TariffVersion, values: Mapping[str, ColumnValue], codes: set[str]
) -> tuple[dict[str, Part], Mask]:
    """The charges of the version that have one of `codes`; the rows that some of them refuses."""
    found: dict[str, Part] = {}
    bad: Mask = False
    for charge in version.charges:
        if charge.head.code not in codes:
            continue
        here = applies(charge, values)
        if here is False:
            found[charge.head.code] = Part(here, None)
            continue
        terms, worse = terms_of(charge, values)
        found[charge.head.code] = Part(here, terms)
        bad = bad | (here & worse)
    return found, bad


def _most_places(slices: Sequence[Slice], parts: list[dict[str, Part]], size: int) -> Column:
    most: Column = np.zeros(size, dtype=np.int64)
    for piece, by_code in zip(slices, parts, strict=True):
        if piece.version.usage is not None:
            most = np.maximum(most, places_of(piece.version.usage.step))
        for part in by_code.values():
            if part.terms is not None:
                most = np.maximum(most, np.where(part.applies, places_needed(part.terms, size), 0))
    return most


def _default(determinant: Determinant, values: Mapping[str, ColumnValue]) -> Figures | None:
    """What stands for a blank: None where nothing does."""
    if determinant.default is not None:
        return Figures.of(figure_of(determinant.read(determinant.default)))
    if determinant.default_from is not None:
        return Figures.of(figure_of(values[determinant.default_from]))
    return None


def _dependents(version: TariffVersion, names: Sequence[str]) -> set[str]:
    """`names`, and what the version takes or works out from them."""
    declared = {determinant.name for determinant in version.determinants}
    found = {name for name in names if name in declared}
    found.update(one.name for one in version.determinants if one.default_from in found)
    for named in version.formulas:
        if found & set(names_in(named.formula.expression)):
            found.add(named.name)
    return found


def _require_columns(version: TariffVersion, own: set[str], book: TariffBook) -> None:
    for determinant in version.determinants:
        condition = book.conditions.get(determinant.name)
        if condition is not None and condition.by in own:
            raise NotOverColumns
        numeric = determinant.kind in (DeterminantKind.COUNT, DeterminantKind.NUMBER)
        if determinant.name in own and not (numeric and determinant.source.of_agreement):
            raise NotOverColumns
