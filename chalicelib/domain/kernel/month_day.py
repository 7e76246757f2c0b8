"""Days of every year: when seasons begin, from when to when a window reaches."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_LEAP_YEAR = 2000
_WRITTEN = re.compile(r"(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of every year. February 29 is February 28 in a common year."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> MonthDay | None:
        """The day that `MM-DD` writes, None when it writes none."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            return None
        month, day = int(found[1]), int(found[2])
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(_LEAP_YEAR, month)[1]:
            return None
        return cls(month, day)

    def in_year(self, year: int) -> date:
        """This day in `year`."""
        return date(year, self.month, min(self.day, calendar.monthrange(year, self.month)[1]))

    def __str__(self) -> str:
        return f"{self.month:02d}-{self.day:02d}"
