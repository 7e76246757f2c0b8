"""Ranges of numbers as rate tables write them: "up to 10", "over 10 to 25", "over 25"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

_NUMBER = r"(\d+(?:\.\d+)?)"
_FORMS = (
    (re.compile(rf"up to {_NUMBER}"), False, True),
    (re.compile(rf"under {_NUMBER}"), False, False),
    (re.compile(rf"over {_NUMBER}"), False, False),
    (re.compile(rf"from {_NUMBER}"), True, False),
    (re.compile(rf"over {_NUMBER} to {_NUMBER}"), False, True),
    (re.compile(rf"over {_NUMBER} to under {_NUMBER}"), False, False),
    (re.compile(rf"{_NUMBER} to {_NUMBER}"), True, True),
    (re.compile(rf"{_NUMBER} to under {_NUMBER}"), True, False),
)
_BELOW = ("up to", "under")


@dataclass(frozen=True, slots=True)
class Range:
    """The numbers between `low` and `high` (None: without end); a bound belongs to it where said so."""

    low: Decimal | None
    low_belongs: bool
    high: Decimal | None
    high_belongs: bool

    @classmethod
    def parse(cls, text: str) -> Range | None:
        """The range that `text` writes, None when it writes none.

        Forms: `up to 10`, `under 10`, `over 10`, `from 10`, `5 to 10` (both belong), `5 to under 10`,
        `over 5 to 10`, `over 5 to under 10`.
        """
        words = " ".join(text.split())
        for pattern, low_belongs, high_belongs in _FORMS:
            found = pattern.fullmatch(words)
            if found is None:
                continue
            figures = [Decimal(figure) for figure in found.groups()]
            if len(figures) == 2:
                return cls(figures[0], low_belongs, figures[1], high_belongs)
            if words.startswith(_BELOW):
                return cls(None, False, figures[0], high_belongs)
            return cls(figures[0], low_belongs, None, False)
        return None

    def holds(self, number: Decimal) -> bool:
        """Whether `number` lies within."""
        above = self.low is None or number > self.low or (self.low_belongs and number == self.low)
        below = self.high is None or number < self.high or (self.high_belongs and number == self.high)
        return above and below

    @property
    def is_empty(self) -> bool:
        """Whether no number lies within: its bounds are the wrong way round."""
        if self.low is None or self.high is None:
            return False
        return self.low > self.high or (
            self.low == self.high and not (self.low_belongs and self.high_belongs)
        )

    def meets(self, other: Range) -> bool:
        """Whether some number lies in both."""
        return _begins_within(self, other) and _begins_within(other, self)

    def __str__(self) -> str:
        if self.low is None:
            return f"{'up to' if self.high_belongs else 'under'} {self.high}"
        if self.high is None:
            return f"{'from' if self.low_belongs else 'over'} {self.low}"
        end = f"to {self.high}" if self.high_belongs else f"to under {self.high}"
        return f"{'' if self.low_belongs else 'over '}{self.low} {end}"


def _begins_within(one: Range, other: Range) -> bool:
    """Whether `one` begins before `other` ends."""
    if one.low is None or other.high is None:
        return True
    touching = one.low_belongs and other.high_belongs
    return one.low < other.high or (touching and one.low == other.high)
