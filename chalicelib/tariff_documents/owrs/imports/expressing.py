"""Lifted formulas as amounts of a tariff document, and what determinants they need."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.expressions.syntax import (
    Arithmetic,
    Expression,
    Negation,
    Number,
    Sign,
    to_text,
)
from chalicelib.domain.tariffs.expressions.syntax import Name as OurName
from chalicelib.domain.tariffs.expressions.syntax import Rounded as OurRounded
from chalicelib.tariff_documents.owrs.formulas import (
    Figure,
    Formula,
    Name,
    Operation,
    Rounded,
    names_in,
)
from chalicelib.tariff_documents.owrs.imports.lifted import Lifted
from chalicelib.tariff_documents.owrs.spellings import decimal_text

_MOST_DIGITS = 24
_FINE = "0.00000001"  # dollars: a rate times any usage of a household stays exact to the cent
_RESERVED = frozenset({"min", "max", "round", "if", "and", "or", "not"})


class Plain(str):
    """A text that is written without quotes: a figure."""

    __slots__ = ()


class Flow(dict[str, Any]):
    """A mapping that is written on one line."""


@dataclass(slots=True)
class Expressing:
    """Writes amounts, and remembers what they look up and what they compute with."""

    formulas: dict[str, Formula]
    looked_up: dict[str, set[str]] = field(default_factory=dict)
    computed: set[str] = field(default_factory=set)
    kept: dict[str, None] = field(default_factory=dict)
    """Formulas with a name that are used, each after those it uses."""
    _names: dict[str, str] = field(default_factory=dict)

    def rate(self, value: Lifted) -> Any:
        """An amount of money, or a percentage."""
        return self._amount(value, {"to": Plain(_FINE)})

    def quantity(self, value: Lifted, *, whole: bool) -> Any:
        """A number of units: to a millionth, or, if `whole`, to one unit, ties to the even one."""
        return self._amount(value, {"to": Plain("1"), "rule": "half_even"} if whole else None)

    def name(self, raw: str) -> str:
        """How the document calls what the file calls `raw`."""
        if raw not in self._names:
            stem = re.sub(r"[^a-z0-9_]+", "_", raw.lower()).strip("_")[:56] or "value"
            stem = f"n_{stem}" if not stem[0].isalpha() else stem
            taken = {*self._names.values(), *_RESERVED}
            self._names[raw] = next(
                name for name in (stem, *(f"{stem}_{n}" for n in range(2, 999))) if name not in taken
            )
        return self._names[raw]

    @property
    def names(self) -> dict[str, str]:
        """What the file's names are called in the document."""
        return dict(self._names)

    def times(self, raw: str) -> str:
        """The name of a number that something is multiplied by."""
        self._use(raw)
        return self.name(raw)

    def named_formulas(self) -> dict[str, Any]:
        """The section of formulas that amounts refer to."""
        return {self.name(raw): Flow(formula=self._text(self.formulas[raw])) for raw in self.kept}

    def _amount(self, value: Lifted, rounding: dict[str, str] | None) -> Any:
        if not value.by:
            return self._cell(value.rows[()], rounding)
        by = [self.name(raw) for raw in value.by]
        nested: dict[str, Any] = {}
        for key, row in value.rows.items():
            inner = nested
            for raw, part in zip(value.by, key, strict=True):
                self._look_up(raw, part)
            for part in key[:-1]:
                inner = inner.setdefault(part, {})
            inner[key[-1]] = self._cell(row, rounding)
        return {"by": by[0] if len(by) == 1 else by, "values": nested}

    def _cell(self, formula: Formula, rounding: dict[str, str] | None) -> Any:
        if isinstance(formula, Figure) and is_decimal(formula.value):
            return Plain(decimal_text(formula.value))
        text = self._text(formula)
        return Flow(formula=text, round=Flow(rounding)) if rounding else Flow(formula=text)

    def _text(self, formula: Formula) -> str:
        for raw in names_in(formula):
            self._use(raw)
        return to_text(self._expression(formula))

    def _look_up(self, raw: str, part: str) -> None:
        if raw in self.formulas:
            self._use(raw)
        else:
            self.looked_up.setdefault(raw, set()).add(part)

    def _use(self, raw: str) -> None:
        if raw not in self.formulas:
            self.computed.add(raw)
        elif raw not in self.kept:
            for inner in names_in(self.formulas[raw]):
                self._use(inner)
            self.kept[raw] = None

    def _expression(self, formula: Formula) -> Expression:
        match formula:
            case Figure(value):
                return _number(value)
            case Name(raw):
                return OurName(self.name(raw))
            case Rounded(value):
                return OurRounded(self._expression(value), 0, RoundingRule.HALF_EVEN)
            case Operation("-", Figure(Fraction(numerator=0)), right):
                return Negation(self._expression(right))
            case Operation(sign, left, right):
                return Arithmetic(Sign(sign), self._expression(left), self._expression(right))


def is_decimal(value: Fraction) -> bool:
    """Whether `value` can be written in a document's digits."""
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest == 1 and len(decimal_text(value)) <= _MOST_DIGITS


def _number(value: Fraction) -> Expression:
    if value < 0:
        return Negation(_number(-value))
    if is_decimal(value):
        return Number(Decimal(decimal_text(value)))
    return Arithmetic(Sign.OVER, Number(Decimal(value.numerator)), Number(Decimal(value.denominator)))
