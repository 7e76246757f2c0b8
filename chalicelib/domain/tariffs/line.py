"""Bill lines: an amount together with the data it was derived from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule


class LineKind(StrEnum):
    """What a line charges for."""

    SERVICE_CHARGE = "service_charge"
    COMMODITY = "commodity"
    SURCHARGE = "surcharge"
    MINIMUM = "minimum"
    DISCOUNT = "discount"
    TAX = "tax"
    FEE = "fee"  # for something that happened once
    ROUNDING = "rounding"  # of a sum, to a coarser step


class Note(StrEnum):
    """One letter for each circumstance that shaped a line. `BillLine.notes` is a string of them."""

    OPENING = "o"
    CLOSING = "c"
    SHORT = "s"  # a regular bill below the normal window
    LONG = "l"  # above it
    CHANGED_AT_START = "<"  # the charge's terms changed on the day the line's period starts
    CHANGED_AT_END = ">"
    SHARED = "p"  # part of a whole that was rounded once and shared by days
    LIMITED = "k"  # a percentage cut to its cap; a discount also to what it is taken from
    STEP = "t"  # an amount, or a rate, of the step that the usage of the whole period reaches
    HALF_EVEN = "e"  # rounding rules other than half up
    UP = "u"
    DOWN = "d"


class Tier(NamedTuple):
    """The tier a quantity fell in: above `start` up to `end` (None: open), as applied to the line's days.

    Under `Note.STEP` the step that the usage of the whole period reached, as applied to the period.
    """

    number: int  # from 1
    start: Decimal
    end: Decimal | None


class Factor(NamedTuple):
    """The share of a full charge, or of a tier's full width, that applied: days over days."""

    numerator: int
    denominator: int


class Measure(NamedTuple):
    """How the metered quantity became the quantity a charge is taken on, in billing units.

    Of the steps, in this order, those that are not None were taken: `instead` of the metered quantity,
    `share` percent of it, at most, at least, less what is included, rounded to a multiple under `rule`.
    """

    metered: Decimal
    instead: Decimal | None = None
    share: Decimal | None = None
    at_most: Decimal | None = None
    at_least: Decimal | None = None
    included: Decimal | None = None
    multiple: Decimal | None = None
    rule: RoundingRule | None = None


class BillLine(NamedTuple):
    """One line of a bill. A named tuple, because millions are made.

    `quantity` is in `unit`; `measure` says how it came about where it is not the metered one. `rate` is
    money (major units) per `unit`, the full amount of a fixed charge, or a percentage where `unit` is "%".
    `base_minor` and `amount_minor` are in minor units of the currency of the bill, the amount negative for
    a discount. `tariff` is "CODE@version".
    """

    charge: str
    kind: LineKind
    label: str
    tariff: str
    clause: str
    gl_account: str
    fund: str
    charge_group: str
    period: Period
    unit: str
    rate: Decimal | None
    tier: Tier | None
    factor: Factor | None
    notes: str
    measure: Measure | None
    quantity: Decimal | None
    base_minor: int | None
    amount_minor: int

    def to_row(self) -> list[Any]:
        """The line as a positional list, ready for JSON; empty fields at the end are left out."""
        row: list[Any] = [
            self.charge,
            _LETTER_OF_KIND[self.kind],
            self.amount_minor,
            self.period.start.toordinal(),
            self.period.days,
            self.tariff,
            self.label,
            self.clause,
            self.gl_account,
            self.fund,
            self.charge_group,
            _text(self.rate),
            self.unit,
            _text(self.quantity),
            self.base_minor,
            self.tier and [self.tier.number, str(self.tier.start), _text(self.tier.end)],
            self.factor and list(self.factor),
            self.notes,
            self.measure and list(map(_text, self.measure)),
        ]
        while row[-1] in (None, ""):
            row.pop()
        return row

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> BillLine:
        """The line that `to_row` wrote."""
        fields = [*row, *[None] * (_ROW_LENGTH - len(row))]
        charge, kind, amount, start, days, tariff, label, clause, gl_account, fund, group = fields[:11]
        rate, unit, quantity, base, tier, factor, notes, measure = fields[11:]
        first = date.fromordinal(start)
        return cls(
            charge=charge,
            kind=_KIND_OF_LETTER[kind],
            label=label or "",
            tariff=tariff,
            clause=clause or "",
            gl_account=gl_account or "",
            fund=fund or "",
            charge_group=group or "",
            period=Period(first, first + timedelta(days=days)),
            unit=unit or "",
            rate=_decimal(rate),
            tier=Tier(tier[0], Decimal(tier[1]), _decimal(tier[2])) if tier else None,
            factor=Factor(*factor) if factor else None,
            notes=notes or "",
            measure=_measure(measure),
            quantity=_decimal(quantity),
            base_minor=base,
            amount_minor=amount,
        )


_ROW_LENGTH = 19
_LETTER_OF_KIND = {
    LineKind.SERVICE_CHARGE: "S",
    LineKind.COMMODITY: "C",
    LineKind.SURCHARGE: "U",
    LineKind.MINIMUM: "M",
    LineKind.DISCOUNT: "D",
    LineKind.TAX: "T",
    LineKind.FEE: "F",
    LineKind.ROUNDING: "R",
}
_KIND_OF_LETTER = {letter: kind for kind, letter in _LETTER_OF_KIND.items()}


def _text(value: Decimal | RoundingRule | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _measure(row: list[str | None] | None) -> Measure | None:
    if not row:
        return None
    fields = [*row, *[None] * (len(Measure._fields) - len(row))]
    metered, instead, share, at_most, at_least, included, multiple, rule = fields
    return Measure(
        metered=Decimal(metered or 0),
        instead=_decimal(instead),
        share=_decimal(share),
        at_most=_decimal(at_most),
        at_least=_decimal(at_least),
        included=_decimal(included),
        multiple=_decimal(multiple),
        rule=None if rule is None else RoundingRule(rule),
    )
