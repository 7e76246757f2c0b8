"""Keys of tables are taken apart, and spelled as tariff documents spell them."""

from __future__ import annotations

import pytest

from chalicelib.tariff_documents.owrs.imports.keys import document_key, split_key
from chalicelib.tariff_documents.owrs.imports.lifted import NotExpressible


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('5/8"', "5/8"),
        ('1"', "1"),
        ('1|1/2"', "1.5"),
        ('1 1/2"', "1.5"),
        ('1_1/2"', "1.5"),
        ('2 1/2"', "2.5"),
        ('1 7/8"', "1 7/8"),
        ('10"', "10"),
        ("10.0", "10"),
        ("Larger", "Larger"),
        (" inside_city ", "inside_city"),
    ],
)
def test_sizes_lose_their_inch_mark_and_numbers_are_short(text: str, key: str) -> None:
    assert document_key(text) == key


@pytest.mark.parametrize(
    ("text", "by", "keys"),
    [
        ('1|1/2"', "meter_size", ["1.5"]),
        ('1|1/2"|inside_city', "meter_size city_limits", ["1.5", "inside_city"]),
        ('inside_city|1|1/2"', "city_limits meter_size", ["inside_city", "1.5"]),
        ('1|1/2"', "zone meter_size", ["1", "1/2"]),
        ('1|1|1/2"', "zone meter_size", ["1", "1.5"]),
        ('1|1/2"|2', "meter_size pressure_zone", ["1.5", "2"]),
        ('2|1|1/2"|3', "zone connection_diameter class", ["2", "1.5", "3"]),
        ("Summer|2", "season pressure_zone", ["Summer", "2"]),
    ],
)
def test_joined_keys_come_apart_where_the_determinants_do(text: str, by: str, keys: list[str]) -> None:
    assert split_key(text, tuple(by.split())) == tuple(keys)


@pytest.mark.parametrize(
    ("text", "by"), [("a", "b c"), ("a|b|c", "b c"), ('1|1/2"|x', "zone city"), ("a|", "b c")]
)
def test_keys_that_do_not_fit_are_refused(text: str, by: str) -> None:
    with pytest.raises(NotExpressible, match="does not have one part for each of"):
        split_key(text, tuple(by.split()))
