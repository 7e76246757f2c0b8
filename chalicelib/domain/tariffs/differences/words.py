"""How fields, figures and sections of a document are spoken of; what has no words goes by its own name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from chalicelib.domain.kernel.money import minor_unit_exponent
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.differences.difference import ABSENT

_MOST_DIGITS = 30

# Fields whose own name is no good English, or not what an ordinance calls it.
_FIELDS = {
    "by": "looked up by",
    "from": "start",
    "gl_account": "GL account",
    "only_if": "only where",
    "unless": "not where",
    "start_is": "what a start means",
    "width_times": "widths times",
    "tariff": "code",
    "base": "taken on",
}
_CHARGES = {
    "commodity_flat": "Usage charge",
    "commodity_tiered": "Tiered charge",
    "commodity_stepped": "Step rate",
    "service_charge": "Service charge",
    "unit_surcharge": "Unit surcharge",
    "percent_surcharge": "Surcharge",
    "minimum_charge": "Minimum",
}
MAIN = frozenset({"amount", "rate", "percent"})
"""What a charge is about: its figures are told without naming the field."""
_MONEY = frozenset({"amount", "rate", "credit", "cap"})


def field_name(field: str) -> str:
    """A field in words."""
    return _FIELDS.get(field) or field.replace("_", " ")


def charge_name(charge: Mapping[str, Any]) -> str:
    """A charge by what it is and its code: “Service charge SVC”."""
    kind = str(charge.get("type", "charge"))
    words = _CHARGES.get(kind) or field_name(kind).capitalize()
    return f"{words} {charge.get('code', '')}"


def lowered(label: str) -> str:
    """A label inside a sentence: “Meter size” is “meter size”, “ET” stays."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def figure(text: object) -> Decimal | None:
    """A figure that a document writes as text, None for anything else."""
    if not isinstance(text, str | int) or isinstance(text, bool):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _MOST_DIGITS else None


def spoken(value: Any, *, field: str, currency: str) -> str:
    """A value in words: money with its cents, texts of several words in quotes."""
    if value is ABSENT:
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "none"
    if isinstance(value, Mapping):
        return _section(value, field=field, currency=currency)
    if isinstance(value, Sequence) and not isinstance(value, str):
        told = [spoken(item, field=field, currency=currency) for item in value]
        return ("; " if any(isinstance(item, Mapping) for item in value) else ", ").join(told) or "none"
    number = figure(value)
    if number is not None:
        return _money(number, currency) if field in _MONEY else str(value)
    return f"“{value}”" if " " in str(value) or not str(value) else str(value)


def change(before: Any, after: Any, *, field: str, currency: str) -> str:
    """“12.35 → 13.10 (+6.1%)”."""
    words = " → ".join(spoken(value, field=field, currency=currency) for value in (before, after))
    old, new = figure(before), figure(after)
    if not old or new is None or field not in _MONEY | {"percent"}:
        return words
    per_mille = to_integer(Fraction(new - old) / Fraction(abs(old)) * 1000, rule=RoundingRule.HALF_UP)
    return f"{words} ({Decimal(per_mille).scaleb(-1):+}%)"


def _money(number: Decimal, currency: str) -> str:
    places = max(minor_unit_exponent(currency), -int(number.normalize().as_tuple().exponent))
    return f"{number:.{places}f}"


def _section(section: Mapping[str, Any], *, field: str, currency: str) -> str:
    """A mapping in one sentence: a formula, a table, a tier, or its fields one after the other."""
    left = dict(section)
    told: list[str] = []
    if isinstance(left.get("formula"), str):
        told.append(f"formula “{left.pop('formula')}”")
    if "by" in left and isinstance(left.get("values"), Mapping):
        by = spoken(left.pop("by"), field="by", currency=currency)
        told.append(f"by {by} ({_values(left.pop('values'), field=field, currency=currency)})")
    if "from" in left and {"amount", "rate"} & left.keys():
        start = spoken(left.pop("from"), field="from", currency=currency)
        prices = [
            f"{sign} {spoken(left.pop(field), field=field, currency=currency)}"
            for field, sign in (("amount", "for"), ("rate", "at"))
            if field in left
        ]
        told.append(f"from {start} {' and '.join(prices)}")
    if "percent" in left:
        percent = spoken(left.pop("percent"), field="percent", currency=currency)
        base = f" of {spoken(left.pop('base'), field='base', currency=currency)}" if "base" in left else ""
        told.append(f"{percent}%{base}")
    for main in sorted(MAIN & left.keys()):
        told.append(spoken(left.pop(main), field=main, currency=currency))
    told.extend(
        f"{field_name(key)} {spoken(value, field=key, currency=currency)}" for key, value in left.items()
    )
    return ", ".join(told) or "nothing more"


def _values(values: Mapping[str, Any], *, field: str, currency: str) -> str:
    return ", ".join(
        f"{key} ({_values(value, field=field, currency=currency)})"
        if isinstance(value, Mapping) and "formula" not in value
        else f"{key} {spoken(value, field=field, currency=currency)}"
        for key, value in values.items()
    )
