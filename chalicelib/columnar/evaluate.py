"""One layout over a column of usages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from chalicelib.columnar.exact import Array, Column, add, column_of
from chalicelib.columnar.placing import ColumnLayout
from chalicelib.columnar.rows import UsageRows
from chalicelib.columnar.spread import spread
from chalicelib.columnar.steps import step_of
from chalicelib.domain.tariffs.plan import Plan

# For every charge by code, what each row is charged, in minor units.
Amounts: TypeAlias = dict[str, Column]
# Rows evaluated together: a dozen columns of so many stay in the processor's cache.
BLOCK = 16_384


def evaluate(layout: ColumnLayout, counts: Array, rows: UsageRows) -> Iterator[tuple[slice, Amounts]]:
    """What `counts` of usage of `rows` are charged, block by block; `layout` has a step for all its terms.

    No count is negative; where the layout has no gauge they are ignored.
    """
    steps = [(step_of(terms), terms, place) for terms, place in layout.placed]
    for start in range(0, len(counts), BLOCK):
        block = slice(start, min(start + BLOCK, len(counts)))
        usage = [] if layout.gauge is None else spread(layout.gauge, counts[block], rows)
        totals: list[Column] = []
        for step, terms, place in steps:
            totals.append(step(terms, place, usage, totals))
        yield block, _by_charge(layout, totals)


def itemised(plan: Plan, counts: Array, rows: UsageRows) -> Amounts:
    """The same of a plan, one different usage after the other: what is due, by charge."""
    usages, places = np.unique(counts, return_inverse=True)
    found: dict[str, list[int]] = {}
    for place, usage in enumerate(usages.tolist()):
        for line in plan.rate(rows.quantity(usage)).lines:
            found.setdefault(line.charge, [0] * len(usages))[place] += line.amount_minor
    return {code: column_of(amounts)[places] for code, amounts in found.items()}


def _by_charge(layout: ColumnLayout, totals: list[Column]) -> Amounts:
    found: Amounts = {}
    for (terms, _), total in zip(layout.placed, totals, strict=True):
        code = terms.head.code
        found[code] = add(found[code], total) if code in found else total
    return found
