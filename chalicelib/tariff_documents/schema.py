"""The schema of tariff documents. docs/tariffs.md explains every field; editors read the JSON Schema."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.determinants import DeterminantKind, Source
from chalicelib.domain.tariffs.version import Effectivity, OpeningAndClosing, ShortOpening
from chalicelib.tariff_documents.charge_sections import AnyCharge
from chalicelib.tariff_documents.fields import (
    Code,
    DayOfYear,
    Days,
    Figure,
    FormulaSection,
    Language,
    Name,
    Section,
    Text,
    WaterUnit,
    refuse,
)

FORMAT = 1
"""The version of this schema, kept in canonical documents."""


def _basis(value: object) -> object:
    if isinstance(value, str) and value != "scheduled" and not value.isdigit():
        raise refuse(f"{value!r} is no basis: write a number of days, or scheduled")
    return value


class UsageSection(Section):
    """How metered water becomes a billed quantity."""

    unit: WaterUnit
    step: Figure
    rounding: RoundingRule
    conversions: dict[WaterUnit, Annotated[Figure, Field(gt=0)]] = Field(default_factory=dict)


class DayRange(Section):
    """A number of days, both ends included."""

    start: Annotated[int, Field(alias="from", ge=1)]
    end: Annotated[int, Field(alias="to", le=400)]

    @model_validator(mode="after")
    def _rises(self) -> DayRange:
        if self.end < self.start:
            raise refuse("ends before it starts: exchange from and to")
        return self


class ShortestOpening(Section):
    """An opening bill of fewer than `days` is charged `charge`."""

    days: Days
    charge: ShortOpening


class ProrationSection(Section):
    """How bills of unusual length are charged."""

    normal_days: DayRange
    basis: Annotated[Days | Literal["scheduled"], BeforeValidator(_basis)]
    tiers: bool
    opening_and_closing: OpeningAndClosing = OpeningAndClosing.LIKE_OTHERS
    shortest_opening: ShortestOpening | None = None


class SeasonSection(Section):
    """The season holds every year from its start until the next one's."""

    start: Annotated[DayOfYear, Field(alias="from")]


class DeterminantSection(Section):
    """A declared fact that charges depend on."""

    kind: DeterminantKind
    label: str = ""
    unit: str = ""
    source: Source = Source.AGREEMENT
    default: str | None = None
    default_from: Name | None = None
    seasons: dict[Name, SeasonSection] = Field(default_factory=dict)


class NamedFormulaSection(FormulaSection):
    """A value worked out under a name, for tables, amounts and formulas that come after."""

    label: str = ""
    unit: str = ""


class TariffDocument(Section):
    """One version of a tariff."""

    format: Literal[1, "1"] = 1
    tariff: Code
    version: Annotated[int, Field(ge=1)]
    name: Text
    service_type: ServiceType
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    effective_from: date
    effectivity: Effectivity
    rounding: RoundingRule = RoundingRule.HALF_UP
    usage: UsageSection | None = None
    proration: ProrationSection | None = None
    determinants: dict[Name, DeterminantSection] = Field(default_factory=dict)
    formulas: dict[Name, NamedFormulaSection] = Field(default_factory=dict)
    charges: Annotated[list[AnyCharge], Field(min_length=1)]
    translations: dict[Language, dict[Code, Text]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _translates_what_is_there(self) -> TariffDocument:
        known = {charge.code for charge in self.charges}
        for language, labels in self.translations.items():
            for code in labels:
                if code not in known:
                    message = "no charge has this code: correct it, or take it out"
                    raise refuse(message, "translations", language, code)
        return self


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of tariff documents, for editors."""
    schema = TariffDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Headgate tariff"}
