"""What every charge has in common, and how it becomes a step of a compiled plan.

A *charge* is what the tariff says, tables and conditions included. Its *terms* are what that comes to for
one agreement on certain days: plain figures. Consecutive days whose terms are equal are rated together, as
one *stretch*. Its *placement* says where it lies in the period and what proration makes of its fixed figures;
with that the terms compile to a *step*: a function of the usage alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from operator import itemgetter
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeAlias

from typing_extensions import TypeVar

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Amount, keys_in
from chalicelib.domain.tariffs.arithmetic import rounded_product
from chalicelib.domain.tariffs.charges.base import Base
from chalicelib.domain.tariffs.charges.spread import BoundSpread, FixedSpread
from chalicelib.domain.tariffs.determinants import NUMERIC, DeterminantKind, Values
from chalicelib.domain.tariffs.line import BillLine, Factor, LineKind, Measure, Note, Tier

# (usage by slice, scaled; totals by stretch in minor units; lines) → appends its lines, sets its total
Step: TypeAlias = Callable[[list[int], list[int], list[BillLine]], None]

# A line from its fields in order, without the checks of the class's own constructor: the hottest call of all.
make_line: Callable[[tuple[Any, ...]], BillLine] = partial(tuple.__new__, BillLine)
_NOTE_OF_RULE = {
    RoundingRule.HALF_UP: "",
    RoundingRule.HALF_EVEN: Note.HALF_EVEN.value,
    RoundingRule.UP: Note.UP.value,
    RoundingRule.DOWN: Note.DOWN.value,
}


Path: TypeAlias = tuple[str | int, ...]


class Multiplied(Protocol):
    """What terms ask of a figure: that it can be multiplied."""

    def __mul__(self, other: Self | int, /) -> Self: ...


# What a figure in terms is, and a scaled count in their placement. Bills leave the defaults; who rates many
# agreements at once (chalicelib/columnar) puts columns where their figures differ.
F = TypeVar("F", bound=Multiplied, default=Decimal, covariant=True)
N = TypeVar("N", default=int, covariant=True)


class Use(NamedTuple):
    """A determinant that a charge names: at `path` within the charge; one of `kinds` will do."""

    path: Path
    name: str
    kinds: tuple[DeterminantKind, ...]


class Flaw(NamedTuple):
    """Something wrong in a tariff: at `path` in its document, and how to mend it."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a charge is called, where its money goes, how it rounds, and when it applies at all.

    `only_if` and `unless` name flags: the charge applies where the first is yes and the second is no.
    A flag is a determinant, or a formula that compares.
    """

    code: str
    label: str
    gl_account: str
    fund: str
    charge_group: str
    clause: str = ""
    rounding: RoundingRule = RoundingRule.HALF_UP
    only_if: str | None = None
    unless: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement(Generic[N]):
    """Where a stretch lies in the period, and all about its charge that does not depend on usage.

    `share`, `share_notes`: proration of fixed charges, and the amount it comes to, `fixed_minor`, by `fixed`.
    `tier_share`, `tier_notes`: that of `bounds`, the terms' own so prorated (`spread`), scaled by `places`.
    `period_spread`: the same for all metered days of the period. `step` is the billing step, scaled. `slices`
    are those of the stretch, whose usage `take` sums; `on` what the terms are taken on, whose amounts `base`
    sums.
    """

    index: int
    tariff: str
    period: Period
    exponent: int
    unit: str
    places: int
    step: int
    share: Factor | None
    tier_share: Factor | None
    share_notes: str
    tier_notes: str
    fixed: FixedSpread | None
    fixed_minor: N
    spread: BoundSpread
    bounds: tuple[N, ...]
    period_spread: BoundSpread
    slices: range
    on: Base

    @property
    def take(self) -> Callable[[list[int]], int]:
        """A function from the usage of all slices to that of the stretch."""
        first, stop = self.slices.start, self.slices.stop
        if stop - first == 1:
            return itemgetter(first)
        return lambda usage: sum(usage[first:stop])

    @property
    def base(self) -> Callable[[list[int]], int]:
        """A function from the totals of all stretches to the amount that the terms are taken on."""
        return self.on.compiled()

    @property
    def quantum(self) -> Decimal:
        """What one of the scaled counts is, in billing units."""
        return Decimal(1).scaleb(-self.places)

    def price(self, rate: Decimal, *, rule: RoundingRule) -> Callable[[int], int]:
        """A function from a scaled quantity to its amount in minor units at `rate`, rounded once."""
        return rounded_product(Fraction(rate) * Fraction(10) ** (self.exponent - self.places), rule=rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(ABC, Generic[F]):
    """A charge in plain figures. Equal terms on consecutive days make one stretch."""

    head: Head

    @property
    def fixed(self) -> F | None:
        """The full amount that is prorated by days (a charge, a floor, a credit, a cap), if there is one."""
        return None

    @property
    def fixed_by_usage(self) -> tuple[F, ...]:
        """Full amounts that are prorated as `fixed` is, where usage decides which of them is due."""
        return ()

    @property
    def prorated(self) -> bool:
        """Whether `fixed` follows the length of the bill (a split by days is made in any case)."""
        return True

    @property
    def waivable(self) -> bool:
        """Whether an opening bill below the shortest length is spared this charge."""
        return False

    @property
    def once(self) -> bool:
        """Whether it is due for something that happened, not for days or water."""
        return False

    @property
    def base(self) -> tuple[str, ...]:
        """Codes of the charges whose amounts this one is taken on."""
        return ()

    @property
    def bounds(self) -> tuple[F, ...]:
        """Quantities for a full bill that are spread over days as usage is: the upper bounds of tiers, an
        included volume. In billing units."""
        return ()

    @property
    def grains(self) -> tuple[Decimal, ...]:
        """Further quantities that must be whole in the scale of counts: what quantities are rounded to."""
        return ()

    @property
    def bounds_prorated(self) -> bool:
        """Whether `bounds` follow the length of the bill where the tariff prorates tiers."""
        return True

    @property
    def needs_usage(self) -> bool:
        """Whether it cannot be rated without metered usage."""
        return False

    @abstractmethod
    def step(self, place: Placement) -> Step:
        """The compiled step of these terms at `place`."""

    def constants(
        self,
        place: Placement[object],
        *,
        kind: LineKind,
        unit: str,
        rate: Decimal,
        tier: Tier | None = None,
        factor: Factor | None = None,
        notes: str = "",
        period: Period | None = None,
        measure: Measure | None = None,
    ) -> tuple[Any, ...]:
        """All fields of a line up to quantity, base and amount."""
        head = self.head
        rule = _NOTE_OF_RULE[head.rounding]
        return (
            *(head.code, kind, head.label, place.tariff, head.clause, head.gl_account, head.fund),
            *(head.charge_group, period or place.period, unit, rate, tier, factor, notes + rule, measure),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge(ABC):
    """One ordered step of a tariff."""

    head: Head

    @property
    def base(self) -> tuple[str, ...]:
        """Codes of the earlier charges this one is taken on."""
        return ()

    @property
    def metered(self) -> bool:
        """Whether the charge depends on usage."""
        return False

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        """Every amount it names, with its path within the charge."""
        return iter(())

    def uses(self) -> Iterator[Use]:
        """The determinants it names, but for those in formulas."""
        for field, flag in (("only_if", self.head.only_if), ("unless", self.head.unless)):
            if flag is not None:
                yield Use((field,), flag, (DeterminantKind.FLAG,))
        for path, amount in self.amounts():
            for name in keys_in(amount):
                yield Use((*path, "by"), name, (DeterminantKind.CHOICE, *NUMERIC))

    def flaws(self) -> Iterator[Flaw]:
        """What is wrong with its figures, paths within the charge."""
        return iter(())

    def terms_for(self, values: Values) -> Terms | None:
        """The terms that `values` give; None where the charge does not apply. Raises what `terms` raises."""
        return self.terms(values) if self.applies(values) else None

    def applies(self, values: Values) -> bool:
        """Whether its conditions hold for `values`."""
        if self.head.only_if is not None and not values[self.head.only_if]:
            return False
        return self.head.unless is None or not values[self.head.unless]

    @abstractmethod
    def terms(self, values: Values) -> Terms | None:
        """The terms that `values` give, where the charge applies; None where nothing of it is due.

        Raises NotInTable, DivisionByZero and FormulaBeyondMeasure.
        """
