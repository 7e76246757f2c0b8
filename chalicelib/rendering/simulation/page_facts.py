"""The facts of a simulation's page: figures written out, and widths of bars. The words are the template's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from chalicelib.domain.simulation.figures import (
    CLASS,
    QUANTILES,
    AccountChange,
    Band,
    Change,
    ChargeRevenue,
    Compared,
    Effect,
    GroupEffect,
    Measure,
    RowsRevenue,
    percentage,
)
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.rendering.simulation.answers import Answers
from chalicelib.rendering.simulation.report_words import control_name
from chalicelib.rendering.words import Words

_TENTH = Decimal("0.1")
_CLASSES_IN_SHORT = 6
_GROUPS_SHOWN = 40  # of a dimension; groups.csv has all
Facts = dict[str, Any]


class PageFacts:
    """Figures in the words of one language, amounts in the currency of the simulation."""

    def __init__(self, simulation: Simulation, words: Words, *, most_affected: int) -> None:
        self._simulation = simulation
        self._words = words
        self._currency = simulation.comparison.currency
        self._most_affected = most_affected

    def all(self) -> Facts:
        """Everything that the template shows."""
        simulation, found = self._simulation, self._simulation.comparison
        classes = sorted(found.groups_of(CLASS), key=lambda group: -group.effect.accounts)
        answers = Answers(
            simulation, self._words, money=self._money, revenue=self._revenue, share=self._share
        )
        return {
            **answers.all(),
            "days": self._words.days(simulation.first_day, simulation.end),
            "files": list(simulation.source),
            "last_day": self._day(simulation.end - timedelta(days=1)),
            "current_on": self._day(simulation.current_on),
            "current": [self._version(one) for one in simulation.current],
            "proposed": [self._version(one) for one in simulation.proposed],
            "moved": [{"old": old, "new": new} for old, new in simulation.moved.items()],
            "unchanged": list(simulation.unchanged_tariffs),
            "events": list(simulation.events),
            "events_untold": list(simulation.events_untold),
            "tells_positions": simulation.tells_positions,
            "rows": {
                "read": self._number(simulation.rows_read),
                "rated": self._number(found.rows_rated),
                "left_out": simulation.rows_rejected + found.rows_refused,
                "left_out_text": self._number(simulation.rows_rejected + found.rows_refused),
                "rejected": simulation.rows_rejected,
                "rejected_text": self._number(simulation.rows_rejected),
            },
            "reasons": [
                {"side": one.side, "reason": one.reason, "rows": self._number(one.rows)}
                for one in found.refused
            ],
            "total": self._revenue(found.total),
            "overall": self._effect(found.overall),
            "classes": [self._group(one) for one in classes[:_CLASSES_IN_SHORT]],
            "more_classes": len(classes[_CLASSES_IN_SHORT:]),
            "by_class": self._paired(found.by_class),
            "by_month": self._paired(found.by_month, months=True),
            "by_charge": [
                {
                    "tariff": row.tariff,
                    "label": self._label(row),
                    "rate_class": row.rate_class,
                    "revenue": self._revenue(row.revenue),
                }
                for row in found.by_charge
            ],
            "by_tariff": [
                {
                    "tariff": row.tariff,
                    "rows": self._number(row.rows),
                    "usage": [self._words.quantity(value, unit.value) for unit, value in row.usage.items()],
                    "revenue": self._revenue(row.revenue),
                }
                for row in found.by_tariff
            ],
            "money_bands": self._bands(found.bands[Measure.MONEY], self._money),
            "percent_bands": self._bands(found.bands[Measure.PERCENT], self._hundredths),
            "without_percentage": found.without_percentage,
            "without_percentage_text": self._number(found.without_percentage),
            "quantiles": [
                {
                    "rank": rank,
                    "rank_text": self._words.percent(Decimal(rank)),
                    "money": money,
                    "percent": percent,
                }
                for rank, money, percent in zip(QUANTILES, *self._quantiles(found.overall), strict=True)
            ],
            "groups": [
                {
                    "dimension": dimension,
                    "rows": [self._group(one) for one in _largest(found.groups_of(dimension))],
                    "more": max(len(found.groups_of(dimension)) - _GROUPS_SHOWN, 0),
                }
                for dimension in found.dimensions
            ],
            "affected": [self._account(one) for one in found.most_affected(self._most_affected)],
            "controls": [
                {
                    "name": control_name(one.name, self._words),
                    "holds": one.holds,
                    "expected": self._count(one.expected, one.unit),
                    "found": self._count(one.found, one.unit),
                }
                for one in simulation.controls
            ],
            "is_proved": simulation.is_proved,
        }

    def _label(self, row: ChargeRevenue) -> str:
        language = self._words.language
        translated = row.translations.get(language) or row.translations.get(language.partition("-")[0])
        return translated or row.label

    def _version(self, one: Compared) -> Facts:
        return {
            "reference": one.reference,
            "name": one.name,
            "since": self._day(one.effective_from),
            "fingerprint": one.fingerprint[:16],
        }

    def _revenue(self, change: Change) -> Facts:
        return {
            "now": self._money(change.now_minor),
            "proposed": self._money(change.proposed_minor),
            "change": self._signed(change.minor),
            **self._size(change.minor),
            "percent": "" if change.percent is None else self._percent(change.percent),
            "percent_size": "" if change.percent is None else self._words.percent(abs(change.percent)),
        }

    def _effect(self, effect: Effect) -> Facts:
        median, percent = effect.median_minor, effect.median_percent
        return {
            "accounts": self._number(effect.accounts),
            "counts": {"all": effect.accounts, "less": effect.less, "same": effect.same, "more": effect.more},
            **{
                name: {
                    "count": self._number(getattr(effect, name)),
                    "share": self._share(getattr(effect, name), effect.accounts),
                    "width": _width(getattr(effect, name), effect.accounts),
                }
                for name in ("less", "same", "more")
            },
            "bar": _stacked(effect),
            "revenue": self._revenue(effect.revenue),
            "median": "" if median is None else self._signed(median),
            "median_percent": "" if percent is None else self._percent(percent),
            "median_change": self._size(median or 0),
            "middle_half": [self._size(minor) for minor in effect.quantiles_minor[1:4:2]],
        }

    def _size(self, minor: int) -> Facts:
        return {"size": self._money(abs(minor)), "sign": (minor > 0) - (minor < 0)}

    def _group(self, group: GroupEffect) -> Facts:
        return {"value": group.value, **self._effect(group.effect)}

    def _quantiles(self, effect: Effect) -> tuple[list[str], list[str]]:
        money = [self._signed(minor) for minor in effect.quantiles_minor]
        percent = [self._percent(value) for value in effect.quantiles_percent]
        none = [""] * len(QUANTILES)
        return money or none, percent or none

    def _paired(self, rows: Iterable[RowsRevenue], *, months: bool = False) -> list[Facts]:
        shown = list(rows)
        most = max((max(r.revenue.now_minor, r.revenue.proposed_minor) for r in shown), default=0)
        return [
            {
                "name": self._month(row.name) if months else row.name,
                "rows": self._number(row.rows),
                "revenue": self._revenue(row.revenue),
                "now_width": _width(row.revenue.now_minor, most),
                "proposed_width": _width(row.revenue.proposed_minor, most),
            }
            for row in shown
        ]

    def _bands(self, bands: Sequence[Band], written: Any) -> list[Facts]:
        most = max((band.accounts for band in bands), default=0)
        whole = sum(band.accounts for band in bands)
        found = []
        for band in bands:
            low, high = band.low, band.high
            is_less = low is None or low < 0
            near, far = (high, low) if is_less else (low, high)
            found.append(
                {
                    "kind": "same" if low == high == 0 else "less" if is_less else "more",
                    "near": "" if not near else written(abs(near)),
                    "far": "" if far is None else written(abs(far)),
                    "accounts": self._number(band.accounts),
                    "share": self._share(band.accounts, whole),
                    "width": _width(band.accounts, most),
                }
            )
        return found

    def _account(self, one: AccountChange) -> Facts:
        return {
            "account": one.account,
            "rate_class": one.rate_class,
            "quintile": one.quintile,
            "days": self._number(one.days),
            "revenue": self._revenue(one.revenue),
            "monthly": self._signed(one.monthly_minor),
        }

    def _count(self, value: int, unit: str) -> str:
        return self._money(value) if unit == "minor" else self._number(value)

    def _money(self, minor: int) -> str:
        return self._words.money(minor, self._currency)

    def _signed(self, minor: int) -> str:
        return self._words.signed(minor, self._currency)

    def _number(self, value: int) -> str:
        return self._words.number(value)

    def _percent(self, value: Decimal) -> str:
        return ("+" if value > 0 else "") + self._words.percent(value)

    def _hundredths(self, value: int) -> str:
        return self._words.percent(Decimal(value).scaleb(-2))

    def _share(self, part: int, whole: int) -> str:
        share = percentage(part, of=whole) or Decimal(0)
        return self._words.percent(share.quantize(_TENTH if share < 10 else Decimal(1), ROUND_HALF_UP))

    def _day(self, day: date) -> str:
        return self._words.day(day)

    def _month(self, name: str) -> str:
        return self._words.month_and_year(date.fromisoformat(f"{name}-01"))


def _largest(groups: list[GroupEffect]) -> list[GroupEffect]:
    """As many groups as a page can show, in their order: those with most accounts."""
    kept = sorted(groups, key=lambda group: -group.effect.accounts)[:_GROUPS_SHOWN]
    return [group for group in groups if group in kept] if len(groups) > _GROUPS_SHOWN else groups


def _width(part: int, whole: int) -> str:
    """A bar's length in percent of the longest, to a tenth; below zero there is no bar."""
    share = percentage(max(part, 0), of=whole) or Decimal(0)
    return format(share.quantize(_TENTH, ROUND_HALF_UP), "f")


def _stacked(effect: Effect) -> list[Facts]:
    """Three stretches of one bar that begin where the one before ends."""
    parts, start = [], 0
    for name in ("less", "same", "more"):
        count = getattr(effect, name)
        end = start + count
        left = Decimal(_width(start, effect.accounts))
        if count:
            width = Decimal(_width(end, effect.accounts)) - left
            parts.append({"kind": name, "x": format(left, "f"), "width": format(width, "f")})
        start = end
    return parts
