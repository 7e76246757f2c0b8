"""Who lives in Riverbend and what befalls them, decided by their place in the list alone.

The first twenty customers are a cast that shows every case, so that the smallest demo does too. After them
cases return at fixed distances, and everybody else is drawn by the shares of a real town.
"""

from __future__ import annotations

from enum import Enum, StrEnum
from random import Random


class Kind(StrEnum):
    """What a customer's meters serve."""

    HOME = "home"
    HOME_WITH_GARDEN = "home with a second meter for the garden"
    APARTMENTS = "apartments"
    BUSINESS = "business"
    BUSINESS_COMPOUND = "business with a compound meter"
    BUSINESS_DEDUCT = "business with a garden behind its own meter"
    CAMPUS = "business with several meters under one agreement"
    GARDEN = "irrigation only"


class Story(Enum):
    """Something that happens: (place of its first customer, distance to the next one)."""

    OLD_DEBT = (2, 9)
    RECONNECTED = (2, 180)  # one of those with old debts was shut off
    LEAK = (3, 40)
    VACATION = (5, 12)
    ROLLOVER = (7, 60)
    EXCHANGE = (9, 75)
    NEWCOMER = (10, 45)
    SKIPPED_READ = (11, 30)
    CUSTOMER_READ = (13, 25)
    ASSISTANCE = (14, 20)
    NO_READ_NOW = (15, 150)
    MISREAD_NOW = (17, 250)
    BURST_NOW = (19, 200)

    def befalls(self, index: int) -> bool:
        """Whether customer `index` (from 0) is one of those it happens to."""
        first, distance = self.value
        return index >= first and (index - first) % distance == 0


_PLACES = {
    1: Kind.HOME_WITH_GARDEN,
    4: Kind.APARTMENTS,
    6: Kind.BUSINESS,
    8: Kind.BUSINESS_COMPOUND,
    12: Kind.BUSINESS_DEDUCT,
    16: Kind.GARDEN,
    18: Kind.CAMPUS,
}
_CAST = 20
_SHARES = {
    Kind.HOME: 800,
    Kind.HOME_WITH_GARDEN: 40,
    Kind.APARTMENTS: 70,
    Kind.BUSINESS: 45,
    Kind.BUSINESS_COMPOUND: 5,
    Kind.BUSINESS_DEDUCT: 7,
    Kind.CAMPUS: 3,
    Kind.GARDEN: 30,
}


def stories_of(index: int) -> frozenset[Story]:
    """What befalls customer `index`, at most one story of the meter at a time."""
    return frozenset(story for story in Story if story.befalls(index))


def kind_of(index: int, rng: Random) -> Kind:
    """What kind of customer `index` is. Stories are told of homes."""
    if index in _PLACES:
        return _PLACES[index]
    if index < _CAST or stories_of(index):
        return Kind.HOME
    return rng.choices(list(_SHARES), weights=list(_SHARES.values()))[0]
