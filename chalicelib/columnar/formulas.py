"""Formulas over columns: what `compile_expression` computes for one agreement, for many at once.

Where a formula refuses a row, the row is *bad*: whoever asked rates it by itself, and is told why.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from chalicelib.columnar.exact import Mask, negated
from chalicelib.columnar.figures import Figure, Figures
from chalicelib.columnar.rationals import Rationals
from chalicelib.domain.tariffs.amounts import BEYOND_MEASURE, Formula
from chalicelib.domain.tariffs.arithmetic import places_of, scaled
from chalicelib.domain.tariffs.determinants import Value, table_key
from chalicelib.domain.tariffs.expressions.syntax import (
    Arithmetic,
    Choice,
    Comparison,
    End,
    Expression,
    Extreme,
    Inversion,
    Junction,
    Logic,
    Name,
    Negation,
    Number,
    Relation,
    Rounded,
    Sign,
    Text,
)

ColumnValue: TypeAlias = Value | Figures | Mask
ColumnValues: TypeAlias = Mapping[str, ColumnValue]
_Result: TypeAlias = Rationals | Mask | str
# Far beyond any rate, and well within what one agreement's formula may come to on the way.
_MOST = 2**400


def figure_of(value: ColumnValue) -> Figure:
    """`value`, which a sound tariff has made sure is a number."""
    assert isinstance(value, Decimal | Figures), f"{value!r} is no number"
    return value


class NotOverColumns(Exception):
    """A formula, or a charge, has a form that only single rows are rated for."""


def evaluate_formula(formula: Formula, values: ColumnValues) -> tuple[Figures | Mask | str, Mask]:
    """What `formula` comes to, rounded, and the rows that are bad. Raises NotOverColumns."""
    evaluation = _Evaluation(values)
    result, bad = evaluation.value(formula.expression)
    if not isinstance(result, Rationals):
        return result, bad
    beyond = Rationals.of(Fraction(BEYOND_MEASURE))
    bad = bad | negated(result.less(beyond) & beyond.opposite().less(result))
    result = result.where(negated(bad), Rationals(0))
    places = places_of(formula.step)
    count = scaled(formula.step, places=places)
    counts = result.multiples(Fraction(formula.step), rule=formula.rule)
    figures, too_long = (Figures(counts, places) * count).kept()
    return figures, bad | too_long


class _Evaluation:
    """One walk over an expression. Everything comes with the rows that are bad."""

    def __init__(self, values: ColumnValues) -> None:
        self._values = values

    def value(self, expression: Expression) -> tuple[_Result, Mask]:
        match expression:
            case Text(value):
                return table_key(value), False
            case Name(name):
                return _named(self._values[name]), False
            case Choice():
                return self._chosen(expression)
            case Comparison() | Logic() | Inversion():
                return self._truth(expression)
            case _:
                return self._number(expression)

    def _number(self, expression: Expression) -> tuple[Rationals, Mask]:
        result, bad = self._arithmetic(expression)
        if result.size > _MOST:
            return Rationals(0), True
        return result, bad

    def _arithmetic(self, expression: Expression) -> tuple[Rationals, Mask]:
        match expression:
            case Number(value):
                return Rationals.of(Fraction(value)), False
            case Negation(operand):
                inner, bad = self._number(operand)
                return inner.opposite(), bad
            case Arithmetic(sign, left, right):
                return _computed(sign, self._number(left), self._number(right))
            case Extreme(end, of):
                found, bad = self._number(of[0])
                for part in of[1:]:
                    other, worse = self._number(part)
                    nearer = other.less(found) if end is End.MIN else found.less(other)
                    found, bad = other.where(nearer, found), bad | worse
                return found, bad
            case Rounded(value, places, rule):
                inner, bad = self._number(value)
                step = Fraction(10) ** -places
                return Rationals.of(step).times(Rationals(inner.multiples(step, rule=rule))), bad
            case _:
                result, bad = self.value(expression)
                if not isinstance(result, Rationals):
                    raise NotOverColumns
                return result, bad

    def _truth(self, expression: Expression) -> tuple[Mask, Mask]:
        match expression:
            case Comparison():
                return self._compared(expression)
            case Logic(junction, left, right):
                one, bad = self._truth(left)
                two, worse = self._truth(right)
                if junction is Junction.AND:
                    return one & two, bad | (worse & one)
                return one | two, bad | (worse & negated(one))
            case Inversion(operand):
                inner, bad = self._truth(operand)
                return negated(inner), bad
            case _:
                result, bad = self.value(expression)
                if isinstance(result, Rationals | str):
                    raise NotOverColumns
                return result, bad

    def _compared(self, expression: Comparison) -> tuple[Mask, Mask]:
        (one, bad), (two, worse) = self.value(expression.left), self.value(expression.right)
        bad = bad | worse
        if not isinstance(one, Rationals) or not isinstance(two, Rationals):
            if isinstance(one, Rationals) or isinstance(two, Rationals):
                raise NotOverColumns
            alike: Mask = one == two
            return (alike if expression.relation is Relation.EQUAL else negated(alike)), bad
        match expression.relation:
            case Relation.LESS:
                return one.less(two), bad
            case Relation.AT_LEAST:
                return negated(one.less(two)), bad
            case Relation.MORE:
                return two.less(one), bad
            case Relation.AT_MOST:
                return negated(two.less(one)), bad
            case Relation.EQUAL:
                return one.equal(two), bad
            case Relation.UNEQUAL:
                return negated(one.equal(two)), bad

    def _chosen(self, expression: Choice) -> tuple[_Result, Mask]:
        holds, bad = self._truth(expression.condition)
        then, worse = self.value(expression.then)
        otherwise, worst = self.value(expression.otherwise)
        bad = bad | (worse & holds) | (worst & negated(holds))
        if isinstance(holds, bool):
            return (then if holds else otherwise), bad
        if isinstance(then, Rationals) and isinstance(otherwise, Rationals):
            return then.where(holds, otherwise), bad
        if isinstance(then, Rationals | str) or isinstance(otherwise, Rationals | str):
            raise NotOverColumns
        return (holds & then) | (negated(holds) & otherwise), bad


def _named(value: ColumnValue) -> _Result:
    if isinstance(value, Figures):
        return Rationals.of(value)
    if isinstance(value, Decimal):
        return Rationals.of(Fraction(value))
    if isinstance(value, tuple):
        raise NotOverColumns
    return value


def _computed(
    sign: Sign, left: tuple[Rationals, Mask], right: tuple[Rationals, Mask]
) -> tuple[Rationals, Mask]:
    (one, bad), (two, worse) = left, right
    bad = bad | worse
    match sign:
        case Sign.PLUS:
            return one.plus(two), bad
        case Sign.MINUS:
            return one.plus(two.opposite()), bad
        case Sign.TIMES:
            return one.times(two), bad
        case Sign.OVER:
            quotients, none = one.over(two)
            return quotients, bad | none
