"""The meters of one customer, followed through the months: what flows, what is exchanged, what is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from cli.demo.customer import Hung, Point, TakenRead
from cli.demo.dials import CUBIC_METERS, GALLONS, Dial, about_to_roll, steps
from cli.demo.water import Habits, Seasons

_BACKWARDS = 50  # steps a misread dial seems to have turned back


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixture:
    """A point before its history is known: habits by dial position, and the meter that hangs there first."""

    number: str
    sequence: int
    meter: str
    size: str
    dials: Mapping[str, Dial]
    habits: Mapping[str, Habits]
    installed_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What befalls the reading of a point: days by which something happens, None where it does not.

    `rolls_on`: the dials pass zero about then. `exchanged_on`: another meter, in another unit, is hung.
    `unread`: reads nobody took. `told_by_customer`: reads the customer sent in. `misread_on`: a read below
    the one before.
    """

    rolls_on: date | None = None
    exchanged_on: date | None = None
    unread: frozenset[date] = frozenset()
    told_by_customer: frozenset[date] = frozenset()
    misread_on: date | None = None


def followed(
    fixture: Fixture, course: Course, *, days: Sequence[date], seasons: Seasons, rng: Random
) -> tuple[Point, list[TakenRead]]:
    """The point with its meters, and its reads. `days` are the read days, the first being the start."""
    start = max(days[0], fixture.installed_on)
    stops = sorted({start, *(day for day in days if day > start), *_maybe(course.exchanged_on)})
    flows = {position: _flows(fixture.habits[position], stops, seasons, rng) for position in fixture.dials}
    hung = [_first_meter(fixture, course, flows, is_new=start == fixture.installed_on)]
    reads: list[TakenRead] = []
    since = last = dict.fromkeys(flows, 0)
    for day in stops:
        gone = {position: flows[position][day] - since[position] for position in flows}
        if day == course.exchanged_on:
            hung = _exchanged(hung[0], day, gone, rng)
            since = {position: flows[position][day] for position in flows}
            continue
        if day in course.unread or day == fixture.installed_on:
            continue
        misread = day == course.misread_on
        reads += _read(hung[-1], day, last if misread else gone, course, misread=misread)
        last = gone
    return Point(number=fixture.number, sequence=fixture.sequence, hung=tuple(hung)), reads


def _maybe(day: date | None) -> tuple[date, ...]:
    return () if day is None else (day,)


def _flows(habits: Habits, stops: Sequence[date], seasons: Seasons, rng: Random) -> dict[date, int]:
    """Gallons that have gone through by each stop."""
    total, flows = 0, {stops[0]: 0}
    for start, end in pairwise(stops):
        total += seasons.drawn(habits, start, end, rng)
        flows[end] = total
    return flows


def _first_meter(
    fixture: Fixture, course: Course, flows: Mapping[str, Mapping[date, int]], *, is_new: bool
) -> Hung:
    dials = dict(fixture.dials)
    if course.rolls_on is not None:
        by_then = {p: max(g for day, g in flows[p].items() if day <= course.rolls_on) for p in dials}
        dials = {p: about_to_roll(dial.face, max(by_then[p] - 1, 1)) for p, dial in dials.items()}
    if is_new:
        dials = {position: replace(dial, start=0) for position, dial in dials.items()}
    return Hung(
        meter=fixture.meter,
        size=fixture.size,
        dials=dials,
        installed_on=fixture.installed_on,
        install_values={position: dial.shown(0) for position, dial in dials.items()},
    )


def _exchanged(old: Hung, day: date, gone: Mapping[str, int], rng: Random) -> list[Hung]:
    """The old meter taken down with its last dials, and a new one in another unit."""
    face = GALLONS if old.dials["0"].face == CUBIC_METERS else CUBIC_METERS
    dial = Dial(face, rng.randrange(20))  # a new meter has been tested with a little water
    taken_down = replace(
        old, removed_on=day, removal_values={p: dial.after(gone[p]) for p, dial in old.dials.items()}
    )
    new = Hung(
        meter=f"{old.meter}X",
        size=old.size,
        dials={"0": dial},
        installed_on=day,
        install_values={"0": dial.shown(dial.start)},
    )
    return [taken_down, new]


def _read(
    hung: Hung, day: date, gone: Mapping[str, int], course: Course, *, misread: bool
) -> list[TakenRead]:
    """The dials of a meter on a day; misread ones stand a little below what `gone` comes to."""
    return [
        TakenRead(
            meter=hung.meter,
            position=position,
            on=day,
            value=dial.shown(dial.start + steps(dial.face, gone[position]) - _BACKWARDS * misread),
            by_customer=day in course.told_by_customer,
        )
        for position, dial in hung.dials.items()
    ]


def day_between(start: date, end: date, rng: Random) -> date:
    """A day strictly between two read days."""
    return start + timedelta(days=rng.randrange(6, (end - start).days - 5))
