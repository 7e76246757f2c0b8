"""What a charge is taken on: the amounts of earlier stretches, in whole or for some of their days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from chalicelib.domain.kernel.rounding import apportion


class Share(NamedTuple):
    """Of a stretch whose slices have `days`, those from `first` up to but not including `stop`."""

    stretch: int
    days: tuple[int, ...]
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Base:
    """Stretches by index: those taken in whole, and shares of those that reach beyond.

    A share is by days, largest remainder over the slices, so that several shares add up to the whole.
    """

    whole: tuple[int, ...]
    shares: tuple[Share, ...] = ()

    def compiled(self) -> Callable[[list[int]], int]:
        """A function from the totals of all stretches to the amount."""
        whole, shares = self.whole, self.shares
        if not shares:
            if len(whole) == 1:
                return itemgetter(whole[0])
            return lambda totals: sum([totals[index] for index in whole])

        def amount(totals: list[int]) -> int:
            found = sum([totals[index] for index in whole])
            for stretch, days, first, stop in shares:
                found += sum(apportion(totals[stretch], weights=days)[first:stop])
            return found

        return amount
