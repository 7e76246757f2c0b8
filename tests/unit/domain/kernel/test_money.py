"""Money is exact until it is rounded under a named rule."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.money import (
    CurrencyMismatch,
    InvalidCurrency,
    Money,
    minor_unit_exponent,
    total,
)
from chalicelib.domain.kernel.rounding import RoundingRule

minors = st.integers(-(10**13), 10**13)
currencies = st.sampled_from(["USD", "JPY", "KWD"])


def usd(text: str) -> Money:
    return Money(Decimal(text), "USD")


@given(minors, currencies)
def test_minor_units_come_back_as_they_went_in(minor: int, currency: str) -> None:
    assert Money.of_minor(minor, currency).minor == minor


@pytest.mark.parametrize(("currency", "digits"), [("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_each_currency_has_its_own_minor_unit(currency: str, digits: int) -> None:
    assert minor_unit_exponent(currency) == digits


# Binary floats take each of these for less than the half, and lose the cent.
@pytest.mark.parametrize(
    ("exact", "cents"), [("1.005", 101), ("2.675", 268), ("1.115", 112), ("0.145", 15), ("5.015", 502)]
)
def test_exact_half_cents_round_up(exact: str, cents: int) -> None:
    assert round(float(exact), 2) != cents / 100, "not a case binary floats get wrong"
    assert usd(exact).rounded(RoundingRule.HALF_UP).minor == cents
    assert usd("-" + exact).rounded(RoundingRule.HALF_UP).minor == -cents


def test_half_even_and_down_settle_a_half_cent_otherwise() -> None:
    assert usd("0.125").rounded(RoundingRule.HALF_EVEN).minor == 12
    assert usd("0.135").rounded(RoundingRule.HALF_EVEN).minor == 14
    assert usd("0.139").rounded(RoundingRule.DOWN).minor == 13


def test_part_of_a_cent_is_no_minor_unit() -> None:
    with pytest.raises(ValueError, match="named rule"):
        _ = usd("1.005").minor


@given(minors, st.lists(st.integers(0, 400), min_size=1, max_size=6).filter(any), currencies)
def test_allocated_parts_add_up(minor: int, weights: list[int], currency: str) -> None:
    whole = Money.of_minor(minor, currency)
    assert total(whole.allocated(weights), currency=currency) == whole


def test_currencies_are_never_mixed() -> None:
    yen = Money.of_minor(100, "JPY")
    for combine in (lambda: usd("1") + yen, lambda: usd("1") - yen, lambda: usd("1") < yen):
        with pytest.raises(CurrencyMismatch) as refused:
            combine()
        assert refused.value.data == {"left": "USD", "right": "JPY"}


@pytest.mark.parametrize("code", ["usd", "US", "DOLLAR", "ÜSD"])
def test_a_currency_is_three_capital_letters(code: str) -> None:
    with pytest.raises(InvalidCurrency):
        Money(Decimal(1), code)


def test_money_takes_no_float() -> None:
    with pytest.raises(TypeError, match="not float"):
        Money(1.1, "USD")  # type: ignore[arg-type]
