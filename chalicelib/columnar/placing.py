"""A layout for rows with figures of their own: that of one row, with columns in the place of its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.exact import Column, Mask, apportion, multiply, product, total, where
from chalicelib.columnar.figures import Figure, Figures
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.arithmetic import scaled
from chalicelib.domain.tariffs.charges.charge import Placement, Terms
from chalicelib.domain.tariffs.charges.spread import BoundSpread, FixedSpread
from chalicelib.domain.tariffs.gauge import Gauge
from chalicelib.domain.tariffs.plan import Layout, Placed

ColumnLayout: TypeAlias = Layout[Figure, Column]
"""A layout whose figures are those of all rows, or columns; one row's own layout is one as well."""


def placed_over(
    layout: ColumnLayout, own: Mapping[tuple[int, str], Terms[Figure]], *, places: int
) -> ColumnLayout:
    """`layout`, counts scaled by `places`, with the terms of `own` (by first slice and code) placed in it."""
    gauge = layout.gauge
    if gauge is not None:
        gauge = Gauge(terms=gauge.terms, weights=gauge.weights, places=places)
    step = 1 if gauge is None else gauge.step_scaled
    placed = []
    for terms, place in layout.placed:
        terms = own.get((place.slices.start, terms.head.code), terms)
        bounds = tuple(bound_part(place.spread, bound, places=places, step=step) for bound in terms.bounds)
        fixed_minor = place.fixed_minor
        if place.fixed is not None and isinstance(terms.fixed, Figures):
            fixed_minor = fixed_part(place.fixed, terms.fixed)
        here = replace(place, places=places, step=step, bounds=bounds, fixed_minor=fixed_minor)
        placed.append(Placed(terms, here))
    return Layout(layout.currency, gauge, tuple(placed), layout.tariffs)


def placed_on(place: Placement[Column], bounds: Sequence[Column]) -> Placement[Column]:
    """`place` with other bounds."""
    return replace(place, bounds=tuple(bounds))


def fixed_part(spread: FixedSpread, fixed: Figure) -> Column:
    """`spread.part` of the amounts `fixed`."""
    if isinstance(fixed, Decimal):
        return spread.part(fixed)
    factor = Fraction(sum(spread.days), spread.over) * Fraction(10) ** (spread.exponent - fixed.places)
    total_minor = product(fixed.counts, factor, rule=spread.rule)
    return apportion(total_minor, weights=spread.days)[spread.place] if len(spread.days) > 1 else total_minor


def bound_part(spread: BoundSpread, bound: Figure, *, places: int, step: int) -> Column:
    """`spread.part` of the bounds `bound`, scaled by `places`."""
    if isinstance(bound, Decimal):
        return spread.part(scaled(bound, places=places), step=step)
    count = bound.at(places)
    if isinstance(count, int):
        return spread.part(count, step=step)
    if spread.whole is not None:
        share = Fraction(spread.whole.numerator, spread.whole.denominator * step)
        count = multiply(product(count, share, rule=RoundingRule.HALF_UP), step)
    if not spread.is_split:
        return count
    whole: Mask = count % step == 0
    by_step, by_one = (_split(spread, count, of=of) for of in (step, 1))
    return where(whole, by_step, by_one)


def _split(spread: BoundSpread, count: Column, *, of: int) -> Column:
    parts = apportion(product(count, Fraction(1, of), rule=RoundingRule.DOWN), weights=spread.days)
    return multiply(total(parts[spread.first : spread.stop]), of)


def alike(one: Any, other: Any) -> Mask:
    """Where two terms, or parts of them, are equal."""
    if isinstance(one, Figures | Decimal) and isinstance(other, Figures | Decimal):
        return Figures.of(one).equal(Figures.of(other))
    if type(one) is not type(other):
        return False
    if isinstance(one, tuple) and len(one) == len(other):
        pairs = list(zip(one, other, strict=True))
    elif is_dataclass(one):
        pairs = [(getattr(one, field.name), getattr(other, field.name)) for field in fields(one)]
    else:
        return bool(one == other)
    found: Mask = True
    for left, right in pairs:
        found = found & alike(left, right)
    return found


def taken(terms: Terms[Figure], rows: NDArray[np.intp]) -> Terms[Figure]:
    """The terms of some of their rows."""
    found: Terms[Figure] = _taken(terms, rows)
    return found


def _taken(part: Any, rows: NDArray[np.intp]) -> Any:
    if isinstance(part, Figures):
        return part.take(rows)
    if type(part) is tuple:
        return tuple(_taken(one, rows) for one in part)
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{f.name: _taken(getattr(part, f.name), rows) for f in fields(part)})
    return part


def places_needed(terms: Terms[Figure], rows: int) -> Column:
    """For every row the digits after the point that the quantities of `terms` need."""
    found: Column = np.zeros(rows, dtype=np.int64)
    for figure in (*terms.bounds, *terms.grains):
        found = np.maximum(found, Figures.of(figure).places_needed())
    return found
