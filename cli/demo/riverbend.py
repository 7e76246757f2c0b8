"""The customers of Riverbend Water, one after another: a pure function of seed, number and day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from random import Random

from cli.demo import names
from cli.demo.calendar import ROUTES, BillingYear
from cli.demo.cast import Kind, Story, kind_of, stories_of
from cli.demo.customer import Customer, Debt, Owner, Served
from cli.demo.metering import Course, day_between, followed
from cli.demo.plumbing import plumbing_of
from cli.demo.water import Absence, Leak, Seasons

ACCOUNTS_ON_A_STREET = 5
_YEARS_OLD = 12


@dataclass(frozen=True)
class Riverbend:
    """A town of `accounts` customers. Customer 7 is the same in a town of twenty and one of a million."""

    seed: int
    accounts: int
    year: BillingYear

    def customers(self) -> Iterator[Customer]:
        """Every customer, in order. Nothing is kept: a million stream through."""
        return (self.customer(index) for index in range(self.accounts))

    def customer(self, index: int) -> Customer:
        """Customer `index`, from 0."""
        rng = Random(f"{self.seed}/{index}")
        stories = stories_of(index)
        kind = kind_of(index, rng)
        route = ROUTES[index // ACCOUNTS_ON_A_STREET % len(ROUTES)]
        days = self._days[route]
        opened_on = self._opened_on(stories, days, rng)
        plumbing = plumbing_of(
            kind,
            number=index,
            installed_on=opened_on,
            assisted=Story.ASSISTANCE in stories,
            newcomer=Story.NEWCOMER in stories,
            leaks=_leaks(stories, days, rng),
            absences=_absences(stories, days, rng),
            rng=rng,
        )
        course = _course(stories, days, rng)
        followed_points = [
            followed(fixture, course, days=days, seasons=self._seasons, rng=rng)
            for fixture in plumbing.fixtures
        ]
        return Customer(
            index=index,
            kind=kind,
            stories=stories,
            account=account_number(index),
            premise=f"L{index:06d}",
            street=names.a_street(rng),
            parcel=f"{rng.randrange(1000):03d}-{rng.randrange(100):02d}-{index:06d}",
            route=route,
            owner=_owner(index, kind, rng),
            opened_on=opened_on,
            billed_until=days[0] if opened_on < days[0] else None,
            points=tuple(point for point, _ in followed_points),
            services=(_what_happened(plumbing.services[0], stories, days), *plumbing.services[1:]),
            debts=self._debts(stories, plumbing.services[0], rng),
            reads=tuple(read for _, reads in followed_points for read in reads),
        )

    @cached_property
    def _days(self) -> dict[str, list[date]]:
        return {route: self.year.read_days(route) for route in ROUTES}

    @cached_property
    def _seasons(self) -> Seasons:
        first = self.year.start.plus(-1).first_day
        return Seasons(first=first, last=self.year.as_of + timedelta(days=40))

    def _opened_on(self, stories: frozenset[Story], days: list[date], rng: Random) -> date:
        if Story.NEWCOMER in stories:
            month = rng.randrange(5, 10)
            return day_between(days[month], days[month + 1], rng)
        return days[0] - timedelta(days=rng.randrange(200, 365 * _YEARS_OLD))

    def _debts(self, stories: frozenset[Story], water: Served, rng: Random) -> tuple[Debt, ...]:
        """What was owed on the day of conversion: mostly last month's water, some older, some a credit."""
        if Story.OLD_DEBT not in stories or Story.NEWCOMER in stories:
            return ()
        due = self.year.read_day(self.year.start) + timedelta(days=12)
        recent = Debt(
            agreement=water.number,
            charge_group="water",
            due_on=due,
            amount_minor=rng.randrange(1800, 14000) if rng.randrange(6) else -rng.randrange(500, 4000),
        )
        if rng.randrange(3):
            return (recent,)
        older = Debt(
            agreement=water.number,
            charge_group="water",
            due_on=due - timedelta(days=61),
            amount_minor=rng.randrange(900, 6000),
        )
        return (older, recent)


def account_number(index: int) -> str:
    """The number on the bill, with a check digit: `20-000137-4`."""
    body = f"20{index:06d}"
    check = sum((place % 2 + 1) * int(digit) for place, digit in enumerate(body)) % 10
    return f"20-{index:06d}-{check}"


def _owner(index: int, kind: Kind, rng: Random) -> Owner:
    named = _NAMED.get(kind, names.a_business)(rng)
    elsewhere = kind is Kind.APARTMENTS or rng.randrange(12) == 0
    email = f"customer{index:06d}@riverbend.example" if rng.randrange(10) < 7 else ""
    return Owner(
        number=f"P{index:06d}",
        name=named.name,
        language=named.language,
        email=email,
        phone=f"+1 530 555 01{rng.randrange(100):02d}",  # 555-01xx is kept free for fiction
        mailing=f"PO Box {rng.randrange(10, 9900)}" if elsewhere else "",
        large_print=index % 40 == 7,
        paperless=bool(email) and index % 3 == 2,
    )


_NAMED = {
    Kind.HOME: names.a_person,
    Kind.HOME_WITH_GARDEN: names.a_person,
    Kind.APARTMENTS: names.a_landlord,
}


def _course(stories: frozenset[Story], days: list[date], rng: Random) -> Course:
    month = rng.randrange(4, 10)
    unread = set()
    if Story.SKIPPED_READ in stories:
        unread.add(days[month])
    if Story.NO_READ_NOW in stories:
        unread.add(days[-1])
    return Course(
        rolls_on=days[month] if Story.ROLLOVER in stories else None,
        exchanged_on=day_between(days[month], days[month + 1], rng) if Story.EXCHANGE in stories else None,
        unread=frozenset(unread),
        told_by_customer=frozenset({days[month]} if Story.CUSTOMER_READ in stories else ()),
        misread_on=days[-1] if Story.MISREAD_NOW in stories else None,
    )


def _what_happened(water: Served, stories: frozenset[Story], days: list[date]) -> Served:
    if Story.RECONNECTED not in stories:
        return water
    return replace(water, events=((days[-3] + timedelta(days=8), "reconnected"),))


def _leaks(stories: frozenset[Story], days: list[date], rng: Random) -> tuple[Leak, ...]:
    leaks = []
    if Story.LEAK in stories:
        start = days[rng.randrange(3, 9)] + timedelta(days=rng.randrange(25))
        leaks.append(Leak(start, start + timedelta(days=rng.randrange(40, 80)), rng.randrange(120, 320)))
    if Story.BURST_NOW in stories:
        leaks.append(Leak(days[-2] + timedelta(days=3), days[-1], rng.randrange(9000, 14000)))
    return tuple(leaks)


def _absences(stories: frozenset[Story], days: list[date], rng: Random) -> tuple[Absence, ...]:
    if Story.VACATION not in stories:
        return ()
    start = days[rng.randrange(6, 11)] + timedelta(days=rng.randrange(12))
    return (Absence(start, start + timedelta(days=rng.randrange(14, 36))),)
