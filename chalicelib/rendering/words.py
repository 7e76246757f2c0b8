"""One language of a bill: its sentences, and how money, days and water are written in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from babel.core import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.numbers import NumberPattern, parse_pattern
from markupsafe import Markup, escape

from chalicelib.domain.kernel.money import Money, minor_unit_exponent
from chalicelib.rendering.catalogs import Catalog

_RATE_DIGITS = 6
_NO_BREAK = "\N{NO-BREAK SPACE}"
_ISOLATE_LTR, _ISOLATE, _END = "\u2066", "\u2068", "\u2069"
_MARKS = str.maketrans("", "", "\u200e\u200f\u061c")  # direction marks, of no use within an isolate
_LONGEST_MONTH = 4
_UNITS = {"m3": "m³", "ccf": "CCF", "igal": "imp. gal", "af": "acre-ft", "cf": "cu. ft"}


def message(text: str) -> str:
    """Mark a text for the catalogs where it is not said at once."""
    return text


class Said(NamedTuple):
    """A text, and its language and direction where they are not the page's."""

    text: str
    lang: str = ""
    dir: str = ""


class Words:
    """The words of one language, as spoken in one country.

    Where the language runs from right to left, `isolate` keeps figures and references from being turned
    around: with characters (a PDF, an attribute) or with elements (`markup`, HTML).
    """

    def __init__(self, catalog: Catalog, *, language: str, country: str, markup: bool = False) -> None:
        self.language = language
        self.locale = _locale(language, country)
        self.rtl = self.locale.text_direction == "rtl"
        self._catalog = catalog
        self._markup = markup
        self._patterns: dict[tuple[str, bool], NumberPattern] = {}
        self.money = lru_cache(4096)(self._money)
        self.day = lru_cache(1024)(self._day)
        self.days = lru_cache(1024)(self._days)
        short = self.locale.months["stand-alone"]["abbreviated"].values()
        self._month_width = "LLL" if max(map(len, short)) <= _LONGEST_MONTH + 1 else "LLLLL"
        self._number = parse_pattern("#,##0.######")
        self._percent = parse_pattern(
            self.locale.percent_formats[None].pattern.replace("#,##0", "#,##0.####")
        )

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return "rtl" if self.rtl else "ltr"

    def say(self, message: str, /, **values: object) -> str:
        """A sentence of the catalog with `values` in its places."""
        return self._filled(self._catalog.text(message), values)

    def count(self, singular: str, plural: str, count: int, /, **values: object) -> str:
        """A sentence about `count` things; `{count}` in it is the number."""
        text = self._catalog.counted(singular, plural, count)
        return self._filled(text, {"count": self.number(count), **values})

    def joined(self, *sentences: str) -> str:
        """Sentences one after the other."""
        return Markup(" ").join(sentences) if self._markup else " ".join(sentences)

    def listed(self, *texts: str) -> str:
        """Texts with commas between."""
        return Markup(", ").join(texts) if self._markup else ", ".join(texts)

    def isolate(self, text: str) -> str:
        """A figure or reference, read from left to right whatever is around it."""
        if not self.rtl:
            return text
        if self._markup:
            return Markup('<bdi dir="ltr">{}</bdi>').format(text)
        return f"{_ISOLATE_LTR}{text}{_END}"

    def name(self, text: str) -> str:
        """A name or other text of unknown direction, kept apart from what is around it."""
        if not self.rtl:
            return text
        return Markup("<bdi>{}</bdi>").format(text) if self._markup else f"{_ISOLATE}{text}{_END}"

    def signed(self, minor: int, currency: str) -> str:
        """Money with its sign: a change."""
        text = self._bare_money(Money.of_minor(minor, currency).amount, currency)
        return self.isolate(f"+{text}" if minor > 0 else text)

    def rate(self, value: Decimal, currency: str) -> str:
        """A rate in major units: at least the digits of the currency, at most six."""
        return self.isolate(self._bare_money(value, currency, rate=True))

    def number(self, value: Decimal | int) -> str:
        """A number of anything."""
        return self.isolate(_plain(self._number.apply(value, self.locale)))

    def percent(self, value: Decimal) -> str:
        """A percentage: 5.5 is five and a half percent."""
        return self.isolate(_plain(self._percent.apply(value / 100, self.locale)))

    def unit(self, unit: str) -> str:
        """How a unit is written."""
        return _UNITS.get(unit, unit.replace("_", " "))

    def quantity(self, value: Decimal, unit: str) -> str:
        """Water, or whatever else a line counts."""
        number = _plain(self._number.apply(value, self.locale))
        return self.isolate(f"{number}{_NO_BREAK}{self.unit(unit)}")

    def long_day(self, day: date) -> str:
        """A day with the month in full."""
        return self.name(format_date(day, "long", self.locale))

    def month(self, day: date) -> str:
        """The short name of a month, for an axis; its letter where a language has no short names."""
        return format_date(day, self._month_width, self.locale).rstrip(".")

    def month_and_year(self, day: date) -> str:
        """A month and its year."""
        return format_date(day, "LLLL y", self.locale)

    def choose(self, text: Mapping[str, str], languages: Sequence[str]) -> Said:
        """A text in this language, else its base language, else the utility's first, else any."""
        base = self.language.partition("-")[0]
        wanted = (self.language, base, *languages[:1], *text)
        lang = next((tag for tag in wanted if tag in text), "")
        if not lang:
            return Said("")
        if lang.partition("-")[0] == base:
            return Said(text[lang])
        direction = _locale(lang, "").text_direction
        return Said(text[lang], lang, direction if direction != self.direction else "")

    def _filled(self, text: str, values: Mapping[str, object]) -> str:
        if not values:
            return text
        return escape(text).format(**values) if self._markup else text.format(**values)

    def _day(self, day: date) -> str:
        return self.name(format_date(day, "medium", self.locale))

    def _days(self, start: date, end: date) -> str:
        """A half-open period by its first and last day."""
        last = end - timedelta(days=1)
        return self.name(format_interval(start, last, "yMMMd", locale=self.locale))

    def _money(self, minor: int, currency: str) -> str:
        return self.isolate(self._bare_money(Money.of_minor(minor, currency).amount, currency))

    def _bare_money(self, amount: Decimal, currency: str, *, rate: bool = False) -> str:
        pattern = self._patterns.get((currency, rate))
        if pattern is None:
            pattern = self._patterns[currency, rate] = self._money_pattern(currency, rate=rate)
        return _plain(pattern.apply(amount, self.locale, currency=currency, currency_digits=False))

    def _money_pattern(self, currency: str, *, rate: bool) -> NumberPattern:
        digits = minor_unit_exponent(currency)
        places = "0" * digits + "#" * (_RATE_DIGITS - digits if rate else 0)
        standard = self.locale.currency_formats["standard"].pattern
        return parse_pattern(standard.replace("0.00", f"0.{places}" if places else "0"))


def _locale(language: str, country: str) -> Locale:
    """The locale of a language in a country where there is one: Spanish in the US writes $1,234.56."""
    tag = language.replace("-", "_")
    for candidate in (f"{tag}_{country}", tag, tag.partition("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    raise ValueError(f"{language!r} is not a language tag: write one such as es or pt-BR")


def _plain(text: str) -> str:
    return text.translate(_MARKS)
