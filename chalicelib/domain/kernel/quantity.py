"""Water quantities in the units utilities bill in, converted exactly."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer


class UnknownUnit(Refusal):
    """A unit's name is not one Headgate knows."""


class Unit(StrEnum):
    """A unit of water volume. The value is the name used in files and tariff documents."""

    LITER = "L"
    CUBIC_METER = "m3"
    CUBIC_FOOT = "cf"
    CCF = "ccf"
    US_GALLON = "gal"
    KGAL = "kgal"
    IMPERIAL_GALLON = "igal"
    ACRE_FOOT = "af"

    @classmethod
    def parse(cls, text: str) -> Unit:
        """The unit that `text` names (any usual spelling). Raises UnknownUnit."""
        key = text.strip().lower().replace("³", "3").replace(" ", "_").replace("-", "_")
        try:
            return _SPELLINGS[key]
        except KeyError:
            known = ", ".join(unit.value for unit in cls)
            raise UnknownUnit(f"unknown unit {text!r}: use one of {known}", unit=text) from None


# Exact by definition: the US gallon is 231 cubic inches, the inch 25.4 mm (NIST Handbook 44, appendix C);
# the imperial gallon is 4.54609 L (UK Units of Measurement Regulations 1995); the acre-foot 43,560 ft³.
_FOOT_CUBED = Fraction("28.316846592")
_GALLON = Fraction("3.785411784")
_LITERS: dict[Unit, Fraction] = {
    Unit.LITER: Fraction(1),
    Unit.CUBIC_METER: Fraction(1000),
    Unit.CUBIC_FOOT: _FOOT_CUBED,
    Unit.CCF: _FOOT_CUBED * 100,
    Unit.US_GALLON: _GALLON,
    Unit.KGAL: _GALLON * 1000,
    Unit.IMPERIAL_GALLON: Fraction("4.54609"),
    Unit.ACRE_FOOT: _FOOT_CUBED * 43560,
}
_SPELLINGS: dict[str, Unit] = {
    **{unit.value.lower(): unit for unit in Unit},
    **{unit.name.lower(): unit for unit in Unit},
    **dict.fromkeys(("liters", "litre", "litres", "l"), Unit.LITER),
    **dict.fromkeys(
        ("cubic_meters", "cubic_metre", "cubic_metres", "cum", "kl", "kiloliter", "kilolitre"),
        Unit.CUBIC_METER,
    ),
    **dict.fromkeys(("ft3", "cubic_feet", "cuft"), Unit.CUBIC_FOOT),
    **dict.fromkeys(("hcf", "100cf"), Unit.CCF),
    **dict.fromkeys(("gallon", "gallons", "us_gallons"), Unit.US_GALLON),
    **dict.fromkeys(("kgals", "tgal", "1000gal", "thousand_gallons"), Unit.KGAL),
    **dict.fromkeys(("imperial_gallons", "impgal"), Unit.IMPERIAL_GALLON),
    **dict.fromkeys(("acre_feet",), Unit.ACRE_FOOT),
}


@cache
def ratio(*, source: Unit, target: Unit) -> Fraction:
    """How many `target` units one `source` unit is, exactly."""
    return _LITERS[source] / _LITERS[target]


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` of water in `unit`, exact. Negative values are flows back or corrections."""

    value: Fraction
    unit: Unit

    @classmethod
    def of(cls, value: Decimal | int | str, unit: Unit) -> Quantity:
        """A quantity from decimal text, a Decimal or an integer."""
        return cls(Fraction(value), unit)

    def to(self, unit: Unit) -> Quantity:
        """The same water in `unit`, exactly."""
        if unit is self.unit:
            return self
        return Quantity(self.value * ratio(source=self.unit, target=unit), unit)

    def stepped(self, *, step: Decimal, rule: RoundingRule) -> Quantity:
        """The nearest multiple of `step` (in this unit) under `rule`: whole units, tenths, nearest 100."""
        exact_step = Fraction(step)
        return Quantity(to_integer(self.value / exact_step, rule=rule) * exact_step, self.unit)

    def decimal(self, *, places: int, rule: RoundingRule = RoundingRule.HALF_UP) -> Decimal:
        """The value with `places` digits after the point, for showing."""
        return Decimal(to_integer(self.value * 10**places, rule=rule)).scaleb(-places)

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.value + other.to(self.unit).value, self.unit)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.value - other.to(self.unit).value, self.unit)

    def __neg__(self) -> Quantity:
        return Quantity(-self.value, self.unit)
