"""From what was measured to what is proposed: defaults, rounding, floor and cap, and what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.averages.measure import counted_of, median, said
from chalicelib.domain.averages.proposal import (
    Basis,
    ClassFigures,
    Flag,
    Measured,
    MeasuredChunk,
    ProposedChunk,
    ProposedValue,
)
from chalicelib.domain.averages.rule import AveragingRule, Default, Fallback

_BASES = {
    Fallback.FIXED: Basis.FIXED,
    Fallback.CLASS_MEAN: Basis.CLASS_MEAN,
    Fallback.CLASS_MEDIAN: Basis.CLASS_MEDIAN,
    Fallback.LAST_YEAR: Basis.LAST_YEAR,
}


@dataclass(frozen=True, slots=True)
class _Settled:
    value: Decimal | None
    basis: Basis
    words: str
    capped: bool = False


def class_figures(measured: Iterable[Measured]) -> dict[str, ClassFigures]:
    """What each rate class measured: agreements that lack bills are left out."""
    by_class: dict[str, list[Fraction]] = {}
    for one in measured:
        if one.exact is not None:
            by_class.setdefault(one.rate_class, []).append(one.exact)
    return {
        name: ClassFigures(count=len(found), mean=sum(found, Fraction(0)) / len(found), median=median(found))
        for name, found in sorted(by_class.items())
    }


def settle_chunk(
    chunk: MeasuredChunk, *, rule: AveragingRule, classes: Mapping[str, ClassFigures]
) -> ProposedChunk:
    """The values of a shard: a pure function of what was measured."""
    return ProposedChunk(
        proposal_id=chunk.proposal_id,
        shard=chunk.shard,
        values=tuple(settle(one, rule=rule, classes=classes) for one in chunk.measured),
        failed=chunk.failed,
    )


def settle(measured: Measured, *, rule: AveragingRule, classes: Mapping[str, ClassFigures]) -> ProposedValue:
    """The value of one agreement, with its derivation in words and what a person should look at."""
    settled = _settled(measured, rule, classes)
    flags = list(measured.flags)
    if settled.capped:
        flags.append(Flag.CAPPED)
    if settled.value is None:
        flags.append(Flag.NO_VALUE)
    if _changed(settled.value, measured.last_year, rule.review_change_percent):
        flags.append(Flag.CHANGED)
    return ProposedValue(
        account_id=measured.account_id,
        agreement_id=measured.agreement_id,
        rate_class=measured.rate_class,
        value=settled.value,
        basis=settled.basis,
        words=settled.words,
        bills=measured.bills,
        exact=measured.exact,
        last_year=measured.last_year,
        flags=tuple(flags),
    )


def _settled(measured: Measured, rule: AveragingRule, classes: Mapping[str, ClassFigures]) -> _Settled:
    if measured.exact is not None:
        value, words, capped = _bounded(measured.exact, rule)
        return _Settled(value, Basis.MEASURED, measured.words + words, capped)
    for default in rule.defaults:
        found = _fallen_back(default, measured, rule, classes)
        if found is not None:
            return found
    return _Settled(None, Basis.NOTHING, f"{measured.words}; no default can be had")


def _fallen_back(
    default: Default, measured: Measured, rule: AveragingRule, classes: Mapping[str, ClassFigures]
) -> _Settled | None:
    basis, unit = _BASES[default.kind], rule.unit
    if default.kind is Fallback.FIXED:
        value = default.value or Decimal(0)
        return _Settled(value, basis, f"{measured.words}; default {said(value)} {unit}")
    if default.kind is Fallback.LAST_YEAR:
        if measured.last_year is None:
            return None
        last = said(measured.last_year)
        return _Settled(measured.last_year, basis, f"{measured.words}; {last} {unit} as last year")
    figures = classes.get(measured.rate_class)
    if figures is None:
        return None
    mean = default.kind is Fallback.CLASS_MEAN
    exact = figures.mean if mean else figures.median
    value, words, capped = _bounded(exact, rule)
    of = f"{'mean' if mean else 'median'} of class {measured.rate_class or '(none)'}"
    agreements = counted_of(figures.count, "agreement")
    told = f"{measured.words}; {of} ({agreements}) = {said(exact, shown=True)} {unit}{words}"
    return _Settled(value, basis, told, capped)


def _bounded(exact: Fraction, rule: AveragingRule) -> tuple[Decimal, str, bool]:
    """The figure rounded and held between floor and cap, words that go on from it, whether it was cut."""
    value, words = rule.rounding.of(exact), ""
    if Fraction(value) != exact:
        words = f", rounded {rule.rounding.rule.replace('_', ' ')} to {said(value)} {rule.unit}"
    if rule.cap is not None and value > rule.cap:
        return rule.cap, f"{words}; held at the cap of {said(rule.cap)}", True
    if rule.floor is not None and value < rule.floor:
        return rule.floor, f"{words}; raised to the floor of {said(rule.floor)}", False
    if rule.cap is not None:
        words += f"; cap {said(rule.cap)} not reached" if value < rule.cap else "; just at the cap"
    return value, words, False


def _changed(value: Decimal | None, last_year: Decimal | None, percent: Decimal) -> bool:
    if value is None or last_year is None:
        return False
    return abs(value - last_year) * 100 > percent * abs(last_year)
