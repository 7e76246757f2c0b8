"""Which meters and which services each kind of customer has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from chalicelib.domain.premises.service_point import RegisterFace
from cli.demo.cast import Kind
from cli.demo.customer import Served
from cli.demo.dials import CUBIC_FEET, LARGE, SMALL_FACES, somewhere
from cli.demo.metering import Fixture
from cli.demo.water import Absence, Habits, Leak

_LETTERS = {"water": "W", "sewer": "S", "stormwater": "R", "irrigation": "I"}
_GALLONS_A_HEAD = 46
_GALLONS_A_DWELLING = 105
_GALLONS_A_CCF = 748
_CAST = 20  # the first customers all have sewers, so that the smallest demo shows them


@dataclass(slots=True)
class Plumbing:
    """The meters and services of customer `number`, put together one by one."""

    number: int
    installed_on: date
    rng: Random
    fixtures: list[Fixture] = field(default_factory=list)
    services: list[Served] = field(default_factory=list)

    def meter(self, size: str, *, habits: Habits) -> str:
        """Hang an ordinary meter at a new point; returns the point's number."""
        return self._hang(size, faces={"0": self.rng.choice(SMALL_FACES)}, habits={"0": habits})

    def compound(self, size: str, *, low: Habits, high: Habits) -> str:
        """Hang a compound meter: small flows turn one register, large flows the other."""
        return self._hang(size, faces={"L": CUBIC_FEET, "H": LARGE}, habits={"L": low, "H": high})

    def serve(self, service: str, tariff: str, *points: str, less: str = "", **determinants: str) -> None:
        """Add an agreement over `points`, whose usage adds up; that of `less` is subtracted."""
        links = [(point, "add") for point in points] + [(less, "subtract")] * bool(less)
        self.services.append(
            Served(
                number=f"A{self.number:06d}{_LETTERS[service]}",
                service=service,
                tariff=tariff,
                determinants={name: value for name, value in determinants.items() if value},
                links=tuple(links),
            )
        )

    def _hang(self, size: str, *, faces: Mapping[str, RegisterFace], habits: Mapping[str, Habits]) -> str:
        place = len(self.fixtures)
        point = f"S{self.number:06d}-{place + 1}"
        self.fixtures.append(
            Fixture(
                number=point,
                sequence=self.number * 10 + place,
                meter=f"{60_000_000 + self.number * 10 + place}",
                size=size,
                dials={position: somewhere(face, self.rng) for position, face in faces.items()},
                habits=habits,
                installed_on=self.installed_on,
            )
        )
        return point


def plumbing_of(
    kind: Kind,
    *,
    number: int,
    installed_on: date,
    assisted: bool,
    newcomer: bool,
    leaks: tuple[Leak, ...],
    absences: tuple[Absence, ...],
    rng: Random,
) -> Plumbing:
    """The meters and services of customer `number`, water first."""
    plumbing = Plumbing(number, installed_on, rng)
    if kind in (Kind.HOME, Kind.HOME_WITH_GARDEN):
        _home(plumbing, kind, assisted, newcomer, leaks, absences)
    elif kind is Kind.APARTMENTS:
        _apartments(plumbing)
    elif kind is Kind.GARDEN:
        size = rng.choice(("1in", "2in"))
        point = plumbing.meter(size, habits=Habits(10, rng.randrange(600, 3000)))
        plumbing.serve("irrigation", "IRRIGATION", point, meter_size=size)
        plumbing.serve("stormwater", "STORM", parcel="park")
    else:
        _business(plumbing, kind)
    return plumbing


def _home(
    plumbing: Plumbing,
    kind: Kind,
    assisted: bool,
    newcomer: bool,
    leaks: tuple[Leak, ...],
    absences: tuple[Absence, ...],
) -> None:
    rng = plumbing.rng
    people = rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5))
    garden = rng.randrange(380)
    has_own_garden = kind is Kind.HOME_WITH_GARDEN
    size = "5/8in" if rng.randrange(5) else "1in"
    habits = Habits(people * _GALLONS_A_HEAD, 0 if has_own_garden else garden, leaks, absences)
    main = plumbing.meter(size, habits=habits)
    assistance = "yes" if assisted else ""
    plumbing.serve("water", "WATER-RES", main, meter_size=size, assistance=assistance)
    if plumbing.number < _CAST or rng.randrange(100) < 85:  # the others have a septic tank
        winter_average = "" if newcomer else _winter_average(people)
        plumbing.serve("sewer", "SEWER-RES", main, assistance=assistance, winter_average=winter_average)
    plumbing.serve("stormwater", "STORM", parcel="home")
    if has_own_garden:
        point = plumbing.meter("1in", habits=Habits(0, garden + 150))
        plumbing.serve("irrigation", "IRRIGATION", point, meter_size="1in")


def _winter_average(people: int) -> str:
    """What they use a month while nothing is watered, in whole ccf, and one more."""
    return str(people * _GALLONS_A_HEAD * 30 // _GALLONS_A_CCF + 1)


def _apartments(plumbing: Plumbing) -> None:
    dwellings = plumbing.rng.randrange(4, 41)
    size = "1-1/2in" if dwellings < 16 else "2in"
    main = plumbing.meter(size, habits=Habits(dwellings * _GALLONS_A_DWELLING, dwellings * 12))
    plumbing.serve("water", "WATER-MF", main, meter_size=size, dwelling_units=str(dwellings))
    plumbing.serve("sewer", "SEWER-COM", main, meter_size=size)
    plumbing.serve("stormwater", "STORM", parcel="large" if dwellings > 12 else "small")


def _business(plumbing: Plumbing, kind: Kind) -> None:
    rng, pick = plumbing.rng, plumbing.rng.randrange
    size, deducted = rng.choice(("1in", "1-1/2in", "2in")), ""
    if kind is Kind.BUSINESS_COMPOUND:
        size = "3in"
        low, high = Habits(pick(900, 1600), 0), Habits(pick(2500, 6000), 900)
        points = [plumbing.compound(size, low=low, high=high)]
    elif kind is Kind.CAMPUS:
        points = [plumbing.meter(size, habits=Habits(pick(300, 900), pick(100))) for _ in range(3)]
    else:
        garden = pick(300, 900)
        points = [plumbing.meter(size, habits=Habits(pick(150, 4200), garden * 2))]
        if kind is Kind.BUSINESS_DEDUCT:
            deducted = plumbing.meter("1in", habits=Habits(0, garden))
    exempt = "yes" if pick(12) == 0 else ""
    plumbing.serve("water", "WATER-COM", *points, meter_size=size, tax_exempt=exempt)
    plumbing.serve("sewer", "SEWER-COM", *points, less=deducted, meter_size=size)
    plumbing.serve("stormwater", "STORM", parcel=rng.choice(("small", "large")))
