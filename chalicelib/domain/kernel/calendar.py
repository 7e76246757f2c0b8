"""The utility's business days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.domain.kernel.errors import Refusal

_LONGEST_CLOSURE_DAYS = 60


class NoBusinessDay(Refusal):
    """No business day lies within two months: the calendar must be wrong."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Weekend days (0 = Monday … 6 = Sunday) and holidays on which nothing falls due."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[date] = frozenset()

    def is_business_day(self, day: date) -> bool:
        """Whether `day` is neither a weekend day nor a holiday."""
        return day.weekday() not in self.weekend and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The first business day not before `day` ("following" convention). Raises NoBusinessDay."""
        for offset in range(_LONGEST_CLOSURE_DAYS):
            candidate = day + timedelta(days=offset)
            if self.is_business_day(candidate):
                return candidate
        raise NoBusinessDay(f"no business day within {_LONGEST_CLOSURE_DAYS} days of {day}", day=day)

    def plus_business_days(self, day: date, count: int) -> date:
        """The `count`-th business day after `day` (count ≥ 0; 0 gives `on_or_after(day)`)."""
        current = self.on_or_after(day)
        for _ in range(count):
            current = self.on_or_after(current + timedelta(days=1))
        return current
