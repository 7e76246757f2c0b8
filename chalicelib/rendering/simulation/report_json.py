"""A simulation as one JSON document, and its schema. Money is decimal text, with whole minor units beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from chalicelib.domain.kernel.money import Money
from chalicelib.domain.simulation.figures import QUANTILES, Band, Change, Compared, Effect, Measure
from chalicelib.domain.simulation.simulation import Simulation

SCHEMA = "https://headgate.dev/schemas/simulation-report-1.json"
MOST_AFFECTED = 20


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Revenue(_Part):
    """What is charged now and would be; `percent` is null where nothing is charged now."""

    now: Decimal
    proposed: Decimal
    change: Decimal
    now_minor: int
    proposed_minor: int
    change_minor: int
    percent: Decimal | None


class Version(_Part):
    """A tariff version that was compared."""

    reference: str
    name: str
    effective_from: date
    fingerprint: str


class ChargeRow(_Part):
    """One charge of one tariff in one class."""

    tariff: str
    charge: str
    label: str
    rate_class: str
    revenue: Revenue


class TariffRow(_Part):
    """The agreements on a tariff; `usage` is decimal text by unit."""

    tariff: str
    rows: int
    usage: dict[str, Decimal]
    revenue: Revenue


class NamedRow(_Part):
    """A class, or a month."""

    name: str
    rows: int
    revenue: Revenue


class EffectPart(_Part):
    """Accounts that pay less, the same, more, over a tenth more; quantiles of the change by their percent
    (nearest rank); what they are charged for an average month, on average."""

    accounts: int
    less: int
    same: int
    more: int
    over_10_percent_more: int
    revenue: Revenue
    average_month: Revenue
    change_a_month: dict[str, Decimal]
    percent: dict[str, Decimal]


class GroupRow(_Part):
    """The accounts with one value of a dimension; "" where they have none."""

    dimension: str
    value: str
    effect: EffectPart


class FifthRow(_Part):
    """A fifth of a class by usage: "1" uses least."""

    rate_class: str
    quintile: str
    effect: EffectPart


class BandRow(_Part):
    """Accounts between two bounds: beyond the one nearer to zero, up to and with the other. Null is open."""

    low: Decimal | None
    high: Decimal | None
    accounts: int


class AccountRow(_Part):
    """One account over the days it was billed for."""

    account: str
    rate_class: str
    quintile: str
    days: int
    revenue: Revenue
    change_a_month: Decimal


class ReasonRow(_Part):
    """Why rows were not rated; `side` is the tariff that refused them."""

    side: str
    reason: str
    rows: int


class ControlRow(_Part):
    """Two counts that must be equal."""

    name: str
    unit: str
    expected: int
    found: int
    holds: bool


class Report(_Part):
    """A proposed tariff over a utility's own usage, beside the tariff in force."""

    format: Literal[1]
    currency: str
    source: list[str]
    first_day: date
    end: date
    current_on: date
    current: list[Version]
    proposed: list[Version]
    moved: dict[str, str]
    unchanged_tariffs: list[str]
    events: list[str]
    events_untold: list[str]
    tells_positions: bool
    revenue_needed: Decimal | None
    rows_read: int
    rows_rated: int
    rows_refused: int
    rows_rejected: int
    refused: list[ReasonRow]
    total: Revenue
    by_charge: list[ChargeRow]
    by_tariff: list[TariffRow]
    by_class: list[NamedRow]
    by_month: list[NamedRow]
    overall: EffectPart
    groups: list[GroupRow]
    by_class_and_usage: list[FifthRow]
    bands_of_money: list[BandRow]
    bands_of_percent: list[BandRow]
    without_percentage: int
    most_affected: list[AccountRow]
    controls: list[ControlRow]


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of reports."""
    schema = Report.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **schema,
        "title": "Headgate simulation report",
    }


def report_of(simulation: Simulation) -> Report:
    """The report's document."""
    found = simulation.comparison
    in_words = _Amounts(found.currency)
    return Report(
        format=1,
        currency=found.currency,
        source=list(simulation.source),
        first_day=simulation.first_day,
        end=simulation.end,
        current_on=simulation.current_on,
        current=_versions(simulation.current),
        proposed=_versions(simulation.proposed),
        moved=dict(simulation.moved),
        unchanged_tariffs=list(simulation.unchanged_tariffs),
        events=list(simulation.events),
        events_untold=list(simulation.events_untold),
        tells_positions=simulation.tells_positions,
        revenue_needed=None if simulation.needed_minor is None else in_words.amount(simulation.needed_minor),
        rows_read=simulation.rows_read,
        rows_rated=found.rows_rated,
        rows_refused=found.rows_refused,
        rows_rejected=simulation.rows_rejected,
        refused=[ReasonRow(side=one.side, reason=one.reason, rows=one.rows) for one in found.refused],
        total=in_words.revenue(found.total),
        by_charge=[
            ChargeRow(
                tariff=row.tariff,
                charge=row.charge,
                label=row.label,
                rate_class=row.rate_class,
                revenue=in_words.revenue(row.revenue),
            )
            for row in found.by_charge
        ],
        by_tariff=[
            TariffRow(
                tariff=row.tariff,
                rows=row.rows,
                usage={unit.value: quantity for unit, quantity in row.usage.items()},
                revenue=in_words.revenue(row.revenue),
            )
            for row in found.by_tariff
        ],
        by_class=[
            NamedRow(name=row.name, rows=row.rows, revenue=in_words.revenue(row.revenue))
            for row in found.by_class
        ],
        by_month=[
            NamedRow(name=row.name, rows=row.rows, revenue=in_words.revenue(row.revenue))
            for row in found.by_month
        ],
        overall=in_words.effect(found.overall),
        groups=[
            GroupRow(dimension=one.dimension, value=one.value, effect=in_words.effect(one.effect))
            for one in found.groups
        ],
        by_class_and_usage=[
            FifthRow(rate_class=one.rate_class, quintile=one.quintile, effect=in_words.effect(one.effect))
            for one in found.fifths
        ],
        bands_of_money=in_words.bands(found.bands, Measure.MONEY),
        bands_of_percent=in_words.bands(found.bands, Measure.PERCENT),
        without_percentage=found.without_percentage,
        most_affected=[
            AccountRow(
                account=one.account,
                rate_class=one.rate_class,
                quintile=one.quintile,
                days=one.days,
                revenue=in_words.revenue(one.revenue),
                change_a_month=in_words.amount(one.monthly_minor),
            )
            for one in found.most_affected(MOST_AFFECTED)
        ],
        controls=[
            ControlRow(name=one.name, unit=one.unit, expected=one.expected, found=one.found, holds=one.holds)
            for one in simulation.controls
        ],
    )


