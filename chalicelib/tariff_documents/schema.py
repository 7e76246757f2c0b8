"""The schema of tariff documents. docs/tariffs.md explains every field; editors read the JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainSerializer,
    StringConstraints,
    Tag,
    model_validator,
)
from pydantic_core import PydanticCustomError

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.charges.tiered_charge import StartIs
from chalicelib.domain.tariffs.determinants import DeterminantKind, table_key
from chalicelib.domain.tariffs.version import Effectivity, ShortOpening

FORMAT = 1
"""The version of this schema, kept in canonical documents."""


def _unit(value: object) -> object:
    try:
        return Unit.parse(value) if isinstance(value, str) else value
    except Refusal as refusal:
        raise PydanticCustomError("unit", "{message}", {"message": refusal.message}) from None


def _basis(value: object) -> object:
    if isinstance(value, str) and value != "scheduled" and not value.isdigit():
        message = "{value} is no basis: write a number of days, or scheduled"
        raise PydanticCustomError("basis", message, {"value": repr(value)})
    return value


def _shortest(value: Decimal) -> str:
    return f"{value.normalize():f}"


Figure = Annotated[Decimal, Field(max_digits=24), PlainSerializer(_shortest, return_type=str)]
WaterUnit = Annotated[Unit, BeforeValidator(_unit)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9][A-Z0-9._-]*$", max_length=40)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Days = Annotated[int, Field(ge=1, le=400)]
Bases = Annotated[list[Code], Field(min_length=1)]


class Section(BaseModel):
    """A mapping in the document: fields not in the schema are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _cell_tag(value: object) -> str:
    return "values" if isinstance(value, Mapping) else "figure"


def _amount_tag(value: object) -> str:
    return "table" if isinstance(value, Mapping | Section) else "figure"


_Figure = Annotated[Figure, Tag("figure")]
Cell1 = Annotated[_Figure | Annotated[dict[str, Figure], Tag("values")], Discriminator(_cell_tag)]
Cell2 = Annotated[_Figure | Annotated[dict[str, Cell1], Tag("values")], Discriminator(_cell_tag)]


class TableSection(Section):
    """Figures looked up by one to three determinants, `values` nested in the order of `by`."""

    by: Annotated[
        list[Name],
        Field(min_length=1, max_length=3),
        BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    ]
    values: Annotated[dict[str, Cell2], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_even(self) -> TableSection:
        seen: set[tuple[str, ...]] = set()
        for path, figure in _leaves(self.values):
            key = tuple(map(table_key, path))
            if figure is None or len(key) != len(self.by):
                names = ", then ".join(self.by)
                self._refuse(path, f"a figure stands under one key each of {names}: nest it so")
            if key in seen:
                self._refuse(path, f"{' / '.join(key)} is there already: keep one of them")
            seen.add(key)
        return self

    def _refuse(self, path: tuple[str, ...], message: str) -> None:
        raise PydanticCustomError("table", "{message}", {"message": message, "path": ("values", *path)})

    def rows(self) -> dict[tuple[str, ...], Decimal]:
        """The figures by key, one text per name in `by`."""
        return {
            tuple(map(table_key, path)): figure for path, figure in _leaves(self.values) if figure is not None
        }


def _leaves(
    values: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Decimal | None]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, key)) if value else [((*path, key), None)]
        else:
            yield (*path, key), value


AmountField = Annotated[_Figure | Annotated[TableSection, Tag("table")], Discriminator(_amount_tag)]


class UsageSection(Section):
    """How metered water becomes a billed quantity."""

    unit: WaterUnit
    step: Figure
    rounding: RoundingRule
    conversions: dict[WaterUnit, Annotated[Figure, Field(gt=0)]] = {}


class DayRange(Section):
    """A number of days, both ends included."""

    start: Annotated[int, Field(alias="from", ge=1)]
    end: Annotated[int, Field(alias="to", le=400)]

    @model_validator(mode="after")
    def _rises(self) -> DayRange:
        if self.end < self.start:
            raise PydanticCustomError("range", "ends before it starts: exchange from and to")
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
    shortest_opening: ShortestOpening | None = None


class DeterminantSection(Section):
    """A declared attribute of an agreement."""

    kind: DeterminantKind
    label: str = ""
    unit: str = ""
    default: str | None = None


class ChargeSection(Section):
    """What every charge has."""

    code: Code
    label: Text
    gl_account: Text
    fund: Text
    charge_group: Text
    clause: str = ""
    rounding: RoundingRule | None = None
    only_if: Name | None = None
    unless: Name | None = None


class ServiceChargeSection(ChargeSection):
    """A fixed charge for being connected."""

    type: Literal["service_charge"]
    amount: AmountField
    times: Name | None = None
    prorated: bool = True


class FlatCommoditySection(ChargeSection):
    """One rate for every unit of water."""

    type: Literal["commodity_flat"]
    rate: AmountField


class UnitSurchargeSection(ChargeSection):
    """A surcharge (or, below zero, a credit) for every unit of water."""

    type: Literal["unit_surcharge"]
    rate: AmountField


class TierSection(Section):
    """One tier."""

    start: Annotated[AmountField, Field(alias="from")]
    rate: AmountField


class TieredCommoditySection(ChargeSection):
    """Each part of the usage at the rate of the tier it falls in."""

    type: Literal["commodity_tiered"]
    start_is: StartIs
    tiers: Annotated[list[TierSection], Field(min_length=1)]
    width_times: Name | None = None


class PercentSurchargeSection(ChargeSection):
    """A percentage on earlier charges."""

    type: Literal["percent_surcharge"]
    percent: AmountField
    base: Bases


class MinimumSection(ChargeSection):
    """Earlier charges are topped up to an amount."""

    type: Literal["minimum_charge"]
    amount: AmountField
    base: Bases
    prorated: bool = True


class DiscountSection(ChargeSection):
    """A percentage of earlier charges with an optional cap, or a fixed credit against them."""

    type: Literal["discount"]
    base: Bases
    percent: AmountField | None = None
    cap: AmountField | None = None
    credit: AmountField | None = None
    prorated: bool = True


class TaxSection(ChargeSection):
    """A percentage tax on earlier charges."""

    type: Literal["tax"]
    percent: AmountField
    base: Bases


AnyCharge = Annotated[
    ServiceChargeSection
    | FlatCommoditySection
    | TieredCommoditySection
    | UnitSurchargeSection
    | PercentSurchargeSection
    | MinimumSection
    | DiscountSection
    | TaxSection,
    Field(discriminator="type"),
]


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
    determinants: dict[Name, DeterminantSection] = {}
    charges: Annotated[list[AnyCharge], Field(min_length=1)]
    translations: dict[Language, dict[Code, Text]] = {}

    @model_validator(mode="after")
    def _translates_what_is_there(self) -> TariffDocument:
        known = {charge.code for charge in self.charges}
        for language, labels in self.translations.items():
            for code in labels:
                if code not in known:
                    message = "no charge has this code: correct it, or take it out"
                    path = ("translations", language, code)
                    raise PydanticCustomError("translation", "{message}", {"message": message, "path": path})
        return self


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of tariff documents, for editors."""
    schema = TariffDocument.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Headgate tariff"}
