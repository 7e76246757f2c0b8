"""The schema of tariff documents. What it says of each field, editors show and the reference page lists."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.determinants import DeterminantKind, Source
from chalicelib.domain.tariffs.version import Effectivity, OpeningAndClosing, ShortOpening
from chalicelib.tariff_documents.charge_sections import AnyCharge
from chalicelib.tariff_documents.fields import (
    Code,
    Currency,
    DayOfYear,
    Days,
    Figure,
    FormulaSection,
    Language,
    Name,
    Text,
    WaterUnit,
)
from chalicelib.yaml_documents.fields import Day, Section, refuse

FORMAT = 1
"""The version of this schema, kept in canonical documents."""


def _basis(value: object) -> object:
    if isinstance(value, str) and value != "scheduled" and not value.isdigit():
        raise refuse(f"{value!r} is no basis: write a number of days, or scheduled")
    return value


class UsageSection(Section):
    """How metered water becomes a billed quantity: converted exactly, then rounded once."""

    unit: WaterUnit = Field(description="The billing unit, which rates and tiers are in.")
    step: Figure = Field(description="What is billed is a multiple of this: 1 for whole units.")
    rounding: RoundingRule = Field(
        description='`down` leaves the rest to the next read, `up` is "or fraction thereof".'
    )
    conversions: dict[WaterUnit, Annotated[Figure, Field(gt=0)]] = Field(
        default_factory=dict,
        description="What the ordinance itself says of other units: so many of each are one billing unit. "
        "Units not named convert by their legal definition.",
    )


class DayRange(Section):
    """A number of days, both ends included."""

    start: Annotated[int, Field(alias="from", ge=1, description="The least number of days.")]
    end: Annotated[int, Field(alias="to", le=400, description="The greatest number of days.")]

    @model_validator(mode="after")
    def _rises(self) -> DayRange:
        if self.end < self.start:
            raise refuse("ends before it starts: exchange from and to")
        return self


class ShortestOpening(Section):
    """What an opening bill of only a few days is charged."""

    days: Days = Field(description="It holds for opening bills of fewer days than this.")
    charge: ShortOpening = Field(
        description="`usage_only`: no service charge, no fixed tax, no minimum. `nothing`: no bill at all."
    )


class ProrationSection(Section):
    """How bills of unusual length are charged."""

    normal_days: DayRange = Field(description="A period of so many days is charged in full.")
    basis: Annotated[Days | Literal["scheduled"], BeforeValidator(_basis)] = Field(
        description="Any other is charged its days over this; `scheduled`: over the days the cycle planned."
    )
    tiers: bool = Field(description="Whether tier widths and the amounts of `quantity` follow.")
    opening_and_closing: OpeningAndClosing = Field(
        default=OpeningAndClosing.LIKE_OTHERS,
        description="`by_days` prorates opening and closing bills even when their length is normal.",
    )
    shortest_opening: ShortestOpening | None = Field(
        default=None, description="What an opening bill of only a few days is charged."
    )


class SeasonSection(Section):
    """The season holds every year from its start until the next one's."""

    start: Annotated[DayOfYear, Field(alias="from", description="Its first day, as MM-DD.")]


class DeterminantSection(Section):
    """A declared fact that charges depend on."""

    kind: DeterminantKind = Field(
        description="`choice`: a key of tables. `count`: a whole number from 1. `number`: any decimal. "
        "`flag`: yes or no. `event`: what happens on single days."
    )
    label: str = Field(default="", description="What people call it.")
    unit: str = Field(default="", description="What it is measured in, for people.")
    source: Source = Field(default=Source.AGREEMENT, description="Who knows it.")
    default: str | None = Field(
        default=None, description="What stands where there is no value. Without it such bills are exceptions."
    )
    default_from: Name | None = Field(
        default=None, description="The determinant whose value stands where there is none of its own."
    )
    seasons: dict[Name, SeasonSection] = Field(
        default_factory=dict,
        description="With `source: calendar`: the seasons of the year; without them, months by number.",
    )


class NamedFormulaSection(FormulaSection):
    """A value worked out under a name, for tables, amounts and formulas that come after."""

    label: str = Field(default="", description="What people call it.")
    unit: str = Field(default="", description="What it is measured in, for people.")


class TariffDocument(Section):
    """One version of a tariff."""

    format: Literal[1, "1"] = Field(default=1, description="The version of this schema.")
    tariff: Code = Field(description="The tariff's code, the same in all its versions.")
    version: Annotated[int, Field(ge=1, description="Counts from 1; bill lines cite `CODE@version`.")]
    name: Text = Field(description="What people call it.")
    service_type: ServiceType = Field(description="What is served.")
    currency: Currency = Field(description="As in ISO 4217; amounts are rounded to its minor unit.")
    effective_from: Day = Field(
        description="The first day this version can be in force; of two with the same day the higher version "
        "holds."
    )
    effectivity: Effectivity = Field(description="Which day decides whether it has taken over.")
    rounding: RoundingRule = Field(
        default=RoundingRule.HALF_UP,
        description="How lines are rounded: `half_up` (ties away from zero), `half_even`, `up`, `down`.",
    )
    usage: UsageSection | None = Field(
        default=None,
        description="How water becomes a billed quantity; left out where nothing is metered.",
    )
    proration: ProrationSection | None = Field(
        default=None, description="How bills of unusual length are charged; without it, in full."
    )
    determinants: dict[Name, DeterminantSection] = Field(
        default_factory=dict, description="The facts that charges depend on, by name."
    )
    formulas: dict[Name, NamedFormulaSection] = Field(
        default_factory=dict, description="Values worked out under a name, each from what comes before it."
    )
    charges: Annotated[list[AnyCharge], Field(min_length=1, description="The charges, in rating order.")]
    translations: dict[Language, dict[Code, Text]] = Field(
        default_factory=dict, description="Labels in further languages: language, then code of the charge."
    )

    @model_validator(mode="after")
    def _translates_what_is_there(self) -> TariffDocument:
        known = {charge.code for charge in self.charges}
        for language, labels in self.translations.items():
            for code in labels:
                if code not in known:
                    message = "no charge has this code: correct it, or take it out"
                    raise refuse(message, "translations", language, code)
        return self
