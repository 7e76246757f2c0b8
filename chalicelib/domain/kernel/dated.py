"""Values that hold from a day until the next one takes over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from chalicelib.domain.kernel.errors import Refusal

T = TypeVar("T")


class NoValueInForce(Refusal):
    """A dated value was asked for on a day before its first entry."""


class EntriesOutOfOrder(Refusal):
    """A dated value's entries do not have strictly rising days."""


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A history of values: each entry `(from_day, value)` holds until the next entry's day."""

    entries: tuple[tuple[date, T], ...]

    def __post_init__(self) -> None:
        days = [day for day, _ in self.entries]
        if days != sorted(set(days)):
            raise EntriesOutOfOrder("the days of a dated value must rise: " + ", ".join(map(str, days)))

    @classmethod
    def since(cls, day: date, value: T) -> Dated[T]:
        """One value from `day` on."""
        return cls(((day, value),))

    def find(self, day: date) -> T | None:
        """The value in force on `day`, or None before the first entry."""
        found: T | None = None
        for start, value in self.entries:
            if start > day:
                break
            found = value
        return found

    def on(self, day: date) -> T:
        """The value in force on `day`. Raises NoValueInForce before the first entry."""
        if not self.entries or day < self.entries[0][0]:
            first = self.entries[0][0] if self.entries else None
            raise NoValueInForce(f"no value is in force on {day}: the first entry is of {first}", day=day)
        return next(value for start, value in reversed(self.entries) if start <= day)

    def changes(self) -> Iterator[date]:
        """The days on which a new value takes over (the first entry's day included)."""
        return (day for day, _ in self.entries)

    def with_entry(self, day: date, value: T) -> Dated[T]:
        """The history with `value` from `day` on, replacing an entry of the same day."""
        kept = [entry for entry in self.entries if entry[0] != day]
        return Dated(tuple(sorted([*kept, (day, value)], key=lambda entry: entry[0])))
