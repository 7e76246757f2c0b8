"""One agreement's own average: its bills in the rule's windows, exactly, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.averages.billed_water import WaterBill
from chalicelib.domain.averages.rule import AveragingRule, BillsIn, Method
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer

_SHOWN_PLACES = 2
_MOST_PLACES = 6  # of a figure that ends; one that does not is cut to _SHOWN_PLACES


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedBill:
    """A bill in a window. `days` of its days count, and that share of its water; whole, all of them do."""

    bill: WaterBill
    days: int

    @property
    def share(self) -> Fraction:
        """The part of the bill that counts, above 0 and at most 1."""
        return Fraction(self.days, self.bill.period.days)

    @property
    def counted(self) -> Fraction:
        """The water that counts."""
        return self.bill.quantity * self.share


@dataclass(frozen=True, slots=True, kw_only=True)
class SeasonAverage:
    """What one window gave: `exact` in the rule's unit, None with too few bills; `words` say how."""

    year: int
    bills: tuple[CountedBill, ...]
    exact: Fraction | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAverage:
    """What all windows of a rule gave for one agreement. `exact` is None when bills do not suffice."""

    exact: Fraction | None
    words: str
    bills: tuple[CountedBill, ...]


def own_average(bills: Sequence[WaterBill], *, rule: AveragingRule, year: int) -> OwnAverage:
    """The average of an agreement's bills for `year` under `rule`, before rounding, cap and floor."""
    seasons = [
        season_average(bills, rule=rule, year=one, window=window) for one, window in rule.windows(year)
    ]
    counted = tuple(bill for season in seasons for bill in season.bills)
    if len(seasons) == 1:
        return OwnAverage(exact=seasons[0].exact, words=seasons[0].words, bills=counted)
    words = "; ".join(f"{season.year}: {season.words}" for season in seasons)
    known = [season.exact for season in seasons if season.exact is not None]
    if len(known) < rule.window.least_years:
        words += f"; {counted_of(len(known), 'year')} with enough bills, {rule.window.least_years} needed"
        return OwnAverage(exact=None, words=words, bills=counted)
    exact = sum(known, Fraction(0)) / len(known)
    words += f"; mean of {counted_of(len(known), 'year')} = {said(exact, shown=True)}"
    return OwnAverage(exact=exact, words=words, bills=counted)


def season_average(
    bills: Sequence[WaterBill], *, rule: AveragingRule, year: int, window: Period
) -> SeasonAverage:
    """The average of those of `bills` that `window` takes."""
    counted = _counted(bills, rule=rule, window=window)
    weight = sum((one.share for one in counted), Fraction(0))
    if not counted or weight < rule.least_bills:
        return SeasonAverage(year=year, bills=counted, exact=None, words=_too_few(counted, weight, rule))
    taken = _taken(counted, rule)
    if rule.method is Method.MEDIAN:
        exact = median([one.counted for one in taken])
        words = f"median of {_listed(taken)} {rule.unit} = {said(exact, shown=True)}"
    elif rule.method is Method.MEAN_PER_30_DAYS:
        days, water = sum(one.days for one in taken), sum((one.counted for one in taken), Fraction(0))
        exact = water * 30 / days
        words = f"{_summed(taken, rule)} = {said(water)} in {days} days × 30 = {said(exact, shown=True)}"
    else:
        water, over = sum((one.counted for one in taken), Fraction(0)), sum(one.share for one in taken)
        exact = water / over
        words = f"{_summed(taken, rule)} = {said(water)} / {said(over)} = {said(exact, shown=True)}"
        if len(taken) < len(counted):
            words = f"{rule.method} {len(taken)} of {len(counted)} bills: {words}"
    return SeasonAverage(year=year, bills=counted, exact=exact, words=words)


def median(values: Sequence[Fraction]) -> Fraction:
    """The middle one of `values`, or the mean of the middle two. Raises IndexError when there is none."""
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def said(value: Fraction | Decimal | int, *, shown: bool = False) -> str:
    """A figure for people: exact where it ends within six digits, else rounded to two.

    With `shown` it is always rounded to at most two: the result of a division, not one of its parts.
    """
    exact = Fraction(value)
    places = _SHOWN_PLACES
    if not shown and (exact * 10**_MOST_PLACES).denominator == 1:
        places = _MOST_PLACES
    rounded = Decimal(to_integer(exact * 10**places, rule=RoundingRule.HALF_UP)).scaleb(-places)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def counted_of(count: int, noun: str) -> str:
    """`count` things: 1 bill, 2 bills."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _counted(bills: Sequence[WaterBill], *, rule: AveragingRule, window: Period) -> tuple[CountedBill, ...]:
    if rule.window.bills is BillsIn.ENDED_WITHIN:
        inside = (bill for bill in bills if bill.period.end - timedelta(days=1) in window)
        found = (CountedBill(bill=bill, days=bill.period.days) for bill in inside)
    else:
        shared = ((bill, bill.period.overlap(window)) for bill in bills)
        found = (CountedBill(bill=bill, days=days.days) for bill, days in shared if days is not None)
    return tuple(sorted(found, key=lambda one: one.bill.period))


def _taken(counted: tuple[CountedBill, ...], rule: AveragingRule) -> tuple[CountedBill, ...]:
    """The bills that the figure is made of, oldest first; of equal ones the earlier is taken first."""
    if rule.method not in {Method.LOWEST, Method.HIGHEST}:
        return counted
    sign = 1 if rule.method is Method.LOWEST else -1
    best = sorted(counted, key=lambda one: sign * one.counted)[: rule.of_bills]
    return tuple(sorted(best, key=lambda one: one.bill.period))


def _too_few(counted: tuple[CountedBill, ...], weight: Fraction, rule: AveragingRule) -> str:
    if not counted:
        return f"no bill in the window, {rule.least_bills} needed"
    have = said(weight) if weight.denominator == 1 else said(weight, shown=True)
    noun = "bill" if weight == 1 else "bills"
    return f"{have} {noun} in the window ({_listed(counted)} {rule.unit}), {rule.least_bills} needed"


def _listed(bills: tuple[CountedBill, ...]) -> str:
    texts = [_term(one) for one in bills]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"


def _summed(bills: tuple[CountedBill, ...], rule: AveragingRule) -> str:
    days = [(one.bill.period.end - timedelta(days=1)).isoformat() for one in bills]
    ended = days[0] if len(days) == 1 else f"{', '.join(days[:-1])} and {days[-1]}"
    over = counted_of(len(bills), "bill")
    return f"{' + '.join(map(_term, bills))} {rule.unit} over {over} ended {ended}"


def _term(one: CountedBill) -> str:
    if one.share == 1:
        return said(one.bill.quantity)
    return f"{said(one.bill.quantity)} × {one.days}/{one.bill.period.days}"
