"""One value, several spellings."""

from __future__ import annotations

from fractions import Fraction

import pytest

from chalicelib.tariff_documents.owrs.spellings import decimal_text, key_text, loose_key


@pytest.mark.parametrize(
    "text",
    [
        '1|1/2"',
        '1 1/2"',
        '1_1/2"',
        '1-1/2"',
        '1½"',
        '1 ½"',
        '1.5"',
        "1|1/2''",
        "1 1/2 inch",
        "1 1/2 in.",
        "1 1/2",
    ],
)
def test_an_inch_and_a_half_is_one_size_however_it_is_written(text: str) -> None:
    assert loose_key(text) == '1 1/2"'


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('1|1/2"|inside_city', '1 1/2"|inside_city'),
        ('1_1/2"|2', '1½"|2'),
        ("Yes", "TRUE"),
        ("false|a", "No|a"),
    ],
)
def test_keys_of_several_determinants_are_spelled_part_by_part(one: str, other: str) -> None:
    assert loose_key(one) == loose_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [('1"', '1/2"'), ("Summer", "summer"), ("1", '1"'), ('11/2"', '1 1/2"')]
)
def test_different_values_stay_different(one: str, other: str) -> None:
    assert loose_key(one) != loose_key(other)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0", "0"),
        ("12", "12"),
        ("-1/8", "-0.125"),
        ("3/40", "0.075"),
        ("123456789.0123456789", "123456789.0123456789"),
        ("1/3", "0.3333333333333333333333333333333333"),
        ("-2000/3", "-666.6666666666666666666666666666667"),
    ],
)
def test_a_number_is_written_out_in_decimal_digits(value: str, expected: str) -> None:
    assert decimal_text(Fraction(value)) == expected


def test_a_number_beyond_measure_is_still_written_in_digits() -> None:
    assert decimal_text(Fraction(10**2000)) == "1" + "0" * 2000
    assert decimal_text(Fraction(1, 2**4000)).startswith("0.000")


def test_a_key_is_text_as_it_is_or_a_number_in_its_shortest_form() -> None:
    assert [key_text(v) for v in ("1.50", Fraction("1.50"), Fraction(4))] == ["1.50", "1.5", "4"]
