"""Meters: what their dials show after so many gallons."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from chalicelib.domain.kernel.quantity import Unit, ratio
from chalicelib.domain.premises.service_point import RegisterFace

# The faces Riverbend has bought over the years, by the name of the make.
FACES: dict[str, RegisterFace] = {
    "cubic feet": RegisterFace(dials=6, decimals=0, unit=Unit.CUBIC_FOOT),
    "ccf": RegisterFace(dials=4, decimals=2, unit=Unit.CCF),
    "ten gallons": RegisterFace(dials=6, decimals=0, unit=Unit.US_GALLON, multiplier=Decimal(10)),
    "gallons": RegisterFace(dials=7, decimals=0, unit=Unit.US_GALLON),
    "cubic meters": RegisterFace(dials=5, decimals=3, unit=Unit.CUBIC_METER),
    "hundred cubic feet": RegisterFace(dials=6, decimals=0, unit=Unit.CUBIC_FOOT, multiplier=Decimal(100)),
}


@dataclass(frozen=True, slots=True)
class Dial:
    """One register: its face, and where its dials stood when the first gallon we know of went through.

    `start` is counted in the smallest step the dials show.
    """

    number: str
    face: RegisterFace
    start: int

    @property
    def capacity(self) -> int:
        """Steps after which the dials stand at zero again."""
        return 10 ** (self.face.dials + self.face.decimals)

    def steps(self, gallons: int) -> int:
        """Whole steps that `gallons` turn the dials by, had they begun at zero."""
        per_gallon = ratio(source=Unit.US_GALLON, target=self.face.unit) * 10**self.face.decimals
        numerator, denominator = self.face.multiplier.as_integer_ratio()
        return gallons * per_gallon.numerator * denominator // (per_gallon.denominator * numerator)

    def after(self, gallons: int) -> Decimal:
        """What the dials show once `gallons` have gone through."""
        return self.shown(self.start + self.steps(gallons))

    def shown(self, steps: int) -> Decimal:
        """`steps` as the dials write them, leading zeros aside."""
        return Decimal(steps % self.capacity).scaleb(-self.face.decimals)
