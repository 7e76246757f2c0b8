"""What a metered charge makes of the metered quantity before it is priced, over columns."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.columnar.exact import Column, add, greater, lesser, multiple, product
from chalicelib.columnar.figures import Figure, rated
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.arithmetic import scaled
from chalicelib.domain.tariffs.charges.charge import Placement
from chalicelib.domain.tariffs.charges.quantity import PLAIN, QuantityTerms


def measured(terms: QuantityTerms[Figure], place: Placement[Column], count: Column) -> Column:
    """The scaled counts that are priced, as `QuantityTerms.measured` makes them of one."""
    if terms == PLAIN:
        return count
    bounds = iter(place.bounds)
    instead, at_most, at_least, included = (
        None if figure is None else next(bounds)
        for figure in (terms.instead, terms.at_most, terms.at_least, terms.included)
    )
    if instead is not None:
        count = instead
    if terms.share is not None:
        count = rated(count, terms.share, Fraction(1, 100 * place.step), rule=RoundingRule.HALF_UP)
        count = product(count, place.step, rule=RoundingRule.HALF_UP)
    if at_most is not None:
        count = lesser(count, at_most)
    if at_least is not None:
        count = greater(count, at_least)
    if included is not None:
        count = greater(add(count, -included), 0)
    if terms.multiple is not None:
        count = multiple(count, scaled(terms.multiple, places=place.places), rule=terms.rule)
    return count
