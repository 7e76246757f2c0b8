"""What kind of value an expression gives, and whether its parts fit together: told before any bill."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.tariffs.determinants import DeterminantKind
from chalicelib.domain.tariffs.expressions.syntax import (
    Arithmetic,
    Choice,
    Comparison,
    Expression,
    Extreme,
    Inversion,
    Logic,
    Name,
    Negation,
    Number,
    Rounded,
    Text,
    to_text,
)


class Kind(StrEnum):
    """What an expression gives."""

    NUMBER = "number"
    TRUTH = "truth"
    TEXT = "text"


class Misfit(NamedTuple):
    """A part that does not fit where it stands; `column` counts from 1."""

    column: int
    message: str

    def __str__(self) -> str:
        return f"column {self.column}: {self.message}"


class Checked(NamedTuple):
    """`kind` is None where it cannot be told; an expression may be compiled where `misfits` is empty."""

    kind: Kind | None
    misfits: tuple[Misfit, ...]


def check_kinds(expression: Expression, declared: Mapping[str, DeterminantKind]) -> Checked:
    """The kind of `expression`, where names are as `declared`, and all that does not fit, by column."""
    check = _Check(declared)
    kind = check.kind_of(expression)
    return Checked(kind, tuple(sorted(check.misfits)))


_KINDS = {
    DeterminantKind.CHOICE: Kind.TEXT,
    DeterminantKind.COUNT: Kind.NUMBER,
    DeterminantKind.NUMBER: Kind.NUMBER,
    DeterminantKind.FLAG: Kind.TRUTH,
}


class _Check:
    """One walk over an expression."""

    def __init__(self, declared: Mapping[str, DeterminantKind]) -> None:
        self.misfits: list[Misfit] = []
        self._declared = declared

    def kind_of(self, expression: Expression) -> Kind | None:
        match expression:
            case Number():
                return Kind.NUMBER
            case Text():
                return Kind.TEXT
            case Name(name):
                return self._named(expression, name)
            case Negation(operand) | Rounded(operand):
                return self._numbers(operand)
            case Arithmetic(_, left, right):
                return self._numbers(left, right)
            case Extreme(_, of):
                return self._numbers(*of)
            case Comparison():
                return self._compared(expression)
            case Logic(_, left, right):
                return self._truths(left, right)
            case Inversion(operand):
                return self._truths(operand)
            case Choice():
                return self._chosen(expression)

    def _named(self, expression: Expression, name: str) -> Kind | None:
        kind = self._declared.get(name)
        if kind is None:
            names = ", ".join(self._declared) or "none so far"
            self._misfit(expression, f"{name} is not declared: add it to determinants ({names})")
            return None
        if kind not in _KINDS:
            self._misfit(expression, f"{name} is an event: only a one-off charge is due by it")
        return _KINDS.get(kind)

    def _numbers(self, *operands: Expression) -> Kind:
        for operand in operands:
            kind = self.kind_of(operand)
            if kind is Kind.TEXT:
                self._misfit(operand, _as_number(operand))
            elif kind is Kind.TRUTH:
                words = _quoted(operand)
                self._misfit(operand, f"{words} is yes or no, not a number: write if({words}, …, …)")
        return Kind.NUMBER

    def _truths(self, *operands: Expression) -> Kind:
        for operand in operands:
            kind = self.kind_of(operand)
            if kind is Kind.NUMBER:
                words = _quoted(operand)
                self._misfit(operand, f"{words} is a number, not yes or no: compare it, as in {words} > 0")
            elif kind is Kind.TEXT:
                self._misfit(operand, _as_truth(operand))
        return Kind.TRUTH

    def _compared(self, expression: Comparison) -> Kind:
        sides = expression.left, expression.right
        kinds = [self.kind_of(side) for side in sides]
        for side, kind, other in zip(sides, kinds, reversed(kinds), strict=True):
            words = _quoted(side)
            if kind is Kind.TRUTH:
                self._misfit(side, f"{words} is yes or no by itself: write {words}, or not {words}")
            elif kind is Kind.TEXT and other is Kind.NUMBER:
                self._misfit(side, _as_number(side))
            elif kind is Kind.TEXT and other is Kind.TEXT and expression.relation.orders:
                message = f"texts have no order: compare {words} with = or !=, or declare it a number"
                self._misfit(expression, message)
                break
        return Kind.TRUTH

    def _chosen(self, expression: Choice) -> Kind | None:
        self._truths(expression.condition)
        then, otherwise = self.kind_of(expression.then), self.kind_of(expression.otherwise)
        if then is not None and otherwise is not None and then is not otherwise:
            message = f"if gives {_ARTICLE[then]} or {_ARTICLE[otherwise]}: both must be of one kind"
            self._misfit(expression, message)
            return None
        return then or otherwise

    def _misfit(self, part: Expression, message: str) -> None:
        self.misfits.append(Misfit(part.at, message))


_ARTICLE = {Kind.NUMBER: "a number", Kind.TRUTH: "yes or no", Kind.TEXT: "a text"}
_LONGEST_QUOTED = 40


def _as_number(part: Expression) -> str:
    """What is wrong with a text where a number is needed."""
    if isinstance(part, Name):
        return f"{part.name} is a choice: compare it with a text in quotes"
    mend = "; write numbers without quotes" if isinstance(part, Text) else ""
    return f"{_quoted(part)} is a text: a number is needed here{mend}"


def _as_truth(part: Expression) -> str:
    """What is wrong with a text where yes or no is needed."""
    if isinstance(part, Name):
        return f'{part.name} is a choice, not yes or no: compare it, as in {part.name} = "…"'
    return f"{_quoted(part)} is a text, not yes or no: write a comparison"


def _quoted(part: Expression) -> str:
    text = to_text(part)
    return text if len(text) <= _LONGEST_QUOTED else f"{text[: _LONGEST_QUOTED - 1]}…"
