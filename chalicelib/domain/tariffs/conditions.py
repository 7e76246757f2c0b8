"""Conditions: facts declared for everybody at once, dated apart from any tariff.

A drought stage switches the tables of all tariffs that look it up; a cost adjustment passes a supplier's
price on; evapotranspiration is measured by weather stations. None of them needs a new tariff version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.amounts import MICRO

EVERYWHERE = ""
"""The key of a condition that is the same everywhere."""


class ConditionRepeated(Refusal):
    """Two documents declare the same condition."""


class ReadingsOverlap(Refusal):
    """Two readings of one place cover the same day."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`amount` over the days of `period`: 6.2 inches of evapotranspiration in June."""

    period: Period
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One declared fact. Its histories differ by the determinant `by`; without one the key is EVERYWHERE.

    `histories`: values that hold from a day on. `readings`: amounts measured over days, by rising period.
    """

    name: str
    revision: int
    by: str | None = None
    histories: Mapping[str, Dated[str]] = field(default_factory=dict)
    readings: Mapping[str, Sequence[Reading]] = field(default_factory=dict)
    fingerprint: str = ""

    def __post_init__(self) -> None:
        for place, readings in self.readings.items():
            for before, after in pairwise(readings):
                if after.period.start < before.period.end:
                    raise ReadingsOverlap(
                        f"condition {self.name}{f' at {place}' if place else ''} is measured twice on "
                        f"{after.period.start}: end the reading before on that day",
                        condition=self.name,
                        day=after.period.start,
                    )

    @property
    def reference(self) -> str:
        """How frozen inputs name this revision: `condition:NAME@revision`."""
        return f"condition:{self.name}@{self.revision}"

    def on(self, day: date, *, key: str = EVERYWHERE) -> str | None:
        """The value declared for `day`, None when there is none."""
        history = self.histories.get(key)
        return None if history is None else history.find(day)

    def changes(self) -> set[date]:
        """The days on which a declared value takes over."""
        return {day for history in self.histories.values() for day in history.changes()}

    def over(self, period: Period, *, key: str = EVERYWHERE) -> Decimal | None:
        """What was measured over `period`, None unless all its days are covered.

        A reading that reaches beyond the period counts with its share by days; the sum is rounded half up
        to a millionth.
        """
        total, covered = Fraction(0), 0
        for reading in self.readings.get(key, ()):
            start, end = max(reading.period.start, period.start), min(reading.period.end, period.end)
            days = (end - start).days
            if days > 0:
                total += Fraction(reading.amount) * Fraction(days, reading.period.days)
                covered += days
        if covered < period.days:
            return None
        return to_integer(total / Fraction(MICRO), rule=RoundingRule.HALF_UP) * MICRO
