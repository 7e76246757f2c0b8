"""Conditions: facts declared for everybody at once, dated apart from any tariff.

A drought stage switches the tables of all tariffs that look it up; a cost adjustment passes a supplier's
price on; evapotranspiration is measured by weather stations. None of them needs a new tariff version.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
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
        readings = self.readings.get(key, ())
        first = bisect_right(readings, period.start, key=lambda reading: reading.period.end)
        for reading in readings[first:]:
            start, end = max(reading.period.start, period.start), min(reading.period.end, period.end)
            days = (end - start).days
            if days <= 0:
                break
            total += Fraction(reading.amount) * Fraction(days, reading.period.days)
            covered += days
        if covered < period.days:
            return None
        return to_integer(total / Fraction(MICRO), rule=RoundingRule.HALF_UP) * MICRO

    def first_change(self, after: Condition) -> date | None:
        """The first day for which `after`, a later revision, says something else; None where it only adds.

        Days that were not measured before may be measured now; a declared value was said to hold for ever.
        """
        days = [*self._days_declared_anew(after), *self._days_measured_anew(after)]
        return min(days, default=None)

    def _days_declared_anew(self, after: Condition) -> Iterator[date]:
        for key in {*self.histories, *after.histories}:
            one, other = (condition.histories.get(key, _NEVER) for condition in (self, after))
            days = sorted({*one.changes(), *other.changes()})
            yield from (day for day in days if one.find(day) != other.find(day) or self.by != after.by)

    def _days_measured_anew(self, after: Condition) -> Iterator[date]:
        for key, readings in self.readings.items():
            kept = {*after.readings.get(key, ())} if self.by == after.by else set()
            yield from (reading.period.start for reading in readings if reading not in kept)


_NEVER: Dated[str] = Dated(())
