"""One layout over a column of usages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import numpy as np

from chalicelib.columnar.exact import Array, Column, add, column_of
from chalicelib.columnar.rows import UsageRows
from chalicelib.columnar.spread import spread
from chalicelib.columnar.steps import step_of
from chalicelib.domain.tariffs.plan import Layout

# For every charge by code, what each row is charged, in minor units.
Amounts: TypeAlias = dict[str, Column]
# Rows evaluated together: a dozen columns of so many stay in the processor's cache.
BLOCK = 16_384


def evaluate(layout: Layout, counts: Array, rows: UsageRows) -> Iterator[tuple[slice, Amounts]]:
    """What `counts` of usage of `rows` are charged, block by block.

    No count is negative; where the layout has no gauge they are ignored. A charge of a kind that has no
    step over columns is rated itemised, one usage after the other, and all beside it.
    """
    steps = [step_of(terms) for terms, _ in layout.placed]
    if None in steps:
        yield slice(0, len(counts)), _one_by_one(layout, counts, rows)
        return
    for start in range(0, len(counts), BLOCK):
        block = slice(start, min(start + BLOCK, len(counts)))
        usage = [] if layout.gauge is None else spread(layout.gauge, counts[block], rows)
        totals: list[Column] = []
        for step, (terms, place) in zip(steps, layout.placed, strict=True):
            totals.append(step(terms, place, usage, totals))  # type: ignore[misc]
        yield block, _by_charge(layout, totals)


def _by_charge(layout: Layout, totals: list[Column]) -> Amounts:
    found: Amounts = {}
    for (terms, _), total in zip(layout.placed, totals, strict=True):
        code = terms.head.code
        found[code] = add(found[code], total) if code in found else total
    return found


def _one_by_one(layout: Layout, counts: Array, rows: UsageRows) -> Amounts:
    plan = layout.plan()
    usages, places = np.unique(counts, return_inverse=True)
    found = {code: [0] * len(usages) for code in dict.fromkeys(terms.head.code for terms, _ in layout.placed)}
    for place, usage in enumerate(usages.tolist()):
        for line in plan.rate(rows.quantity(usage)).lines:
            found[line.charge][place] += line.amount_minor
    return {code: column_of(amounts)[places] for code, amounts in found.items()}
