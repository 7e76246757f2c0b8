"""Amounts in a tariff: one figure, a formula over determinants, or a table looked up by them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from typing import Final, TypeAlias

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.determinants import Value, Values
from chalicelib.domain.tariffs.expressions.compiled import compile_expression
from chalicelib.domain.tariffs.expressions.syntax import Expression, names_in, to_text
from chalicelib.domain.tariffs.ranges import Range

MICRO = Decimal("0.000001")
"""What a formula's result is rounded to where the tariff does not say."""


BEYOND_MEASURE = 10**18


class FormulaBeyondMeasure(Refusal):
    """A formula comes to a number no rate or quantity has."""


class NotInTable(Refusal):
    """An agreement's determinants lead to no entry of a tariff's table."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A number worked out from determinants, rounded once to a multiple of `step` under `rule`."""

    expression: Expression
    step: Decimal = MICRO
    rule: RoundingRule = RoundingRule.HALF_UP
    compute: Callable[[Values], Fraction | bool | str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "compute", compile_expression(self.expression))

    def value(self, values: Values) -> Value:
        """What it comes to. Raises DivisionByZero and FormulaBeyondMeasure."""
        result = self.compute(values)
        if not isinstance(result, Fraction):
            return result
        if abs(result) >= BEYOND_MEASURE:
            raise FormulaBeyondMeasure(
                f"the formula {to_text(self.expression)} comes to {result.numerator // result.denominator}: "
                "correct it, or the determinants it stands on",
                formula=to_text(self.expression),
            )
        number = to_integer(result / Fraction(self.step), rule=self.rule) * self.step
        return _shortest(number) if self.step == MICRO else number

    def number(self, values: Values) -> Decimal:
        """What it comes to, a number. Raises DivisionByZero."""
        result = self.value(values)
        assert isinstance(result, Decimal), "a tariff that is sound has a number here"
        return result


def _shortest(number: Decimal) -> Decimal:
    """`number` without the zeros of a rounding nobody asked for: 0.17, not 0.170000."""
    short = number.normalize()
    return short.quantize(Decimal(1)) if short == short.to_integral_value() else short


class Anything:
    """The key of a table that finds what no other key does."""

    def __str__(self) -> str:
        return "*"

    def __repr__(self) -> str:
        return "ANYTHING"


ANYTHING: Final = Anything()
Key: TypeAlias = str | Range | Anything
Cell: TypeAlias = Decimal | Formula


@dataclass(frozen=True, slots=True)
class Table:
    """Figures by one or more determinants: each key of `rows` has one part per name in `by`.

    A part is a text, a range of numbers, or ANYTHING. Looking up goes name by name: the text itself, else
    the range that holds it, else ANYTHING.
    """

    by: tuple[str, ...]
    rows: Mapping[tuple[Key, ...], Cell]

    def find(self, values: Values) -> Cell | None:
        """The entry for `values`, None when there is none."""
        rows = list(self.rows.items())
        for place, name in enumerate(self.by):
            part = _best({key[place]: None for key, _ in rows}, values[name])
            rows = [(key, cell) for key, cell in rows if key[place] == part] if part is not None else []
        return rows[0][1] if rows else None

    def meeting_ranges(self) -> Iterator[tuple[tuple[Key, ...], tuple[Key, ...]]]:
        """Pairs of rows that some values would find both: the first differing part are ranges that meet."""
        for one, other in combinations(self.rows, 2):
            differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
            if differing:
                a, b = differing[0]
                if isinstance(a, Range) and isinstance(b, Range) and a.meets(b):
                    yield one, other


def _best(parts: Mapping[Key, None], value: Value) -> Key | None:
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    if text in parts:
        return text
    if isinstance(value, Decimal):
        for part in parts:
            if isinstance(part, Range) and part.holds(value):
                return part
    return ANYTHING if ANYTHING in parts else None


Amount: TypeAlias = Decimal | Formula | Table


def keys_in(amount: Amount | None) -> tuple[str, ...]:
    """The determinants `amount` is looked up by; none unless it is a table."""
    return amount.by if isinstance(amount, Table) else ()


def formulas_in(amount: Amount | None) -> Iterator[Formula]:
    """The formulas that `amount` is, or that stand in its table."""
    cells = amount.rows.values() if isinstance(amount, Table) else (amount,)
    yield from (cell for cell in cells if isinstance(cell, Formula))


def determinants_in(amount: Amount | None) -> Iterator[str]:
    """Everything `amount` depends on."""
    yield from keys_in(amount)
    for formula in formulas_in(amount):
        yield from names_in(formula.expression)


def figure(amount: Amount, values: Values, *, charge: str) -> Decimal:
    """The figure that holds for `values`. Raises NotInTable, naming the known keys, and DivisionByZero."""
    if isinstance(amount, Decimal):
        return amount
    found = amount.find(values) if isinstance(amount, Table) else amount
    if found is None:
        assert isinstance(amount, Table)
        raise _not_in_table(amount, values, charge)
    return found if isinstance(found, Decimal) else found.number(values)


def _not_in_table(table: Table, values: Values, charge: str) -> NotInTable:
    key = {name: str(values[name]) for name in table.by}
    asked = ", ".join(f"{name} {text!r}" for name, text in key.items())
    known = [", ".join(map(str, row)) for row in table.rows]
    return NotInTable(
        f"charge {charge} has no figure for {asked}: correct the agreement, or add it to the table; "
        f"known are {'; '.join(known)}",
        charge=charge,
        key=key,
        known=known,
    )