class _Amounts:
    """Minor units of one currency as decimals."""

    def __init__(self, currency: str) -> None:
        self._currency = currency

    def amount(self, minor: int) -> Decimal:
        return Money.of_minor(minor, self._currency).amount

    def revenue(self, change: Change) -> Revenue:
        return Revenue(
            now=self.amount(change.now_minor),
            proposed=self.amount(change.proposed_minor),
            change=self.amount(change.minor),
            now_minor=change.now_minor,
            proposed_minor=change.proposed_minor,
            change_minor=change.minor,
            percent=change.percent,
        )

    def effect(self, effect: Effect) -> EffectPart:
        ranks = [str(rank) for rank in QUANTILES]
        return EffectPart(
            accounts=effect.accounts,
            less=effect.less,
            same=effect.same,
            more=effect.more,
            over_10_percent_more=effect.much_more,
            average_month=self.revenue(effect.average_month),
            revenue=self.revenue(effect.revenue),
            change_a_month=dict(zip(ranks, map(self.amount, effect.quantiles_minor), strict=False)),
            percent=dict(zip(ranks, effect.quantiles_percent, strict=False)),
        )

    def bands(self, bands: Mapping[Measure, Iterable[Band]], measure: Measure) -> list[BandRow]:
        def bound(value: int | None) -> Decimal | None:
            if value is None:
                return None
            return self.amount(value) if measure is Measure.MONEY else Decimal(value).scaleb(-2)

        return [
            BandRow(low=bound(band.low), high=bound(band.high), accounts=band.accounts)
            for band in bands[measure]
        ]


def _versions(versions: Iterable[Compared]) -> list[Version]:
    return [
        Version(
            reference=one.reference,
            name=one.name,
            effective_from=one.effective_from,
            fingerprint=one.fingerprint,
        )
        for one in versions
    ]
