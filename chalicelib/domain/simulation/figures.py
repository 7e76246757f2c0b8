"""The figures of a what-if: plain, exact, in whole minor units of one currency."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule, divide

QUANTILES = (5, 25, 50, 75, 95)
CLASS, QUINTILE = "class", "quintile"  # dimensions that every comparison has
MUCH_MORE_PERCENT = 10  # a rise beyond this is told of by itself
MONTHS_A_YEAR, DAYS_A_YEAR = 12, 365


@dataclass(frozen=True, slots=True)
class Change:
    """What is charged now and what would be."""

    now_minor: int
    proposed_minor: int

    @property
    def minor(self) -> int:
        """By how much it would rise; below zero, fall."""
        return self.proposed_minor - self.now_minor

    @property
    def percent(self) -> Decimal | None:
        """The rise in percent of what is charged now, to a hundredth; None where nothing is charged."""
        return percentage(self.minor, of=self.now_minor)

    def plus(self, other: Change) -> Change:
        """Both together."""
        return Change(self.now_minor + other.now_minor, self.proposed_minor + other.proposed_minor)


def percentage(part: int, *, of: int) -> Decimal | None:
    """`part` in percent of `of`, to a hundredth, half away from zero; None of nothing or less."""
    if of <= 0:
        return None
    return Decimal(divide(part * 10_000, of, rule=RoundingRule.HALF_UP)).scaleb(-2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRevenue:
    """What one charge of one tariff brings in from one class. `translations`: its label by language tag."""

    tariff: str
    charge: str
    label: str
    rate_class: str
    revenue: Change
    translations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffRevenue:
    """What the agreements are charged that are on a tariff now; `usage` is their metered water by unit."""

    tariff: str
    rows: int
    usage: Mapping[Unit, Decimal]
    revenue: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsRevenue:
    """What some rows are charged: those of a class, or those whose period ends in a month, `YYYY-MM`."""

    name: str
    rows: int
    revenue: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a change does to some accounts.

    `quantiles_minor` is the change a month and `quantiles_percent` the change in percent at the QUANTILES
    (nearest rank; no average of two); empty where there is no account to tell of. `much_more` counts those
    charged over MUCH_MORE_PERCENT more, `days` adds up the days for which each is billed.
    """

    accounts: int
    less: int
    same: int
    more: int
    much_more: int
    days: int
    revenue: Change
    quantiles_minor: Sequence[int]
    quantiles_percent: Sequence[Decimal]

    @property
    def average_month(self) -> Change:
        """What they are charged on average for an average month, each side rounded by itself."""
        now, proposed = (
            divide(minor * DAYS_A_YEAR, MONTHS_A_YEAR * max(self.days, 1), rule=RoundingRule.HALF_UP)
            for minor in (self.revenue.now_minor, self.revenue.proposed_minor)
        )
        return Change(now, proposed)

    @property
    def median_minor(self) -> int | None:
        """Half of the accounts see a change a month of at most this."""
        return self.quantiles_minor[QUANTILES.index(50)] if self.quantiles_minor else None

    @property
    def median_percent(self) -> Decimal | None:
        """Half of the accounts see a change in percent of at most this."""
        return self.quantiles_percent[QUANTILES.index(50)] if self.quantiles_percent else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEffect:
    """What a change does to accounts with one `value` of a dimension: a class, a meter size, a quintile."""

    dimension: str
    value: str
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class FifthEffect:
    """What a change does to a fifth of a class by usage: "1" uses least."""

    rate_class: str
    quintile: str
    effect: Effect


class Measure(StrEnum):
    """What a band counts."""

    MONEY = "money"  # a month, in minor units
    PERCENT = "percent"  # in hundredths of a percent


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Accounts whose change lies between two bounds: beyond the one nearer to zero, up to and with the other.

    None is an open end. Both bounds are zero where nothing changes.
    """

    low: int | None
    high: int | None
    accounts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """One account: `monthly_minor` is the change on the average month of the `days` it was billed for."""

    account: str
    rate_class: str
    quintile: str
    days: int
    revenue: Change
    monthly_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why rows were not rated, and how many; `side` is the tariff that refused them."""

    side: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The same rows on two books of tariffs. Rows that either of them refuses count in neither.

    `total` is summed row by row, apart from all other sums: the control totals hold them against it.
    """

    currency: str
    rows_rated: int
    rows_refused: int
    refused: Sequence[Reason]
    total: Change
    by_charge: Sequence[ChargeRevenue]
    by_tariff: Sequence[TariffRevenue]
    by_class: Sequence[RowsRevenue]
    by_month: Sequence[RowsRevenue]
    overall: Effect
    groups: Sequence[GroupEffect]
    fifths: Sequence[FifthEffect]
    bands: Mapping[Measure, Sequence[Band]]
    without_percentage: int
    accounts: Sequence[AccountChange]

    @property
    def largest_class(self) -> list[FifthEffect]:
        """The metered class of most accounts, by fifths; empty where nothing is metered."""
        counts: dict[str, int] = {}
        for one in self.fifths:
            counts[one.rate_class] = counts.get(one.rate_class, 0) + one.effect.accounts
        most = max(counts, key=lambda name: (counts[name], name), default="")
        return [one for one in self.fifths if one.rate_class == most]

    def groups_of(self, dimension: str) -> list[GroupEffect]:
        """The groups of one dimension, in order."""
        return [group for group in self.groups if group.dimension == dimension]

    @property
    def dimensions(self) -> list[str]:
        """What accounts are grouped by, in order."""
        return list(dict.fromkeys(group.dimension for group in self.groups))

    def most_affected(self, count: int) -> list[AccountChange]:
        """The accounts with the largest change in money over all their days, either way."""
        return sorted(self.accounts, key=lambda one: (-abs(one.revenue.minor), one.account))[:count]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A version that was compared: in force since `effective_from`, or adopted for that day."""

    reference: str
    name: str
    effective_from: date
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Two counts of the same thing that must be equal; `unit` is rows, accounts or minor units."""

    name: str
    unit: str
    expected: int
    found: int

    @property
    def holds(self) -> bool:
        """Whether they are."""
        return self.expected == self.found
