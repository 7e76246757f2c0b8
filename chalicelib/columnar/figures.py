"""Figures that differ from row to row: decimals as scaled integers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.exact import (
    Array,
    Column,
    Mask,
    add,
    greater,
    multiply,
    product,
    size_of,
    where,
    with_room,
)
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.arithmetic import places_of, scaled
from chalicelib.domain.tariffs.determinants import number_in

_MOST_DIGITS = 18
# A decimal has so many digits before it is rounded: figures must stay below, to be the ones it would be.
_MOST = 10**27


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """A figure of every row: `counts` of 10^-`places`.

    It stands in terms where a Decimal stands that is the same for all rows, and is computed with likewise.
    """

    counts: Column
    places: int

    @classmethod
    def of(cls, value: Decimal | Figures) -> Figures:
        """`value` in this form."""
        if isinstance(value, Figures):
            return value
        places = places_of(value)
        return cls(scaled(value, places=places), places)

    @property
    def figure(self) -> Figure:
        """These, or the decimal that they are where it is one for all rows."""
        return Decimal(self.counts).scaleb(-self.places) if isinstance(self.counts, int) else self

    def kept(self) -> tuple[Figures, Mask]:
        """These, with nothing in place of those that a decimal would round; and where that is."""
        if size_of(self.counts) < _MOST:
            return self, False
        beyond: Mask = greater(self.counts, multiply(self.counts, -1)) >= _MOST
        return Figures(where(beyond, 0, self.counts), self.places), beyond

    def at(self, places: int) -> Column:
        """The counts of 10^-`places`, which are as many as they need."""
        if places < self.places:
            finer = Fraction(1, 10 ** (self.places - places))
            return product(self.counts, finer, rule=RoundingRule.DOWN)
        return multiply(self.counts, 10 ** (places - self.places))

    def take(self, rows: Any) -> Figures:
        """Those of some rows."""
        return self if isinstance(self.counts, int) else Figures(self.counts[rows], self.places)

    def at_least(self, other: Figures) -> Figures:
        """These, or `other` where that is more."""
        places = max(self.places, other.places)
        return Figures(greater(self.at(places), other.at(places)), places)

    def at_most(self, other: Figures) -> Mask:
        """Where they are no more than `other`."""
        places = max(self.places, other.places)
        return self.at(places) <= other.at(places)

    def equal(self, other: Figures) -> Mask:
        """Where they are the same."""
        places = max(self.places, other.places)
        return self.at(places) == other.at(places)

    def places_needed(self) -> Column:
        """Digits after the point that each of them needs."""
        counts, needed = self.counts, self.places
        if isinstance(counts, int):
            return places_of(Decimal(counts).scaleb(-self.places))
        column = np.full(len(counts), needed)
        ends_in_zero = np.full(len(counts), True)
        for _ in range(needed):
            ends_in_zero = ends_in_zero & (counts % 10 == 0)
            if not ends_in_zero.any():
                break
            column -= ends_in_zero
            counts = np.where(ends_in_zero, counts // 10, counts)
        return column

    def __mul__(self, other: Figures | Decimal | int) -> Figures:
        if isinstance(other, int):
            return Figures(multiply(self.counts, other), self.places)
        other = Figures.of(other)
        return Figures(multiply(self.counts, other.counts), self.places + other.places)

    __rmul__ = __mul__

    def __sub__(self, other: int) -> Figures:
        return Figures(add(self.counts, -other * 10**self.places), self.places)


Figure: TypeAlias = Decimal | Figures


def rated(values: Column, figure: Figure, factor: Fraction, *, rule: RoundingRule) -> Column:
    """`values × figure × factor` as integers under `rule`."""
    if isinstance(figure, Decimal):
        return product(values, Fraction(figure) * factor, rule=rule)
    return product(multiply(values, figure.counts), factor / 10**figure.places, rule=rule)


def read_numbers(texts: NDArray[Any], *, counts: bool = False) -> tuple[Figures, NDArray[np.bool_]]:
    """The numbers that `texts` write, and where they write none (or one too long to be worth a column).

    `counts`: whether only whole numbers from 1 are any.
    """
    found, bad = _read(texts)
    if counts:
        whole = 10**found.places
        bad = bad | (found.counts < whole) | (found.counts % whole != 0)
    return found, bad


def _read(texts: NDArray[Any]) -> tuple[Figures, NDArray[np.bool_]]:
    letters = _letters(texts)
    plain = _Digits(len(letters))
    for place in range(letters.shape[1]):
        plain.take(letters[:, place], first=place == 0)
    counts, decimals, odd = plain.counts * plain.signs, plain.decimals, plain.odd()
    for text in {str(text) for text in texts[odd].tolist()}:
        number = number_in(text)
        if number is not None and _fits(number):
            rows = odd & (texts == text)
            decimals[rows] = places = places_of(number)
            counts[rows] = scaled(number, places=places)
            odd &= ~rows
    counts[odd], decimals[odd] = 0, 0
    places = int(decimals.max(initial=0))
    scale = 10 ** (places - decimals)
    return Figures(with_room(counts, size_of(counts) * 10**places) * scale, places), odd


class _Digits:
    """Plainly written numbers of many rows, letter by letter: digits, at most one point, maybe a minus."""

    def __init__(self, rows: int) -> None:
        self.counts: Array = np.zeros(rows, dtype=np.int64)
        self.signs = np.ones(rows, dtype=np.int64)
        self.decimals = np.zeros(rows, dtype=np.int64)
        self._digits = np.zeros(rows, dtype=np.int64)
        self._pointed, self._ended, self._odd = (np.zeros(rows, dtype=np.bool_) for _ in range(3))

    def take(self, letters: NDArray[np.uint32], *, first: bool) -> None:
        """Read one more letter of each row."""
        digit, point, end = (
            letters - 48 < 10,
            letters == 46,
            letters == 0,
        )  # unsigned: below "0" is far above 9
        if first:
            minus = letters == 45
            self.signs[minus] = -1
        self._odd |= ~(digit | point | end | minus) if first else ~(digit | point | end)
        self._odd |= (point & self._pointed) | (self._ended & ~end)
        self._pointed |= point
        self._ended |= end
        self._digits += digit
        self.decimals += digit & self._pointed
        room = digit & (self._digits <= _MOST_DIGITS)
        self.counts = np.where(room, self.counts * 10 + (letters.astype(np.int64) - 48), self.counts)

    def odd(self) -> NDArray[np.bool_]:
        """The rows that are written in another way, or too long."""
        found: NDArray[np.bool_] = self._odd | (self._digits == 0) | (self._digits > _MOST_DIGITS)
        return found


def _fits(number: Decimal) -> bool:
    places = places_of(number)
    return places <= _MOST_DIGITS and number.adjusted() + 1 + places <= _MOST_DIGITS


def _letters(texts: NDArray[Any]) -> NDArray[np.uint32]:
    """A row for every text, a column for every place in it, zero beyond its end."""
    native = (texts if texts.dtype.kind == "U" else texts.astype("U")).astype("=U")
    letters: NDArray[np.uint32] = np.ascontiguousarray(native).view(np.uint32)
    table: NDArray[np.uint32] = letters.reshape(len(texts), native.dtype.itemsize // 4)
    return table
