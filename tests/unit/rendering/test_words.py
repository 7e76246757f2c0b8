"""Money, days and water as each language writes them, and which text is taken where one is missing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.rendering.bill_renderer import TEMPLATES
from chalicelib.rendering.catalogs import Catalog, read_catalog
from chalicelib.rendering.words import Said, Words


def words(language: str, country: str = "US", *, markup: bool = False) -> Words:
    if language in ("en", "es"):
        catalog = read_catalog(TEMPLATES / "locale", language)
    else:
        catalog = Catalog({}, lambda count: int(count != 1))
    return Words(catalog, language=language, country=country, markup=markup)


@pytest.mark.parametrize(
    ("language", "country", "currency", "minor", "shown"),
    [
        ("en", "US", "USD", 123456, "$1,234.56"),
        ("en", "US", "USD", -5, "-$0.05"),
        ("es", "US", "USD", 123456, "$1,234.56"),
        ("es", "ES", "EUR", 123456789, "1.234.567,89\N{NO-BREAK SPACE}€"),
        ("en", "US", "JPY", 3281, "¥3,281"),
        ("es", "US", "JPY", 3281, "¥3,281"),
        ("en", "US", "KWD", 3281, "KWD3.281"),
    ],
)
def test_money_has_the_digits_of_its_currency(
    language: str, country: str, currency: str, minor: int, shown: str
) -> None:
    assert words(language, country).money(minor, currency) == shown


@pytest.mark.parametrize(
    ("rate", "shown"),
    [("3.2", "$3.20"), ("5.1175", "$5.1175"), ("0.000012", "$0.000012")],
)
def test_a_rate_has_as_many_digits_as_it_needs(rate: str, shown: str) -> None:
    assert words("en").rate(Decimal(rate), "USD") == shown


def test_a_change_has_its_sign() -> None:
    english = words("en")
    assert [english.signed(minor, "USD") for minor in (205, 0, -312)] == ["+$2.05", "$0.00", "-$3.12"]


def test_a_period_is_told_by_its_first_and_last_day() -> None:
    start, end = date(2026, 10, 10), date(2026, 11, 9)
    assert words("en").days(start, end).replace("\u2009", " ") == "Oct 10 – Nov 8, 2026"


def test_percent_and_water() -> None:
    assert words("en").percent(Decimal("5.029")) == "5.029%"
    assert words("es", "ES").percent(Decimal("5.5")) == "5,5\N{NO-BREAK SPACE}%"
    assert words("en").quantity(Decimal("1234.50"), "m3") == "1,234.5\N{NO-BREAK SPACE}m³"


@pytest.mark.parametrize(
    ("language", "text", "chosen"),
    [
        ("es-MX", {"en": "Water", "es": "Agua", "es-MX": "Agua potable"}, Said("Agua potable")),
        ("es-MX", {"en": "Water", "es": "Agua"}, Said("Agua")),
        ("es", {"en": "Water", "fr": "Eau"}, Said("Water", "en")),
        ("es", {"fr": "Eau", "de": "Wasser"}, Said("Eau", "fr")),
        ("ar", {"en": "Water"}, Said("Water", "en", "ltr")),
        ("en", {}, Said("")),
    ],
)
def test_a_text_is_in_the_language_asked_for_or_the_next_best(
    language: str, text: dict[str, str], chosen: Said
) -> None:
    assert words(language).choose(text, ("en", "es")) == chosen


def test_from_right_to_left_figures_are_kept_apart() -> None:
    assert words("ar").money(-4000, "USD") == "\u2066-40.00\N{NO-BREAK SPACE}US$\u2069"
    amount = words("ar", markup=True).money(4000, "USD")
    assert amount == '<bdi dir="ltr">40.00\N{NO-BREAK SPACE}US$</bdi>'
    assert words("en").isolate("10-2") == words("en", markup=True).isolate("10-2") == "10-2"


def test_what_a_customer_is_called_cannot_become_markup() -> None:
    said = words("en", markup=True).say(
        "Make checks payable to {name} and write your account number on them.", name="<b>"
    )
    assert "&lt;b&gt;" in said
