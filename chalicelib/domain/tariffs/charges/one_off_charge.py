"""A fee for what happened once: a connection, a reconnection, a returned payment, a late payment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import to_integer
from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.arithmetic import minor
from chalicelib.domain.tariffs.charges.charge import (
    Charge,
    Flaw,
    Path,
    Placement,
    Step,
    Terms,
    Use,
    make_line,
)
from chalicelib.domain.tariffs.determinants import DeterminantKind, Event, Values
from chalicelib.domain.tariffs.line import BillLine, LineKind, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOffTerms(Terms):
    """For each of `events`: `amount` times its value, or `percent` of its value between `floor` and `cap`."""

    events: tuple[Event, ...]
    amount: Decimal | None
    percent: Decimal | None
    floor: Decimal
    cap: Decimal | None = None

    @property
    def once(self) -> bool:
        return True

    def step(self, place: Placement) -> Step:
        """A line for each event, dated its day: never prorated, never split."""
        lines = self.lines(place)
        total_minor = sum(line.amount_minor for line in lines)

        def charge(_usage: list[int], totals: list[int], made: list[BillLine]) -> None:
            totals[place.index] = total_minor
            made.extend(lines)

        return charge

    def lines(self, place: Placement[object]) -> tuple[BillLine, ...]:
        """The lines, which no usage and no other charge has a part in."""
        return tuple(self._line(event, place) for event in self.events)

    def _line(self, event: Event, place: Placement[object]) -> BillLine:
        day = Period(event.day, event.day + timedelta(days=1))
        rule = self.head.rounding
        if self.percent is None:
            amount = self.amount or Decimal(0)
            amount_minor = minor(Fraction(amount) * Fraction(event.value), exponent=place.exponent, rule=rule)
            constants = self.constants(place, kind=LineKind.FEE, unit="", rate=amount, period=day)
            return make_line((*constants, event.value, None, amount_minor))
        base_minor = minor(Fraction(event.value), exponent=place.exponent, rule=rule)
        part_minor = to_integer(Fraction(base_minor) * Fraction(self.percent) / 100, rule=rule)
        floor_minor = minor(self.floor, exponent=place.exponent, rule=rule)
        if part_minor < floor_minor:
            constants = self.constants(place, kind=LineKind.FEE, unit="", rate=self.floor, period=day)
            return make_line((*constants, Decimal(1), base_minor, floor_minor))
        cap_minor = None if self.cap is None else minor(self.cap, exponent=place.exponent, rule=rule)
        limited = cap_minor is not None and part_minor > cap_minor
        constants = self.constants(
            place,
            kind=LineKind.FEE,
            unit="%",
            rate=self.percent,
            notes=Note.LIMITED if limited else "",
            period=day,
        )
        return make_line((*constants, None, base_minor, cap_minor if limited else part_minor))


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOffCharge(Charge):
    """Due each time the event `when` happens: `amount`, or `percent` of the money it is about.

    An event of an amount says how many times it counts; one of a percentage says of how much money. `floor`
    is the least a percentage comes to, `cap` the most.
    """

    when: str
    amount: Amount | None = None
    percent: Amount | None = None
    floor: Amount | None = None
    cap: Amount | None = None

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        for name, amount in (
            ("amount", self.amount),
            ("percent", self.percent),
            ("at_least", self.floor),
            ("at_most", self.cap),
        ):
            if amount is not None:
                yield (name,), amount

    def uses(self) -> Iterator[Use]:
        yield from super(OneOffCharge, self).uses()
        yield Use(("when",), self.when, (DeterminantKind.EVENT,))

    def flaws(self) -> Iterator[Flaw]:
        if (self.amount is None) == (self.percent is None):
            yield Flaw((), "a fee has either an amount or a percent: write one of them")
        if self.amount is not None and self.floor is not None:
            yield Flaw(("at_least",), "only a percent has a least amount: leave it out")
        if self.amount is not None and self.cap is not None:
            yield Flaw(("at_most",), "only a percent has a most amount: leave it out")
        if isinstance(self.floor, Decimal) and isinstance(self.cap, Decimal) and self.cap < self.floor:
            yield Flaw(("at_most",), f"{self.cap} is less than at_least {self.floor}: exchange them")

    def terms(self, values: Values) -> OneOffTerms | None:
        events = values[self.when]
        if not events:
            return None
        assert isinstance(events, tuple), "a tariff that is sound has an event here"
        code = self.head.code
        return OneOffTerms(
            head=self.head,
            events=events,
            amount=None if self.amount is None else figure(self.amount, values, charge=code),
            percent=None if self.percent is None else figure(self.percent, values, charge=code),
            floor=Decimal(0) if self.floor is None else figure(self.floor, values, charge=code),
            cap=None if self.cap is None else figure(self.cap, values, charge=code),
        )
