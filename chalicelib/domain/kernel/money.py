"""Money: an exact amount in one currency, rounded only when a rule is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rounding import RoundingRule, apportion, to_integer

# Digits after the point, ISO 4217 "minor unit". Currencies not named here have two.
_EXPONENTS = {
    "JPY": 0,
    "KRW": 0,
    "CLP": 0,
    "ISK": 0,
    "VND": 0,
    "BHD": 3,
    "JOD": 3,
    "KWD": 3,
    "OMR": 3,
    "TND": 3,
}


class CurrencyMismatch(Refusal):
    """Amounts of different currencies were combined."""


class InvalidCurrency(Refusal):
    """A currency is not a three-letter ISO 4217 code."""


def minor_unit_exponent(currency: str) -> int:
    """Digits after the decimal point in `currency` (ISO 4217): 2 for USD, 0 for JPY, 3 for KWD."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """`amount` in major units of `currency` (ISO 4217), exact until `rounded`."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise InvalidCurrency(
                f"{self.currency!r} is not a currency: write a three-letter ISO 4217 code such as USD",
                currency=self.currency,
            )
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money takes a Decimal, not {type(self.amount).__name__}")

    @classmethod
    def of_minor(cls, minor: int, currency: str) -> Money:
        """Money from an integer count of minor units (cents)."""
        return cls(Decimal(minor).scaleb(-minor_unit_exponent(currency)), currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        """No money, in `currency`."""
        return cls(Decimal(0), currency)

    @property
    def minor(self) -> int:
        """The amount in minor units. Raises ValueError when it is not a whole number of them."""
        scaled = self.amount.scaleb(minor_unit_exponent(self.currency))
        if scaled != scaled.to_integral_value():
            raise ValueError(
                f"{self} is not a whole number of minor units: round it under a named rule first"
            )
        return int(scaled)

    def rounded(self, rule: RoundingRule) -> Money:
        """The amount as whole minor units under `rule`."""
        scaled = Fraction(self.amount) * 10 ** minor_unit_exponent(self.currency)
        return Money.of_minor(to_integer(scaled, rule=rule), self.currency)

    def allocated(self, weights: Sequence[int]) -> list[Money]:
        """Whole minor units split by `weights`; the parts add up to the whole (largest remainder)."""
        return [Money.of_minor(part, self.currency) for part in apportion(self.minor, weights=tuple(weights))]

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise CurrencyMismatch(
                f"cannot combine {self.currency} with {other.currency}: convert one of them first",
                left=self.currency,
                right=other.currency,
            )

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.amount <= other.amount

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"


def total(amounts: Iterable[Money], *, currency: str) -> Money:
    """Sum of `amounts`, zero in `currency` when there are none. Raises CurrencyMismatch."""
    result = Money.zero(currency)
    for amount in amounts:
        result = result + amount
    return result
