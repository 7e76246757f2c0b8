"""Expressions compiled to functions of an agreement's values, exact over fractions.

An expression whose kinds were checked (`check_kinds`) never raises UnfitValue.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias, TypeVar

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.determinants import Value, Values, table_key
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
    to_text,
)

Result: TypeAlias = Fraction | bool | str
Compiled: TypeAlias = Callable[[Values], Result]
_Any = TypeVar("_Any")

# Exact fractions grow with every product. Far more digits than any rate has only serve to exhaust memory.
_MOST_BITS = 1_000


class DivisionByZero(Refusal):
    """A formula divides by a number that is zero for this agreement."""


class BeyondMeasure(Refusal):
    """A formula's exact result has hundreds of digits."""


class UnfitValue(Refusal):
    """A formula computes with a value that is not of the kind it needs."""


def compile_expression(expression: Expression) -> Compiled:
    """A function giving what `expression` comes to for an agreement's values.

    A number is a Fraction, a truth a bool, a text as tables look it up. The function raises DivisionByZero,
    BeyondMeasure, UnfitValue, and KeyError for a name that is not among the values. Raises UnfitValue where
    parts can never fit together.
    """
    match expression:
        case Text(value):
            text = table_key(value)
            return lambda _values: text
        case Name(name):
            return lambda values: _result(values[name])
        case Choice(condition, then, otherwise):
            return _if(_truth(condition), compile_expression(then), compile_expression(otherwise))
        case Comparison() | Logic() | Inversion():
            return _truth(expression)
        case _:
            return _number(expression)


_Number: TypeAlias = Callable[[Values], Fraction]
_Truth: TypeAlias = Callable[[Values], bool]

_ORDERS: dict[Relation, Callable[[Fraction, Fraction], bool]] = {
    Relation.LESS: operator.lt,
    Relation.AT_MOST: operator.le,
    Relation.MORE: operator.gt,
    Relation.AT_LEAST: operator.ge,
}


def _number(expression: Expression) -> _Number:
    match expression:
        case Number(value):
            number = Fraction(value)
            return lambda _values: number
        case Name(name):
            return _named_number(name)
        case Negation(operand):
            inner = _number(operand)
            return lambda values: -inner(values)
        case Arithmetic():
            return _arithmetic(expression)
        case Extreme(end, of):
            parts, pick = [_number(part) for part in of], (min if end is End.MIN else max)
            return lambda values: pick([part(values) for part in parts])
        case Rounded(value, places, rule):
            return _rounded(_number(value), places, rule)
        case Choice(condition, then, otherwise):
            return _if(_truth(condition), _number(then), _number(otherwise))
        case _:
            raise _unfit(expression, "a number")


def _truth(expression: Expression) -> _Truth:
    match expression:
        case Name(name):
            return _named_truth(name)
        case Comparison():
            return _comparison(expression)
        case Logic(junction, first, second):
            left, right = _truth(first), _truth(second)
            if junction is Junction.AND:
                return lambda values: left(values) and right(values)
            return lambda values: left(values) or right(values)
        case Inversion(operand):
            inner = _truth(operand)
            return lambda values: not inner(values)
        case Choice(condition, then, otherwise):
            return _if(_truth(condition), _truth(then), _truth(otherwise))
        case _:
            raise _unfit(expression, "yes or no")


def _arithmetic(expression: Arithmetic) -> _Number:
    left, right = _number(expression.left), _number(expression.right)

    def add(values: Values) -> Fraction:
        return _measured(left(values) + right(values), expression)

    def subtract(values: Values) -> Fraction:
        return _measured(left(values) - right(values), expression)

    def multiply(values: Values) -> Fraction:
        return _measured(left(values) * right(values), expression)

    def divide(values: Values) -> Fraction:
        dividend, divisor = left(values), right(values)
        if not divisor:
            raise _division_by_zero(expression)
        return _measured(dividend / divisor, expression)

    match expression.sign:
        case Sign.PLUS:
            return add
        case Sign.MINUS:
            return subtract
        case Sign.TIMES:
            return multiply
        case Sign.OVER:
            return divide


def _comparison(expression: Comparison) -> _Truth:
    relation = expression.relation
    if relation.orders:
        smaller, larger, holds = _number(expression.left), _number(expression.right), _ORDERS[relation]
        return lambda values: holds(smaller(values), larger(values))
    left, right = compile_expression(expression.left), compile_expression(expression.right)
    wanted = relation is Relation.EQUAL

    def alike(values: Values) -> bool:
        one, other = left(values), right(values)
        if type(one) is not type(other):
            raise _unfit(expression, "two values of one kind")
        return (one == other) is wanted

    return alike


def _rounded(inner: _Number, places: int, rule: RoundingRule) -> _Number:
    scale = Fraction(10) ** places
    return lambda values: to_integer(inner(values) * scale, rule=rule) / scale


def _if(
    condition: _Truth, then: Callable[[Values], _Any], otherwise: Callable[[Values], _Any]
) -> Callable[[Values], _Any]:
    return lambda values: then(values) if condition(values) else otherwise(values)


def _named_number(name: str) -> _Number:
    def number(values: Values) -> Fraction:
        value = values[name]
        if isinstance(value, bool | str | tuple):
            raise UnfitValue(f"{name} is {value!r}: a formula needs a number here", name=name)
        return Fraction(value)

    return number


def _named_truth(name: str) -> _Truth:
    def truth(values: Values) -> bool:
        value = values[name]
        if not isinstance(value, bool):
            raise UnfitValue(f"{name} is {value}: a formula needs yes or no here", name=name)
        return value

    return truth


def _result(value: Value) -> Result:
    if isinstance(value, tuple):
        raise UnfitValue("an event has no value a formula can use: only a one-off charge is due by it")
    return value if isinstance(value, bool | str) else Fraction(value)


def _measured(result: Fraction, expression: Expression) -> Fraction:
    if result.numerator.bit_length() > _MOST_BITS or result.denominator.bit_length() > _MOST_BITS:
        text = to_text(expression)
        raise BeyondMeasure(f"{text} comes to hundreds of digits: round parts of it", expression=text)
    return result


def _division_by_zero(expression: Arithmetic) -> DivisionByZero:
    text, divisor = to_text(expression), to_text(expression.right)
    return DivisionByZero(
        f"column {expression.at}: {text} cannot be computed, {divisor} is 0: say what holds then, "
        f"as in if({divisor} = 0, 0, {text})",
        expression=text,
        column=expression.at,
    )


def _unfit(expression: Expression, wanted: str) -> UnfitValue:
    text = to_text(expression)
    return UnfitValue(
        f"column {expression.at}: {text} cannot be computed: a formula needs {wanted} here", expression=text
    )
