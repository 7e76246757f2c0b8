"""Twelve months of Riverbend's usage as a file for simulations: what the meters would have shown, no more.

The stories of the demo (leaks, missing reads, exchanged meters) are left out, and so is everybody's name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from random import Random

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.usecases.ports.simulation import BilledUsage
from cli.demo.calendar import ROUTES, BillingYear
from cli.demo.cast import Kind, Story, kind_of, stories_of
from cli.demo.customer import Served
from cli.demo.plumbing import Plumbing, plumbing_of
from cli.demo.riverbend import ACCOUNTS_ON_A_STREET, account_number
from cli.demo.water import Seasons

_MONTHS = 12
_RECONNECTED = {20: 4, 45: 7}  # customers by number, each in one of the twelve periods
_CLASSES = {
    Kind.HOME: "residential",
    Kind.HOME_WITH_GARDEN: "residential",
    Kind.APARTMENTS: "multi-family",
    Kind.GARDEN: "irrigation",
}


@dataclass(frozen=True)
class UsageYear:
    """A year of `accounts` customers up to the reads of the month of `as_of`."""

    seed: int
    accounts: int
    as_of: date

    def rows(self) -> Iterator[BilledUsage]:
        """Every agreement's twelve periods, account by account."""
        for index in range(self.accounts):
            yield from self._account(index)

    def _account(self, index: int) -> Iterator[BilledUsage]:
        rng = Random(f"{self.seed}/usage/{index}")
        kind = kind_of(index, rng)
        plumbing = plumbing_of(
            kind,
            number=index,
            installed_on=self._days[0][0],
            assisted=Story.ASSISTANCE in stories_of(index),
            newcomer=False,
            leaks=(),
            absences=(),
            rng=rng,
        )
        days = self._days[index // ACCOUNTS_ON_A_STREET % len(ROUTES)]
        for month, (start, end) in enumerate(pairwise(days)):
            drawn = self._drawn(plumbing, start, end, rng)
            for served in plumbing.services:
                yield BilledUsage(
                    account=account_number(index),
                    agreement=served.number,
                    rate_class=_CLASSES.get(kind, "commercial"),
                    tariff=served.tariff,
                    start=start,
                    end=end,
                    usage=_usage(served, drawn),
                    unit=Unit.CCF.value if served.links else "",
                    determinants={**served.determinants, **_events(index, month, served, start)},
                )

    def _drawn(self, plumbing: Plumbing, start: date, end: date, rng: Random) -> dict[str, int]:
        """Gallons by point."""
        return {
            fixture.number: sum(
                self._seasons.drawn(habits, start, end, rng) for habits in fixture.habits.values()
            )
            for fixture in plumbing.fixtures
        }

    @cached_property
    def _days(self) -> list[list[date]]:
        year = BillingYear(self.as_of, BusinessCalendar())
        return [year.read_days(route)[-_MONTHS - 1 :] for route in ROUTES]

    @cached_property
    def _seasons(self) -> Seasons:
        return Seasons(first=self._days[-1][0], last=self.as_of + timedelta(days=40))


def _usage(served: Served, drawn: dict[str, int]) -> Decimal | None:
    if not served.links:
        return None
    gallons = sum(drawn[point] * (1 if role == "add" else -1) for point, role in served.links)
    exact = Quantity.of(max(gallons, 0), Unit.US_GALLON).to(Unit.CCF)
    return exact.decimal(places=2, rule=RoundingRule.DOWN)


def _events(index: int, month: int, served: Served, start: date) -> dict[str, str]:
    if served.tariff != "WATER-RES" or _RECONNECTED.get(index) != month:
        return {}
    return {"reconnected": f"{start + timedelta(days=9)}=1"}
