"""How much water is drawn between two days, in whole US gallons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

# Gardens by month, in percent of the July peak: dry summers, wet winters.
_GARDEN = (5, 5, 12, 30, 60, 90, 100, 95, 70, 40, 12, 5)


@dataclass(frozen=True, slots=True)
class Leak:
    """Water that runs away day and night, from `start` until `end`."""

    start: date
    end: date
    gallons_a_day: int


@dataclass(frozen=True, slots=True)
class Absence:
    """Days on which nobody is at home. The garden is watered all the same."""

    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Habits:
    """Gallons a day indoors, and in the garden at the height of summer."""

    indoors: int
    garden: int
    leaks: tuple[Leak, ...] = ()
    absences: tuple[Absence, ...] = ()


class Seasons:
    """Sums of the garden's need over days, so that a month costs one subtraction."""

    def __init__(self, *, first: date, last: date) -> None:
        self._first = first
        self._sums = [0]
        for offset in range((last - first).days):
            self._sums.append(self._sums[-1] + _garden_percent(first + timedelta(days=offset)))

    def percent_days(self, start: date, end: date) -> int:
        """Sum of the garden's percentages over `[start, end)`."""
        return self._sums[(end - self._first).days] - self._sums[(start - self._first).days]

    def drawn(self, habits: Habits, start: date, end: date, rng: Random) -> int:
        """Gallons drawn in `[start, end)`: habits, moods of ± 12 %, and what leaks."""
        at_home = (end - start).days - sum(
            _overlap(gone.start, gone.end, start, end) for gone in habits.absences
        )
        wanted = habits.indoors * at_home + habits.garden * self.percent_days(start, end) // 100
        leaked = sum(leak.gallons_a_day * _overlap(leak.start, leak.end, start, end) for leak in habits.leaks)
        return wanted * rng.randint(88, 112) // 100 + leaked


def _overlap(start: date, end: date, other_start: date, other_end: date) -> int:
    return max((min(end, other_end) - max(start, other_start)).days, 0)


def _garden_percent(day: date) -> int:
    """The month's figure at mid-month, in between on the way to the next month's."""
    here, toward = _GARDEN[day.month - 1], _GARDEN[(day.month + (0 if day.day >= 15 else -2)) % 12]
    distance = abs(day.day - 15)
    return (here * (30 - distance) + toward * distance) // 30
