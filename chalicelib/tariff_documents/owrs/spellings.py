"""Spellings: one value, written in several ways, as keys of tables and as amounts."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction

_VULGAR = {"¼": "1/4", "½": "1/2", "¾": "3/4", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}
_DECIMAL = {"25": "1/4", "5": "1/2", "75": "3/4", "625": "5/8"}
_TRUTH = {
    **dict.fromkeys(("yes", "y", "true", "t", "on"), "yes"),
    **dict.fromkeys(("no", "n", "false", "f", "off"), "no"),
}
_DIGITS, _MOST_BITS = 34, 1_000


def key_text(value: str | Fraction) -> str:
    """`value` as tables spell their keys: text as it is, a number in its shortest form."""
    return value if isinstance(value, str) else decimal_text(value)


def loose_key(text: str) -> str:
    """`text` in one spelling: `1|1/2"`, `1_1/2"`, `1 1/2"`, `1-1/2"`, `1½"` and `1.5"` are the same size."""
    for vulgar, fraction in _VULGAR.items():
        text = text.replace(vulgar, f" {fraction}")
    text = re.sub(r"(?:''|”|″|\s*inch(?:es)?\b|\s*in\b\.?)", '"', text, flags=re.IGNORECASE)
    text = re.sub(r'\b(\d+)\.(25|5|75|625)(?=")', lambda found: f"{found[1]} {_DECIMAL[found[2]]}", text)
    text = re.sub(r"(?<=\d)(?:\s*[|_\s-]\s*)(?=\d+/\d)", " ", text)
    text = re.sub(r'(?<=\d/\d)(?!["\d])', '"', text)
    parts = (part.strip() for part in text.split("|"))
    return "|".join(_TRUTH.get(part.lower(), part) for part in parts)


def decimal_text(value: Fraction) -> str:
    """`value` in decimal digits: all of them where they end (soon), 34 significant ones where they do not."""
    numerator, denominator = value.numerator, value.denominator
    if max(numerator.bit_length(), denominator.bit_length()) > _MOST_BITS:
        return _rounded(value)
    if denominator == 1:
        return str(numerator)
    twos = (denominator & -denominator).bit_length() - 1
    rest, fives = denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return _rounded(value)
    places = max(twos, fives)
    digits = str(abs(numerator) * 10**places // denominator).rjust(places + 1, "0")
    return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _rounded(value: Fraction) -> str:
    with localcontext(prec=_DIGITS):
        return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
