"""Usage as a gauge measures it, over columns: in billing steps, rounded once, spread over slices."""

from __future__ import annotations

from fractions import Fraction

from chalicelib.columnar.exact import Array, Column, add, apportion, product
from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.gauge import Gauge


def spread(gauge: Gauge, counts: Array, rows: UsageRows) -> list[Column]:
    """For every slice the scaled count of what `counts` of `rows`, none negative, come to on it."""
    factor = gauge.terms.steps_per(rows.unit) / 10**rows.places
    steps = product(counts, Fraction(factor), rule=gauge.terms.rounding)
    return [product(part, gauge.step_scaled, rule=RoundingRule.DOWN) for part in _parts(steps, gauge)]


def _parts(steps: Column, gauge: Gauge) -> list[Column]:
    if len(gauge.weights) == 1:
        return [steps]
    if len(gauge.weights) == 2:
        share = Fraction(gauge.weights[0], sum(gauge.weights))
        first = product(steps, share, rule=RoundingRule.HALF_UP)
        return [first, add(steps, -first)]
    return apportion(steps, weights=gauge.weights)
