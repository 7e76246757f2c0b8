"""An amount can be worked out again from the words of its line, and from nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from hypothesis import given

from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.explanation import RULE_WORDS, explain_line
from chalicelib.domain.tariffs.rating import RatingRequest, compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from tests.unit.domain.tariffs.strategies import books, requests, stages

_N = r"(−?[\d.]+)"  # a figure
_SHARE = r"(?: × (\d+)/(\d+))?"
_RULES = {words: rule for rule, words in RULE_WORDS.items()}


def _product(*factors: Fraction | None) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= 1 if factor is None else factor
    return result


def _shared(rate: Fraction, days: Fraction | None, of: Fraction | None) -> Fraction:
    return rate if days is None or of is None else rate * days / of


# What a clerk with a calculator makes of each kind of sentence, in the order they are tried.
_SENTENCES: tuple[tuple[str, Callable[..., Fraction]], ...] = (
    (rf"{_N} \S+(?: of tier \d+)? at {_N} = .*", _product),
    (rf"{_N} [a-z ]+ at {_N}{_SHARE} = .*", lambda n, rate, *share: n * _shared(rate, *share)),
    (rf"−{_N}% of {_N} = .*", lambda percent, base: -percent * base / 100),
    (rf"{_N}% of {_N}(?: for \S+)? = .*", lambda percent, base: percent * base / 100),
    (
        rf"the minimum of {_N}{_SHARE}(?: \(= {_N}(?:, rounded [a-z ]+)?\))? less {_N} = .*",
        lambda rate, days, of, floor, base: (_shared(rate, days, of) if floor is None else floor) - base,
    ),
    (rf"a credit of {_N}{_SHARE} on {_N} = .*", lambda rate, days, of, _base: -_shared(rate, days, of)),
    (rf"{_N} × {_N} for \S+ = .*", _product),
    (rf"(?:at least )?{_N} for \S+(?:, where .*)? = .*", _product),
    (rf"{_N}{_SHARE} = .*", _shared),
    (rf"{_N} USD", _product),
)


def worked_out(sentence: str) -> int | None:
    """The amount in cents, None where the sentence says that it is not the plain result."""
    sentence = re.sub(r"^step \d+ reached: ", "", sentence)
    if ", limited to" in sentence:
        return None
    rounding = re.fullmatch(rf"{_N} rounded ([a-z ]+) to a multiple of {_N} changes by .*", sentence)
    if rounding is not None:
        base, step = (Fraction(text) * 100 for text in (rounding[1], rounding[3]))
        return int(to_integer(base / step, rule=_RULES[rounding[2]]) * step - base)
    for pattern, compute in _SENTENCES:
        found = re.fullmatch(pattern, sentence)
        if found is not None:
            figures = [None if text is None else Fraction(text.replace("−", "-")) for text in found.groups()]
            said = re.search(r"rounded ([a-z ]+)\)$", sentence)
            rule = _RULES[said[1]] if said else RoundingRule.HALF_UP
            return to_integer(compute(*figures) * 100, rule=rule)
    raise AssertionError(f"nobody can work this out: {sentence}")


@given(books(), stages(), requests())
def test_an_amount_can_be_worked_out_from_its_words(
    versions: list[TariffVersion], stage: Condition, asked: RatingRequest
) -> None:
    for line in compile_book([*versions, stage]).rate(asked).lines:
        words = explain_line(line, "USD")
        result = worked_out(words.partition(";")[0])
        if result is not None and "part of a whole" not in words:
            assert result == line.amount_minor, words
