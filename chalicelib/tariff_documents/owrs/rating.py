"""What a customer of a class pays, in the reference's arithmetic: exact, nothing rounded to cents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.formulas import LARGEST_BITS, figure
from chalicelib.tariff_documents.owrs.names import COMMODITY, COMMODITY_CHARGE, component
from chalicelib.tariff_documents.owrs.schedule import FieldFault, Schedule
from chalicelib.tariff_documents.owrs.spellings import key_text
from chalicelib.tariff_documents.owrs.tiers import TieredAmount

Input: TypeAlias = Fraction | str
"""A number, or a text: a number written as text serves as both."""

_TIER = re.compile(r"X(?P<amount>R?)(?P<number>[1-9]\d{0,3})(?:_(?P<part>\w+))?", re.ASCII)


class InputMissing(Refusal):
    """A name is neither among the inputs nor a field of the class."""


class NotANumber(Refusal):
    """A text stands where a number is needed."""


class NeedsItself(Refusal):
    """A field needs its own value."""


class NoSuchTier(Refusal):
    """A tier was asked for that the class does not have."""


class TooLarge(Refusal):
    """A number is larger, or has more digits, than anything that is billed."""


class TierAsked(NamedTuple):
    """The usage of a tier, or its price, of the charge for `part` (None: the commodity charge)."""

    number: int
    priced: bool
    part: str | None


def tier_asked(name: str) -> TierAsked | None:
    """The tier that X2, XR2 or X2_sewer asks for; None for another name."""
    found = _TIER.fullmatch(name)
    return found and TierAsked(int(found["number"]), bool(found["amount"]), found["part"])


def rate(schedule: Schedule, inputs: Mapping[str, Input], fields: Iterable[str]) -> dict[str, Fraction]:
    """The value of each of `fields` for a customer.

    Fields are computed when they are needed; `inputs` come before the file's own. X1, X2, … are the usage in
    tiers, XR1, XR2, … their price. Raises what is defined here, in schedule.py and in formulas.py.
    """
    customer = _Customer(schedule, inputs)
    return {name: customer.asked(name) for name in fields}


class _Customer:
    """One customer's numbers, each computed once."""

    __slots__ = ("_computing", "_inputs", "_known", "_schedule", "_tiers")

    def __init__(self, schedule: Schedule, inputs: Mapping[str, Input]) -> None:
        self._schedule, self._inputs = schedule, inputs
        self._known = {name: value for name, value in inputs.items() if not isinstance(value, str)}
        self._tiers: dict[str, TieredAmount] = {}
        self._computing: set[str] = set()

    def number(self, name: str) -> Fraction:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._found(name)
        return known

    def key(self, name: str) -> str:
        value = self._input(name)
        return key_text(self.number(name) if value is None else value)

    def asked(self, name: str) -> Fraction:
        """The value of a field, or of a tier."""
        if name not in self._inputs and self._schedule.names.field(name) is None:
            tier = tier_asked(name)
            if tier is not None:
                return self._tier(name, tier)
        return self.number(name)

    def _tier(self, name: str, tier: TierAsked) -> Fraction:
        charge = self._tiered_charge(tier.part)
        if charge is not None:
            self.number(charge)
        tiers = self._tiers.get(charge or "")
        if tiers is None or tier.number > len(tiers.usage):
            count = len(tiers.usage) if tiers else 0
            raise NoSuchTier(f"{name} is not there: {charge or 'the class'} has {count} tiers", field=name)
        return (tiers.amounts if tier.priced else tiers.usage)[tier.number - 1]

    def _tiered_charge(self, part: str | None) -> str | None:
        """The charge whose tiers are meant: the commodity's, or else the first, where no part is named."""
        tiered = self._schedule.tiered
        if part is not None:
            return next((charge for charge in tiered if component(charge) == part), None)
        return COMMODITY_CHARGE if COMMODITY_CHARGE in tiered else next(iter(tiered), None)

    def _input(self, name: str) -> Input | None:
        """What is given for `name`: under this name, or as X for X_commodity."""
        value = self._inputs.get(name)
        if value is None and name.endswith(COMMODITY):
            plain = name.removesuffix(COMMODITY)
            return None if plain in self._schedule.fields else self._inputs.get(plain)
        return value

    def _found(self, name: str) -> Fraction:
        value = self._input(name)
        if value is not None:
            return number_of(name, value)
        field = self._schedule.names.field(name)
        if field is None:
            return self._in_another_case(name)
        if field != name:
            return self.number(field)
        return self._computed(field)

    def _in_another_case(self, name: str) -> Fraction:
        meant = [given for given in self._inputs if given.lower() == name.lower()]
        if len(meant) == 1:
            return number_of(name, self._inputs[meant[0]])
        raise InputMissing(
            f"{name} is needed, and is neither an input nor a field of {self._schedule.name}", name=name
        )

    def _computed(self, field: str) -> Fraction:
        if field in self._computing:
            raise NeedsItself(f"{field} needs its own value to be computed", field=field)
        compiled = self._schedule.fields[field]
        if compiled.rule is None:
            raise compiled.fault or FieldFault((), "")
        self._computing.add(field)
        value = compiled.rule(self)
        self._computing.discard(field)
        if isinstance(value, TieredAmount):
            self._tiers[field] = value
            value = value.total
        if max(value.numerator.bit_length(), value.denominator.bit_length()) > LARGEST_BITS:
            raise TooLarge(f"{field} has more digits than anything that is billed", field=field)
        return value


def number_of(name: str, value: Input) -> Fraction:
    """The number that `value`, given for `name`, is. Raises NotANumber."""
    number = value if isinstance(value, Fraction) else figure(value)
    if number is None:
        raise NotANumber(f"{name} is {value!r}, and a number is needed", name=name)
    return number
