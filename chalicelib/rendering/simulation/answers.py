"""What a council asks first, answered in figures: who pays much more, what a month costs, what comes in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from chalicelib.domain.simulation.figures import MUCH_MORE_PERCENT, Change, Effect, FifthEffect
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.rendering.words import Words

ASSISTANCE = "assistance"
_YES, _NO = ("yes", "true", "y", "1"), ("", "no", "false", "n", "0")
_SIZES = {"1": "small", "3": "middle", "5": "large"}
_CLASSES_SHOWN = 12  # of fifths; fifths.csv has all
Facts = dict[str, Any]


class Answers:
    """Answers about one simulation; `money` and `revenue` write amounts, `share` a part of a whole."""

    def __init__(
        self,
        simulation: Simulation,
        words: Words,
        *,
        money: Callable[[int], str],
        revenue: Callable[[Change], Facts],
        share: Callable[[int, int], str],
    ) -> None:
        self._simulation, self._words = simulation, words
        self._money, self._revenue, self._share = money, revenue, share

    def all(self) -> Facts:
        """The answers, and the fifths of classes that they are taken from."""
        found = self._simulation.comparison
        typical = [one for one in found.largest_class if one.quintile in _SIZES]
        classes = list(dict.fromkeys(one.rate_class for one in found.fifths))
        shown = classes[:_CLASSES_SHOWN]
        return {
            "much_more_percent": self._words.percent(Decimal(MUCH_MORE_PERCENT)),
            "much_more": self._much_more(found.overall),
            "typical_class": typical[0].rate_class if typical else "",
            "typical": [{"size": _SIZES[one.quintile], **self._month(one.effect)} for one in typical],
            "fifths": [self._fifth(one) for one in found.fifths if one.rate_class in shown],
            "more_fifths": len(classes) - len(shown),
            "tells_assistance": ASSISTANCE in found.dimensions,
            "assisted": list(self._assisted()),
            "needed": self._needed(),
        }

    def _fifth(self, one: FifthEffect) -> Facts:
        return {"rate_class": one.rate_class, "quintile": one.quintile, **self._month(one.effect)}

    def _month(self, effect: Effect) -> Facts:
        return {
            "accounts": self._words.number(effect.accounts),
            "month": self._revenue(effect.average_month),
            "much_more": self._much_more(effect),
        }

    def _much_more(self, effect: Effect) -> Facts:
        return {
            "number": effect.much_more,
            "count": self._words.number(effect.much_more),
            "share": self._share(effect.much_more, effect.accounts),
        }

    def _assisted(self) -> Iterator[Facts]:
        for group in self._simulation.comparison.groups_of(ASSISTANCE):
            if group.value.lower() not in _NO:
                name = "" if group.value.lower() in _YES else group.value
                yield {"name": name, "number": group.effect.accounts, **self._month(group.effect)}

    def _needed(self) -> Facts | None:
        needed = self._simulation.needed_minor
        if needed is None:
            return None
        gap = self._simulation.comparison.total.proposed_minor - needed
        return {
            "needed": self._money(needed),
            "proposed": self._money(self._simulation.comparison.total.proposed_minor),
            "size": self._money(abs(gap)),
            "sign": (gap > 0) - (gap < 0),
        }
