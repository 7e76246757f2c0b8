"""The sections of tariff documents that say a charge, one for each type."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.charges.tiered_charge import OutOfOrder, StartIs, TierRates
from chalicelib.tariff_documents.fields import (
    AmountField,
    Bases,
    Code,
    Name,
    RoundingSection,
    Section,
    Text,
)


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


class QuantitySection(Section):
    """What is made of the metered quantity before it is priced, in this order."""

    instead: AmountField | None = None
    share: AmountField | None = None
    at_most: AmountField | None = None
    at_least: AmountField | None = None
    included: AmountField | None = None
    round: RoundingSection | None = None


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
    quantity: QuantitySection | None = None
    prorated: bool = True


class UnitSurchargeSection(ChargeSection):
    """A surcharge (or, below zero, a credit) for every unit of water."""

    type: Literal["unit_surcharge"]
    rate: AmountField
    quantity: QuantitySection | None = None
    prorated: bool = True


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
    rates: TierRates = TierRates.OF_EACH_TIER
    out_of_order: OutOfOrder = OutOfOrder.REFUSED
    quantity: QuantitySection | None = None
    prorated: bool = True


class PercentSurchargeSection(ChargeSection):
    """A percentage on earlier charges."""

    type: Literal["percent_surcharge"]
    percent: AmountField
    base: Bases
    cap: AmountField | None = None
    prorated: bool = True


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
    cap: AmountField | None = None
    prorated: bool = True


class FixedTaxSection(ChargeSection):
    """A tax of a fixed amount: by meter size, by dwelling unit."""

    type: Literal["fixed_tax"]
    amount: AmountField
    times: Name | None = None
    prorated: bool = True


class UnitTaxSection(ChargeSection):
    """A tax for every unit of water."""

    type: Literal["unit_tax"]
    rate: AmountField
    quantity: QuantitySection | None = None
    prorated: bool = True


class RoundingToSection(ChargeSection):
    """The sum of earlier charges is rounded to a coarser step, in a line of its own."""

    type: Literal["rounding"]
    base: Bases
    to: AmountField


class OneOffSection(ChargeSection):
    """A fee each time something happens: an amount, or a percentage of the money the event is about."""

    type: Literal["one_off"]
    when: Name
    amount: AmountField | None = None
    percent: AmountField | None = None
    at_least: AmountField | None = None
    at_most: AmountField | None = None


AnyCharge = Annotated[
    ServiceChargeSection
    | FlatCommoditySection
    | TieredCommoditySection
    | UnitSurchargeSection
    | PercentSurchargeSection
    | MinimumSection
    | DiscountSection
    | TaxSection
    | FixedTaxSection
    | UnitTaxSection
    | OneOffSection
    | RoundingToSection,
    Field(discriminator="type"),
]
