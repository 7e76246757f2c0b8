"""Meters: what their dials show after so many gallons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from random import Random

from chalicelib.domain.kernel.quantity import Unit, ratio
from chalicelib.domain.premises.service_point import RegisterFace

# The faces Riverbend has bought over the years.
CUBIC_FEET = RegisterFace(dials=6, decimals=0, unit=Unit.CUBIC_FOOT)
CCF = RegisterFace(dials=4, decimals=2, unit=Unit.CCF)
TEN_GALLONS = RegisterFace(dials=6, decimals=0, unit=Unit.US_GALLON, multiplier=Decimal(10))
GALLONS = RegisterFace(dials=7, decimals=0, unit=Unit.US_GALLON)
CUBIC_METERS = RegisterFace(dials=5, decimals=3, unit=Unit.CUBIC_METER)
LARGE = RegisterFace(dials=6, decimals=0, unit=Unit.CUBIC_FOOT, multiplier=Decimal(100))

SMALL_FACES = (CUBIC_FEET, CUBIC_FEET, CUBIC_FEET, CCF, CCF, TEN_GALLONS, GALLONS, CUBIC_METERS)


@dataclass(frozen=True, slots=True)
class Dial:
    """One register: its face, and where its dials stood when the first gallon we know of went through.

    `start` is counted in the smallest step the dials show.
    """

    face: RegisterFace
    start: int

    @property
    def capacity(self) -> int:
        """Steps after which the dials stand at zero again."""
        return _capacity(self.face)

    def after(self, gallons: int) -> Decimal:
        """What the dials show once `gallons` have gone through."""
        return self.shown(self.start + steps(self.face, gallons))

    def shown(self, count: int) -> Decimal:
        """`count` steps as the dials write them, leading zeros aside."""
        return Decimal(count % self.capacity).scaleb(-self.face.decimals)


def steps(face: RegisterFace, gallons: int) -> int:
    """Whole steps by which `gallons` turn dials that began at zero."""
    numerator, denominator = _steps_per_gallon(face.unit, face.multiplier, face.decimals)
    return gallons * numerator // denominator


def somewhere(face: RegisterFace, rng: Random) -> Dial:
    """A dial that has counted for years and will not roll over soon."""
    return Dial(face, rng.randrange(_capacity(face) // 10, _capacity(face) * 6 // 10))


def about_to_roll(face: RegisterFace, gallons: int) -> Dial:
    """A dial that passes zero when `gallons` have gone through."""
    return Dial(face, (_capacity(face) - steps(face, gallons)) % _capacity(face))


@cache
def _steps_per_gallon(unit: Unit, multiplier: Decimal, decimals: int) -> tuple[int, int]:
    per_gallon = ratio(source=Unit.US_GALLON, target=unit) * 10**decimals / Fraction(multiplier)
    return per_gallon.numerator, per_gallon.denominator


def _capacity(face: RegisterFace) -> int:
    return int(10 ** (face.dials + face.decimals))
