"""Formulas that may depend on tables, the tables lifted out of them.

A tariff document has tables of formulas, and no formulas of tables: `0.62 * factor[month] * area` becomes a
table by month of `0.62 * 0.4 * area`, `0.62 * 0.5 * area`, …
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.file import At
from chalicelib.tariff_documents.owrs.formulas import Figure, Formula, Name, Operation, Rounded

Key: TypeAlias = tuple[str, ...]

_MOST_ROWS = 2_000


class NotExpressible(Refusal):
    """A class says something that no tariff document can say; `at` is where, if known."""

    def __init__(self, message: str, *, at: At | None = None) -> None:
        super().__init__(message)
        self.at = at


@dataclass(frozen=True, slots=True)
class Lifted:
    """A formula for each key of the determinants `by`; without any, one under the empty key."""

    by: Key
    rows: Mapping[Key, Formula]

    @property
    def single(self) -> Formula | None:
        """The formula, where it depends on no table."""
        return None if self.by else self.rows[()]

    @property
    def is_zero(self) -> bool:
        return all(row == ZERO for row in self.rows.values())

    @property
    def is_constant(self) -> bool:
        """Whether it is a figure, or a table of figures."""
        return all(isinstance(row, Figure) for row in self.rows.values())


ZERO, ONE = Figure(Fraction(0)), Figure(Fraction(1))


def plain(formula: Formula) -> Lifted:
    """`formula`, which depends on no table."""
    return Lifted((), {(): formula})


NOTHING, UNIT = plain(ZERO), plain(ONE)


def mapped(value: Lifted, change: Callable[[Formula], Formula]) -> Lifted:
    """`value` with each of its formulas changed."""
    return Lifted(value.by, {key: change(row) for key, row in value.rows.items()})


def joined(left: Lifted, right: Lifted, join: Callable[[Formula, Formula], Formula]) -> Lifted:
    """Both in one: a row for each pair of rows that agree in the determinants they share.

    Raises NotExpressible where that makes a table no one would read.
    """
    added = [place for place, name in enumerate(right.by) if name not in left.by]
    shared = [(left.by.index(name), place) for place, name in enumerate(right.by) if name in left.by]
    rows: dict[Key, Formula] = {}
    for key, row in left.rows.items():
        for other, with_ in right.rows.items():
            if all(key[mine] == other[theirs] for mine, theirs in shared):
                rows[(*key, *(other[place] for place in added))] = join(row, with_)
        if len(rows) > _MOST_ROWS:
            raise NotExpressible(f"tables multiply to more than {_MOST_ROWS:,} rows")
    if not rows:
        raise NotExpressible(f"tables by {', '.join({*left.by, *right.by})} have no key in common")
    return Lifted((*left.by, *(right.by[place] for place in added)), rows)


def total(values: Iterable[Lifted]) -> Lifted:
    """The sum of `values`."""
    result = NOTHING
    for value in values:
        result = joined(result, value, plus)
    return result


def plus(left: Formula, right: Formula) -> Formula:
    """`left + right`, worked out where both are figures."""
    if isinstance(left, Figure) and isinstance(right, Figure):
        return Figure(left.value + right.value)
    if left == ZERO:
        return right
    return left if right == ZERO else Operation("+", left, right)


def minus(left: Formula, right: Formula) -> Formula:
    """`left - right`, worked out where both are figures."""
    if isinstance(left, Figure) and isinstance(right, Figure):
        return Figure(left.value - right.value)
    return left if right == ZERO else Operation("-", left, right)


def times(left: Formula, right: Formula) -> Formula:
    """`left * right`, worked out where both are figures; by 1/748 becomes over 748."""
    if isinstance(left, Figure) and isinstance(right, Figure):
        return Figure(left.value * right.value)
    if ZERO in (left, right):
        return ZERO
    if left == ONE:
        return right
    if right == ONE:
        return left
    if isinstance(right, Figure) and right.value.numerator == 1:
        return Operation("/", left, Figure(Fraction(right.value.denominator)))
    return Operation("*", left, right)


def over(left: Formula, right: Formula) -> Formula:
    """`left / right`, worked out where both are figures. Raises NotExpressible for a division by zero."""
    if right == ZERO:
        raise NotExpressible("it divides by zero")
    if isinstance(left, Figure) and isinstance(right, Figure):
        return Figure(left.value / right.value)
    return left if right == ONE else Operation("/", left, right)


def rounded(value: Formula) -> Formula:
    """`round(value)`, worked out where it is a figure."""
    return Figure(Fraction(round(value.value))) if isinstance(value, Figure) else Rounded(value)


def is_short(formula: Formula) -> bool:
    """Whether `formula` is a figure or a name: nothing that deserves a name of its own."""
    return isinstance(formula, Figure | Name)
