"""Determinants: the declared attributes of an agreement that charges depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

from chalicelib.domain.kernel.errors import Refusal

# As read under its declaration: text for a choice, a whole or any number, yes or no.
Value: TypeAlias = str | Decimal | bool
Values: TypeAlias = Mapping[str, Value]

_YES = frozenset({"yes", "true", "y", "1"})
_MOST_DIGITS = 30
_NO = frozenset({"no", "false", "n", "0"})


class InvalidDeterminant(Refusal):
    """A determinant's value does not fit its declared kind."""


class DeterminantKind(StrEnum):
    """What values a determinant takes."""

    CHOICE = "choice"  # a key of tables: meter size, zone, drought stage
    COUNT = "count"  # a whole number from 1: dwelling units
    NUMBER = "number"  # any decimal number: a winter average, an irrigated area
    FLAG = "flag"  # yes or no: eligible, exempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Determinant:
    """A declared attribute. `default` stands where an agreement has no value; None refuses to rate it."""

    name: str
    kind: DeterminantKind
    label: str = ""
    unit: str = ""
    default: str | None = None

    def read(self, raw: Decimal | str) -> Value:
        """`raw` as a value of this kind. Raises InvalidDeterminant."""
        text = str(raw).strip()
        if self.kind is DeterminantKind.CHOICE:
            return table_key(text)
        if self.kind is DeterminantKind.FLAG:
            if text.lower() in _YES | _NO:
                return text.lower() in _YES
            raise self._misfit(raw, "write yes or no")
        number = _number(text)
        if number is None:
            raise self._misfit(raw, "write a number")
        if self.kind is DeterminantKind.COUNT and (number < 1 or number != int(number)):
            raise self._misfit(raw, "write a whole number from 1")
        return number

    def _misfit(self, raw: object, mend: str) -> InvalidDeterminant:
        return InvalidDeterminant(
            f"{self.name} cannot be {str(raw)!r}: {mend}", determinant=self.name, value=str(raw)
        )


def table_key(text: str) -> str:
    """`text` as tables look it up: without outer blanks; numbers in their shortest form ("1.50" is "1.5")."""
    number = _number(text.strip())
    return text.strip() if number is None else f"{number.normalize():f}"


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    # A number beyond all measure ("1e999999999") would only serve to exhaust memory when written out.
    return number if number.is_finite() and -_MOST_DIGITS < number.adjusted() < _MOST_DIGITS else None
