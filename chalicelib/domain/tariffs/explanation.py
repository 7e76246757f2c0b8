"""Bill lines in words: how an amount came about, in figures a customer can check by hand."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.money import Money, minor_unit_exponent
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.line import BillLine, LineKind, Measure, Note

_WATER_UNITS = frozenset(unit.value for unit in Unit)
_RULES = {
    Note.HALF_EVEN: RoundingRule.HALF_EVEN,
    Note.UP: RoundingRule.UP,
    Note.DOWN: RoundingRule.DOWN,
}
RULE_WORDS = {
    RoundingRule.HALF_UP: "half up",
    RoundingRule.HALF_EVEN: "half to even",
    RoundingRule.UP: "up",
    RoundingRule.DOWN: "down",
}
_REASONS = {
    Note.OPENING: "it is an opening bill",
    Note.CLOSING: "it is a closing bill",
    Note.SHORT: "the bill is shorter than usual",
    Note.LONG: "the bill is longer than usual",
    Note.CHANGED_AT_START: "the terms changed on {start}",
    Note.CHANGED_AT_END: "the terms changed on {end}",
}


def explain_line(line: BillLine, currency: str) -> str:
    """How the amount of `line` came about, made on demand from the data in the line alone.

    For example "12.5 ccf of tier 2 at 4.29 = 53.63 USD (53.625 rounded half up); Tariff R-1@3, section 2".
    """
    source = f"Tariff {line.tariff}" + (f", {line.clause}" if line.clause else "")
    return "; ".join([_sentence(line, currency), source, *_circumstances(line)])


def derive_line(line: BillLine, currency: str) -> str:
    """The same without its source, where the tariff is known."""
    return "; ".join([_sentence(line, currency), *_circumstances(line)])


def _sentence(line: BillLine, currency: str) -> str:
    amount = _money(line.amount_minor, currency)
    equals = "" if line.kind is LineKind.ROUNDING else " ="
    if Note.LIMITED in line.notes:
        all_of_it = line.kind is LineKind.DISCOUNT and -line.amount_minor == line.base_minor
        equals = ", limited to what it is taken from:" if all_of_it else ", limited to"
    formula = _formula(line, currency)
    step = f"step {line.tier.number} reached: " if line.tier and Note.STEP in line.notes else ""
    if formula == amount:
        return f"{step}{amount} {currency}"
    return f"{step}{formula}{equals} {amount} {currency}{_rounding(line, currency)}"


def _formula(line: BillLine, currency: str) -> str:
    rate = "" if line.rate is None else _shown(line.rate, currency)
    base = "" if line.base_minor is None else _money(line.base_minor, currency)
    if line.kind is LineKind.FEE:
        return _fee(line, rate, base)
    if line.kind is LineKind.ROUNDING:
        return f"{base} rounded {RULE_WORDS[rule_of(line)]} to a multiple of {rate} changes by"
    if line.unit == "%":
        sign = "−" if line.kind is LineKind.DISCOUNT else ""
        return f"{sign}{_plain(line.rate or Decimal(0))}% of {base}"
    if _is_fixed(line):
        alone = line.quantity is None or line.quantity == 1
        count = "" if alone else f"{_plain(line.quantity or Decimal(0))} {_words(line.unit)} at "
        return count + rate + _times(line)
    if line.kind is LineKind.MINIMUM:
        return f"the minimum of {rate}{_times(line)}{_floor(line, currency)} less {base}"
    if line.kind is LineKind.DISCOUNT:
        return f"a credit of {rate}{_times(line)} on {base}"
    quantity = f"{_plain(line.quantity or Decimal(0))} {line.unit}"
    tier = f" of tier {line.tier.number}" if line.tier and Note.STEP not in line.notes else ""
    return f"{quantity}{tier} at {rate}"


def _floor(line: BillLine, currency: str) -> str:
    """What a minimum comes to for the days of the line, where that is not what the tariff says."""
    floor_minor, exact = _floor_minor(line, currency), _exact_floor(line, currency)
    if (not line.factor and exact == floor_minor) or Note.SHARED in line.notes:
        return ""
    rounded = "" if exact == floor_minor else f", rounded {RULE_WORDS[rule_of(line)]}"
    return f" (= {_money(floor_minor, currency)}{rounded})"


def _exact_floor(line: BillLine, currency: str) -> Fraction:
    factor = Fraction(*line.factor) if line.factor else Fraction(1)
    scale: int = 10 ** minor_unit_exponent(currency)
    return Fraction(line.rate or 0) * factor * scale


def _floor_minor(line: BillLine, currency: str) -> int:
    return to_integer(_exact_floor(line, currency), rule=rule_of(line))


def rule_of(line: BillLine) -> RoundingRule:
    """How the amount of `line` was rounded."""
    return next((rule for note, rule in _RULES.items() if note in line.notes), RoundingRule.HALF_UP)


def _is_fixed(line: BillLine) -> bool:
    """A service charge, or a tax that is neither a percentage nor by usage."""
    by_usage = line.unit in _WATER_UNITS
    return line.kind is LineKind.SERVICE_CHARGE or (line.kind is LineKind.TAX and not by_usage)


def _fee(line: BillLine, rate: str, base: str) -> str:
    when = f" for {line.period.start}"
    if line.unit == "%":
        return f"{_plain(line.rate or Decimal(0))}% of {base}{when}"
    if line.base_minor is not None:
        return f"at least {rate}{when}, where a percentage of {base} comes to less"
    count = line.quantity or Decimal(1)
    return f"{rate}{when}" if count == 1 else f"{_plain(count)} × {rate}{when}"


def _times(line: BillLine) -> str:
    return f" × {line.factor.numerator}/{line.factor.denominator}" if line.factor else ""


def _rounding(line: BillLine, currency: str) -> str:
    if Note.SHARED in line.notes or Note.LIMITED in line.notes:
        return ""
    scale: int = 10 ** minor_unit_exponent(currency)
    exact = exact_minor(line, currency)
    if exact == line.amount_minor:
        return ""
    rule = RULE_WORDS[rule_of(line)]
    unrounded = _terminating(exact / scale)
    return f" ({unrounded} rounded {rule})" if unrounded else f" (rounded {rule})"


def exact_minor(line: BillLine, currency: str) -> Fraction:
    """The amount of `line` before rounding, sharing or limiting, in minor units, from its own data alone."""
    scale: int = 10 ** minor_unit_exponent(currency)
    rate = Fraction(line.rate or 0)
    factor = Fraction(*line.factor) if line.factor else Fraction(1)
    if line.kind is LineKind.ROUNDING:
        return Fraction(line.amount_minor)  # the difference to a multiple is whole
    if line.unit == "%":
        part = Fraction(line.base_minor or 0) * rate / 100
        return -part if line.kind is LineKind.DISCOUNT else part
    if line.kind is LineKind.DISCOUNT:
        return -rate * factor * scale
    if line.kind is LineKind.MINIMUM:
        return Fraction(_floor_minor(line, currency) - (line.base_minor or 0))
    count = Fraction(1) if line.quantity is None else Fraction(line.quantity)
    return count * rate * scale * (factor if _is_fixed(line) else 1)


def _circumstances(line: BillLine) -> list[str]:
    said: list[str] = []
    if line.measure:
        said.append(_measure(line.measure, line.unit))
    if line.factor:
        share = f"{line.factor.numerator}/{line.factor.denominator}"
        of = _shared(line)
        reasons = [
            words.format(start=line.period.start, end=line.period.end)
            for note, words in _REASONS.items()
            if note in line.notes
        ]
        said.append(f"{share}{of} because {' and '.join(reasons)}" if reasons else f"{share}{of}")
    if Note.SHARED in line.notes:
        said.append("part of a whole that is rounded once and shared by days")
    return said


def _shared(line: BillLine) -> str:
    """What the share of a line is one of, where that is not its amount."""
    if Note.STEP in line.notes and not line.measure:
        return "" if _is_fixed(line) else " of the width of the steps"
    if line.tier and Note.STEP not in line.notes:
        return " of the tier width and these quantities" if line.measure else " of the tier width"
    if line.measure:
        return " of these quantities"
    return " of the limit" if line.unit == "%" else ""


def _measure(measure: Measure, unit: str) -> str:
    """How the quantity came about: "metered 14 ccf, at most 9, less 2 included"."""
    rounded = f"rounded {RULE_WORDS[measure.rule]} to a multiple of {{}}" if measure.rule else ""
    said = [f"metered {_plain(measure.metered)} {unit}"]
    for figure, words in (
        (measure.instead, "in its place {}"),
        (measure.share, "{}% of it rounded half up to the billing step"),
        (measure.at_most, "at most {}"),
        (measure.at_least, "at least {}"),
        (measure.included, "less {} included"),
        (measure.multiple, rounded),
    ):
        if figure is not None:
            said.append(words.format(_plain(figure)))
    return ", ".join(said)


def _money(amount_minor: int, currency: str) -> str:
    return f"{Money.of_minor(amount_minor, currency).amount:f}".replace("-", "−")


def _shown(rate: Decimal, currency: str) -> str:
    """A rate with at least the digits of the currency: 4.5 as 4.50, 4.1175 as it is."""
    places = minor_unit_exponent(currency)
    plain = _plain(rate).replace("-", "−")
    whole, _, digits = plain.partition(".")
    return plain if len(digits) >= places else f"{whole}.{digits.ljust(places, '0')}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _words(name: str) -> str:
    return name.replace("_", " ")


def _terminating(value: Fraction) -> str | None:
    """`value` in digits when it ends within eight of them."""
    scaled = value * 10**8
    return _plain(Decimal(scaled.numerator).scaleb(-8)).replace("-", "−") if scaled.denominator == 1 else None
