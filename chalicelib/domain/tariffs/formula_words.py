"""Formulas in words: what each came to for one agreement, with the values it was worked out from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.amounts import Formula, Table
from chalicelib.domain.tariffs.charges.charge import Charge, Path
from chalicelib.domain.tariffs.determinants import Value, Values
from chalicelib.domain.tariffs.explanation import RULE_WORDS
from chalicelib.domain.tariffs.expressions.syntax import Expression, Name, named_anew, to_text
from chalicelib.domain.tariffs.version import NamedFormula, TariffVersion

_SIGNS = {" * ": " × ", " / ": " ÷ "}
_SHOWN = 6  # digits of a number that does not end


def workings(version: TariffVersion, values: Values) -> Iterator[str]:
    """Every formula that `version` works out for `values`: those with a name, then those of its charges."""
    for named in version.formulas:
        yield explain_formula(named, values)
    for charge in version.charges:
        for path, formula in _formulas(charge, values):
            yield _explained(f"{charge.head.code} {_place(path)}", formula, values, unit="")


def explain_formula(named: NamedFormula, values: Values) -> str:
    """How `named` came about for `values`, exact and as rounded.

    For example "budget = 55 × people (3) × days (30) ÷ 748 = 6.617647… → 7 ccf, rounded half to even".
    """
    return _explained(named.name, named.formula, values, unit=named.unit)


def value_words(value: Value) -> str:
    """A determinant's value as people write it; events with their days."""
    if isinstance(value, tuple):
        return ", ".join(f"{_plain(event.value)} on {event.day}" for event in value) or "never"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _plain(value) if isinstance(value, Decimal) else value


def _formulas(charge: Charge, values: Values) -> Iterator[tuple[Path, Formula]]:
    """The formulas that amounts of `charge` come down to, where it applies."""
    if not charge.applies(values):
        return
    for path, amount in charge.amounts():
        found = amount.find(values) if isinstance(amount, Table) else amount
        if isinstance(found, Formula):
            yield path, found


def _place(path: Path) -> str:
    """Where in a charge: "rate", "tier 2 from", "step 1 amount", "at_most"."""
    match path:
        case ("tiers" | "steps" as of, int(number), field):
            return f"{of.removesuffix('s')} {number + 1} {field}"
        case (*_, last):
            return str(last)
        case _:
            return ""


def _explained(name: str, formula: Formula, values: Values, *, unit: str) -> str:
    exact, value = formula.compute(values), formula.value(values)
    said = f"{name} = {_with_values(formula.expression, values)}"
    unit = f" {unit}" if unit else ""
    if not isinstance(exact, Fraction):
        return f"{said} = {value_words(value)}"
    assert isinstance(value, Decimal), "a number is rounded to a number"
    if exact != Fraction(value):
        return f"{said} = {_digits(exact)} → {_plain(value)}{unit}, rounded {_rounded(formula)}"
    if isinstance(formula.expression, Name):
        return f"{said}{unit}"
    return f"{said} = {_plain(value)}{unit}"


def _rounded(formula: Formula) -> str:
    to = "" if formula.step == 1 else f" to a multiple of {_plain(formula.step)}"
    return RULE_WORDS[formula.rule] + to


def _with_values(expression: Expression, values: Values) -> str:
    """`expression` with signs as people write them, and each name's value behind it."""

    def named(name: str) -> str:
        value = values[name]
        return f'{name} ("{value}")' if isinstance(value, str) else f"{name} ({value_words(value)})"

    text = to_text(named_anew(expression, named))
    # What is in quotes stays as it is.
    return re.sub(r""""[^"]*"|'[^']*'| [*/] """, lambda found: _SIGNS.get(found[0], found[0]), text)


def _digits(exact: Fraction) -> str:
    scaled = exact * 10**_SHOWN
    whole = to_integer(scaled, rule=RoundingRule.DOWN)
    return _plain(Decimal(whole).scaleb(-_SHOWN)) + ("" if whole == scaled else "…")


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}".replace("-", "−")
