"""The steps of a plan over columns: for each kind of terms, the amounts of all rows at once.

A kind without a step here is no fault: its layouts are rated one usage after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any, TypeAlias

from chalicelib.columnar.exact import (
    Column,
    add,
    apportion,
    greater,
    lesser,
    multiple,
    total,
    where,
)
from chalicelib.columnar.figures import Figure, rated
from chalicelib.columnar.measure import measured
from chalicelib.columnar.placing import ColumnLayout, bound_part, fixed_part, placed_on
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.arithmetic import minor
from chalicelib.domain.tariffs.charges.base import Base
from chalicelib.domain.tariffs.charges.charge import Placement, Terms
from chalicelib.domain.tariffs.charges.discount import DiscountTerms
from chalicelib.domain.tariffs.charges.minimum_charge import MinimumTerms
from chalicelib.domain.tariffs.charges.one_off_charge import OneOffTerms
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitTerms
from chalicelib.domain.tariffs.charges.percent_charge import PercentTerms
from chalicelib.domain.tariffs.charges.rounding_charge import RoundingTerms
from chalicelib.domain.tariffs.charges.service_charge import ServiceTerms
from chalicelib.domain.tariffs.charges.stepped_charge import SteppedTerms, StepTerms
from chalicelib.domain.tariffs.charges.tiered_charge import TieredTerms

Columns: TypeAlias = Sequence[Column]
Place: TypeAlias = Placement[Column]
# (terms of one kind, their place, usage by slice, totals by stretch so far) → amounts in minor units
ColumnStep: TypeAlias = Callable[[Any, Place, Columns, Columns], Column]


def has_steps(layout: ColumnLayout) -> bool:
    """Whether there is a step for every kind of terms in it."""
    return all(type(terms) in _STEPS for terms, _ in layout.placed)


def step_of(terms: Terms[Figure]) -> ColumnStep:
    """The step of terms of this kind, which has one."""
    return _STEPS[type(terms)]


def _service(_terms: ServiceTerms[Figure], place: Place, _usage: Columns, _totals: Columns) -> Column:
    return place.fixed_minor


def _per_unit(terms: PerUnitTerms[Figure], place: Place, usage: Columns, _totals: Columns) -> Column:
    count = measured(terms.quantity, place, _take(usage, place))
    return _price(count, terms.rate, place, terms.head.rounding)


def _tiered(terms: TieredTerms[Figure], place: Place, usage: Columns, _totals: Columns) -> Column:
    count = measured(terms.quantity, place, _take(usage, place))
    edges = list(accumulate((0, *place.bounds[len(terms.quantity.bounds) :]), greater))
    amount: Column = 0
    for lower, upper, tier in zip(edges, [*edges[1:], None], terms.tiers, strict=True):
        part = count if upper is None else lesser(count, upper)
        part = greater(add(part, -lower), 0)
        amount = add(amount, _price(part, tier.rate, place, terms.head.rounding))
    return amount


def _stepped(terms: SteppedTerms[Figure], place: Place, usage: Columns, _totals: Columns) -> Column:
    """What every step comes to, and of these that of the step which the whole usage reaches."""
    spread, places = place.period_spread, place.places
    bounds = [bound_part(spread, bound, places=places, step=place.step) for bound in terms.bounds]
    whole = measured(terms.quantity, placed_on(place, bounds), total(usage))
    uppers = list(accumulate((0, *terms.uppers(bounds)), greater))[1:]
    count = _take(usage, place)
    found = []
    for step, (quantity, own) in zip(terms.steps, terms.quantities(place.bounds), strict=True):
        amount = _step_amount(terms, step, place)
        if step.rate is not None:
            priced = measured(quantity, placed_on(place, own), count)
            amount = add(amount, _price(priced, step.rate, place, terms.head.rounding))
        found.append(amount)
    reached = found[-1]
    for upper, amount in reversed(list(zip(uppers, found, strict=False))):
        reached = where(whole <= upper, amount, reached)
    return reached


def _step_amount(terms: SteppedTerms[Figure], step: StepTerms[Figure], place: Place) -> Column:
    if step.amount is None:
        return 0
    assert place.fixed is not None, "terms with amounts by usage have a spread of them"
    return fixed_part(place.fixed, step.amount * (1 if terms.count is None else terms.count))


def _percent(terms: PercentTerms[Figure], place: Place, _usage: Columns, totals: Columns) -> Column:
    amount = rated(_base(totals, place.on), terms.percent, Fraction(1, 100), rule=terms.head.rounding)
    return amount if terms.cap is None else lesser(amount, place.fixed_minor)


def _minimum(_terms: MinimumTerms[Figure], place: Place, _usage: Columns, totals: Columns) -> Column:
    return greater(add(place.fixed_minor, -_base(totals, place.on)), 0)


def _discount(terms: DiscountTerms[Figure], place: Place, _usage: Columns, totals: Columns) -> Column:
    base = greater(_base(totals, place.on), 0)
    most = base if terms.limit is None else lesser(base, place.fixed_minor)
    if terms.percent is None:
        return -lesser(place.fixed_minor, most)
    return -lesser(rated(base, terms.percent, Fraction(1, 100), rule=terms.head.rounding), most)


def _one_off(terms: OneOffTerms, place: Place, _usage: Columns, _totals: Columns) -> Column:
    amount: int = sum(line.amount_minor for line in terms.lines(place))
    return amount


def _rounding(terms: RoundingTerms, place: Place, _usage: Columns, totals: Columns) -> Column:
    rule = terms.head.rounding
    to_minor = max(minor(terms.to, exponent=place.exponent, rule=rule), 1)
    base = _base(totals, place.on)
    return add(multiple(base, to_minor, rule=rule), -base)


_STEPS: dict[type[Terms[Figure]], ColumnStep] = {
    ServiceTerms: _service,
    PerUnitTerms: _per_unit,
    TieredTerms: _tiered,
    SteppedTerms: _stepped,
    PercentTerms: _percent,
    MinimumTerms: _minimum,
    DiscountTerms: _discount,
    OneOffTerms: _one_off,
    RoundingTerms: _rounding,
}


def _take(usage: Columns, place: Place) -> Column:
    """The usage of the stretch."""
    return total([usage[piece] for piece in place.slices])


def _base(totals: Columns, base: Base) -> Column:
    """The amounts of the stretches that `base` names, those that reach beyond with their share."""
    found = [totals[index] for index in base.whole]
    for stretch, days, first, stop in base.shares:
        found += apportion(totals[stretch], weights=days)[first:stop]
    return total(found)


def _price(count: Column, rate: Figure, place: Place, rule: RoundingRule) -> Column:
    return rated(count, rate, Fraction(10) ** (place.exponent - place.places), rule=rule)
