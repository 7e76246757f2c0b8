"""The formulas of rate files: numbers, names, + - * / ^ and parentheses, and the rounding of budgets.

A name may have dots and underscores but no hyphen: `turn-on_charge` is a subtraction, as in the reference.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn, TypeAlias

from chalicelib.domain.kernel.errors import Refusal


class FormulaSyntax(Refusal):
    """A text is no formula; `column` counts from 1."""


@dataclass(frozen=True, slots=True)
class Figure:
    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`left sign right`; the sign is one of + - * / ^"""

    sign: str
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Rounded:
    """`round(value)`: to a whole number, ties to the even one."""

    value: Formula


Formula: TypeAlias = Figure | Name | Operation | Rounded

Number = Callable[[str], Fraction]
"""The value of a name."""


class DivisionByZero(Refusal):
    """A formula divides by zero."""


class ImpossiblePower(Refusal):
    """An exponent is not a small whole number."""


_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?(?![\w.]))"
    r"|(?P<name>[A-Za-z_][\w.]*)|(?P<sign>[-+*/^()])|(?P<end>$))"
)
_FIGURE = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)
_MOST_CHARACTERS, _MOST_PARTS, _DEEPEST, _LARGEST_POWER = 2_000, 400, 50, 20
_MOST_DIGITS = 60

LARGEST_BITS = 8_000
"""No numerator or denominator of what is billed needs more."""


def figure(text: str) -> Fraction | None:
    """The number `text` is, exactly; None where it is none."""
    if len(text) > _MOST_DIGITS or not _FIGURE.fullmatch(text):
        return None
    return Fraction(text.strip())


def parse_formula(text: str) -> Formula:
    """The formula `text` says. Raises FormulaSyntax."""
    if len(text) > _MOST_CHARACTERS:
        message = f"a formula of more than {_MOST_CHARACTERS:,} characters is not read"
        raise FormulaSyntax(message, column=_MOST_CHARACTERS)
    return _Parser(text).formula()


def parse_budget(text: str) -> Formula:
    """The formula of a budget, where every part between blanks, + * and ^ is rounded. Raises FormulaSyntax.

    The parts are cut in the text, as the reference does it: in `1.25*(a+b)` they are `1.25`, `(a` and `b)`.
    """
    parts = [part for part in re.split(r" +", re.sub(r"([+*^])", r" \1 ", text)) if part]
    return parse_formula(" ".join(part if part in "+*^" else f"round( {part} )" for part in parts))


def names_in(formula: Formula) -> Iterator[str]:
    """Every name in `formula`, in the order of the text, repeated where it is repeated."""
    match formula:
        case Name(name):
            yield name
        case Operation(_, left, right):
            yield from names_in(left)
            yield from names_in(right)
        case Rounded(value):
            yield from names_in(value)


def compiled(formula: Formula) -> Callable[[Number], Fraction]:
    """A function from the values of names to the value of `formula`. Raises what evaluation refuses."""
    match formula:
        case Figure(known):
            return lambda _: known
        case Name(name):
            return lambda number: number(name)
        case Rounded(value):
            inner = compiled(value)
            return lambda number: Fraction(round(inner(number)))
        case Operation(sign, left, right):
            return _operation(sign, compiled(left), compiled(right))


def _operation(
    sign: str, a: Callable[[Number], Fraction], b: Callable[[Number], Fraction]
) -> Callable[[Number], Fraction]:
    match sign:
        case "+":
            return lambda number: a(number) + b(number)
        case "-":
            return lambda number: a(number) - b(number)
        case "*":
            return lambda number: a(number) * b(number)
        case "/":
            return lambda number: _quotient(a(number), b(number))
        case _:
            return lambda number: _power(a(number), b(number))


def _quotient(dividend: Fraction, divisor: Fraction) -> Fraction:
    if divisor == 0:
        raise DivisionByZero("a formula divides by zero")
    return dividend / divisor


def _power(base: Fraction, exponent: Fraction) -> Fraction:
    if exponent.denominator != 1 or abs(exponent) > _LARGEST_POWER:
        raise ImpossiblePower(f"an exponent is a whole number up to {_LARGEST_POWER}, not {exponent}")
    if max(base.numerator.bit_length(), base.denominator.bit_length()) * abs(exponent) > LARGEST_BITS:
        raise ImpossiblePower("a power is larger than anything that is billed")
    if base == 0 and exponent < 0:
        raise DivisionByZero("a formula divides by zero")
    return Fraction(base**exponent.numerator)


class _Parser:
    """Recursive descent: sum, product, sign, power, then what is whole. A chain binds to the left."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = self._parts = 0
        self._kind, self._token, self._column = "", "", 0
        self._advance()

    def formula(self) -> Formula:
        formula = self._sum()
        if self._kind != "end":
            self._refuse("an operator such as + or * is needed")
        return formula

    def _sum(self) -> Formula:
        left = self._product()
        while self._token in ("+", "-"):
            left = Operation(self._advance(), left, self._product())
        return left

    def _product(self) -> Formula:
        left = self._signed()
        while self._token in ("*", "/"):
            left = Operation(self._advance(), left, self._signed())
        return left

    def _signed(self) -> Formula:
        minus = False
        while self._token in ("+", "-"):
            minus ^= self._advance() == "-"
        value = self._power()
        return Operation("-", Figure(Fraction(0)), value) if minus else value

    def _power(self) -> Formula:
        base = self._whole()
        if self._token != "^":
            return base
        self._advance()
        with self._deeper():
            return Operation("^", base, self._signed())

    def _whole(self) -> Formula:
        kind, token = self._kind, self._token
        if kind == "number":
            self._advance()
            return Figure(Fraction(token))
        if kind == "name":
            self._advance()
            if self._token != "(":
                return Name(token)
            if token != "round":
                self._refuse(f"{token} is no function: only round( ) is known")
            return Rounded(self._parenthesis())
        if token != "(":
            self._refuse("a number or a name is needed")
        return self._parenthesis()

    def _parenthesis(self) -> Formula:
        self._advance()
        with self._deeper():
            inner = self._sum()
        if self._token != ")":
            self._refuse("a closing parenthesis is missing")
        self._advance()
        return inner

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse(f"parentheses are nested more than {_DEEPEST} deep")
        yield
        self._depth -= 1

    def _advance(self) -> str:
        """Read the next token, and return the one before."""
        before = self._token
        self._parts += 1
        if self._parts > _MOST_PARTS:
            self._refuse(f"it has more than {_MOST_PARTS} parts")
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            self._at += len(self._text[self._at :]) - len(self._text[self._at :].lstrip())
            self._column, self._token = self._at + 1, ""
            self._refuse(f"{self._text[self._at]!r} is not understood here")
        self._kind = found.lastgroup or "end"
        self._token, self._column = found[self._kind], found.start(self._kind) + 1
        self._at = found.end()
        return before

    def _refuse(self, cause: str) -> NoReturn:
        raise FormulaSyntax(
            f"{self._text!r} is no formula: {cause}, at character {self._column}", column=self._column
        )
