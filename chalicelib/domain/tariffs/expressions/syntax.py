"""Expressions as trees: what a formula of a tariff says, before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeAlias, cast

from chalicelib.domain.kernel.rounding import RoundingRule

PLACES = range(-6, 13)
"""Decimal places a formula can round to; below zero: tens, hundreds, …"""


class Sign(StrEnum):
    """What is done to two numbers."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


class Relation(StrEnum):
    """How two values are compared. Texts are equal or not; only numbers have an order."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "="
    UNEQUAL = "!="

    @property
    def orders(self) -> bool:
        return self not in (Relation.EQUAL, Relation.UNEQUAL)


class Junction(StrEnum):
    """How two truths are joined. The right one is only looked at where the left one leaves it open."""

    AND = "and"
    OR = "or"


class End(StrEnum):
    """Which of several numbers is taken."""

    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Node:
    """A part of an expression. `at` is its column in the text, from 1 (an operation's is its sign's).

    Where it stands makes no difference to what it says: `at` is no part of equality.
    """

    at: int = field(default=0, kw_only=True, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written, never below zero: a sign before it is a Negation."""

    value: Decimal

    def __post_init__(self) -> None:
        if not self.value.is_finite() or self.value.is_signed():
            raise ValueError(f"{self.value} is not written in digits: put a Negation around its opposite")


@dataclass(frozen=True, slots=True)
class Text(Node):
    """A text in quotes, to compare a choice with."""

    value: str

    def __post_init__(self) -> None:
        if "\n" in self.value or {'"', "'"} <= set(self.value):
            raise ValueError(f"{self.value!r} cannot be quoted: it has both quotes, or more than one line")


@dataclass(frozen=True, slots=True)
class Name(Node):
    """The value of a determinant, or of a formula that has a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-operand`"""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left + right`, and so on."""

    sign: Sign
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left < right`, and so on."""

    relation: Relation
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Extreme(Node):
    """`min(…)` or `max(…)` of one or more numbers."""

    end: End
    of: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Rounded(Node):
    """`round(value, places, rule)`"""

    value: Expression
    places: int
    rule: RoundingRule


@dataclass(frozen=True, slots=True)
class Choice(Node):
    """`if(condition, then, otherwise)`. Only the branch that is taken is computed."""

    condition: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`left and right`, `left or right`"""

    junction: Junction
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Inversion(Node):
    """`not operand`"""

    operand: Expression


Expression: TypeAlias = (
    Number | Text | Name | Negation | Arithmetic | Comparison | Extreme | Rounded | Choice | Logic | Inversion
)


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that `expression` is made of directly, as they are written."""
    match expression:
        case Negation(operand) | Inversion(operand):
            return (operand,)
        case Arithmetic(_, left, right) | Comparison(_, left, right) | Logic(_, left, right):
            return (left, right)
        case Extreme(_, of):
            return of
        case Rounded(value):
            return (value,)
        case Choice(condition, then, otherwise):
            return (condition, then, otherwise)
        case Number() | Text() | Name():
            return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """`expression` and all its parts, in the order they are written (an operation before its operands)."""
    waiting = [expression]
    while waiting:
        found = waiting.pop()
        yield found
        waiting.extend(reversed(parts_of(found)))


def names_in(expression: Expression) -> tuple[str, ...]:
    """The names `expression` uses, each once, in the order of first use."""
    return tuple(dict.fromkeys(part.name for part in walk(expression) if isinstance(part, Name)))


def named_anew(expression: Expression, rename: Callable[[str], str]) -> Expression:
    """`expression` with another text for every name in it."""
    if isinstance(expression, Name):
        return replace(expression, name=rename(expression.name))
    changed: dict[str, Any] = {}
    for part in fields(expression):
        value = getattr(expression, part.name)
        if isinstance(value, Node):
            changed[part.name] = named_anew(cast(Expression, value), rename)
        elif isinstance(value, tuple):
            changed[part.name] = tuple(named_anew(one, rename) for one in value)
    return replace(expression, **changed)


def to_text(expression: Expression) -> str:
    """`expression` as one writes it: one blank around signs, no parentheses but needed ones."""
    match expression:
        case Number(value):
            digits = f"{value:f}"
            return digits.rstrip("0").rstrip(".") if "." in digits else digits
        case Text(value):
            quote = "'" if '"' in value else '"'
            return f"{quote}{value}{quote}"
        case Name(name):
            return name
        case Negation(operand):
            return f"-{_within(operand, _SIGNED)}"
        case Inversion(operand):
            return f"not {_within(operand, _INVERTED)}"
        case Arithmetic(sign, left, right):
            strength = _strength(expression)
            return f"{_within(left, strength)} {sign} {_within(right, strength + 1)}"
        case Comparison(relation, left, right):
            return f"{_within(left, _COMPARED + 1)} {relation} {_within(right, _COMPARED + 1)}"
        case Logic(junction, left, right):
            strength = _strength(expression)
            return f"{_within(left, strength)} {junction} {_within(right, strength + 1)}"
        case Extreme(end, of):
            return f"{end}({', '.join(map(to_text, of))})"
        case Rounded(value, places, rule):
            return f"round({to_text(value)}, {places}, {rule})"
        case Choice():
            return f"if({', '.join(map(to_text, parts_of(expression)))})"


# What binds how strongly, from the loosest on. A chain binds its left operand first.
_EITHER, _BOTH, _INVERTED, _COMPARED, _ADDED, _MULTIPLIED, _SIGNED, _WHOLE = range(8)


def _strength(expression: Expression) -> int:
    match expression:
        case Logic(junction):
            return _EITHER if junction is Junction.OR else _BOTH
        case Inversion():
            return _INVERTED
        case Comparison():
            return _COMPARED
        case Arithmetic(sign):
            return _ADDED if sign in (Sign.PLUS, Sign.MINUS) else _MULTIPLIED
        case Negation():
            return _SIGNED
        case _:
            return _WHOLE


def _within(expression: Expression, strength: int) -> str:
    text = to_text(expression)
    return text if _strength(expression) >= strength else f"({text})"
