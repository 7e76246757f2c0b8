"""The sections of tariff documents that say a charge, one for each type."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.charges.tiered_charge import OutOfOrder, StartIs
from chalicelib.tariff_documents.fields import (
    AmountField,
    Bases,
    Code,
    Name,
    RoundingSection,
    Text,
)
from chalicelib.yaml_documents.fields import Section


class ChargeSection(Section):
    """What every charge has."""

    code: Code = Field(description="Names the charge: in `base` of later ones, on lines, in translations.")
    label: Text = Field(description="What the customer reads on the bill.")
    gl_account: Text = Field(description="The account of the general ledger that earns it.")
    fund: Text = Field(description="The fund it belongs to.")
    charge_group: Text = Field(description="What reports add it up under.")
    clause: str = Field(default="", description="The section of the ordinance; explanations cite it.")
    rounding: RoundingRule | None = Field(
        default=None, description="How this charge's lines are rounded, where not as the tariff says."
    )
    only_if: Name | None = Field(
        default=None, description="A flag, or a formula that compares: charged only where it is yes."
    )
    unless: Name | None = Field(
        default=None, description="A flag, or a formula that compares: not charged where it is yes."
    )


class QuantitySection(Section):
    """What is made of the metered quantity before it is priced. The steps are taken in this order."""

    instead: AmountField | None = Field(
        default=None, description="This quantity in place of the metered one: a flat allotment."
    )
    share: AmountField | None = Field(
        default=None,
        description="So many percent of it, rounded half up to the billing step: a sewer return factor.",
    )
    at_most: AmountField | None = Field(default=None, description="No more than this: a winter average.")
    at_least: AmountField | None = Field(default=None, description="No less than this: take-or-pay.")
    included: AmountField | None = Field(
        default=None, description="Only what exceeds this: an included volume, or the baseline of a penalty."
    )
    round: RoundingSection | None = Field(
        default=None, description="A multiple of a coarser step, under `up`: every started thousand."
    )


class FixedSection(ChargeSection):
    """A fixed amount, whatever is used."""

    amount: AmountField = Field(description="What a full bill is charged.")
    times: Name | None = Field(
        default=None, description="A count, or any number, that multiplies it: dwelling units."
    )
    prorated: bool = Field(default=True, description="Whether it follows the length of the bill.")


class ServiceChargeSection(FixedSection):
    """A fixed charge for being connected: the same whatever is used."""

    type: Literal["service_charge"]


class FixedTaxSection(FixedSection):
    """A tax of a fixed amount: by meter size, by dwelling unit."""

    type: Literal["fixed_tax"]


class PerUnitSection(ChargeSection):
    """So much for every billed unit."""

    rate: AmountField = Field(description="Money for each billed unit; below zero it is a credit.")
    quantity: QuantitySection | None = Field(
        default=None, description="The quantity it is taken on, where that is not the metered one."
    )
    prorated: bool = Field(
        default=True,
        description="Whether the amounts in `quantity` follow the length of the bill where tiers do.",
    )


class FlatCommoditySection(PerUnitSection):
    """One rate for every billed unit of water."""

    type: Literal["commodity_flat"]


class UnitSurchargeSection(PerUnitSection):
    """A surcharge for every billed unit, below zero a credit; shown as a surcharge."""

    type: Literal["unit_surcharge"]


class UnitTaxSection(PerUnitSection):
    """A tax for every billed unit."""

    type: Literal["unit_tax"]


class TierSection(Section):
    """One tier: where it starts, and its rate."""

    start: Annotated[AmountField, Field(alias="from", description="Where it starts, as `start_is` reads it.")]
    rate: AmountField = Field(description="Money for each billed unit in it.")


class TieredCommoditySection(ChargeSection):
    """Each part of the usage at the rate of the tier it falls in."""

    type: Literal["commodity_tiered"]
    start_is: StartIs = Field(
        description="What a tier's `from` means. `first_unit`: from 7 begins with the seventh unit, the tier "
        "before ends at 6. `boundary`: from 6 begins above 6."
    )
    tiers: Annotated[list[TierSection], Field(min_length=1, description="The tiers, by rising start.")]
    width_times: Name | None = Field(
        default=None, description="A count, or any number, that widens all tiers: dwelling units."
    )
    out_of_order: OutOfOrder = Field(
        default=OutOfOrder.REFUSED,
        description="What holds where tables or formulas make a tier end before it starts: `empty_tier` "
        "gives it no width, `refused` bills nothing.",
    )
    quantity: QuantitySection | None = Field(default=None, description="The quantity that is put in tiers.")
    prorated: bool = Field(
        default=True,
        description="Whether tier widths, and the amounts in `quantity`, follow the length of the bill where "
        "the tariff's tiers do.",
    )


class StepSection(Section):
    """One step: where it starts, and what all of the usage costs that reaches it."""

    start: Annotated[AmountField, Field(alias="from", description="Where it starts, as `start_is` reads it.")]
    amount: AmountField | None = Field(
        default=None, description="What a full bill that reaches it is charged."
    )
    rate: AmountField | None = Field(
        default=None, description="Money for every unit of the usage, not only for those in the step."
    )
    included: AmountField | None = Field(
        default=None, description="The `rate` is only for what exceeds this: units the amount pays for."
    )


class SteppedCommoditySection(ChargeSection):
    """A step rate: the whole usage at the amount, the rate, or both of the one step it reaches."""

    type: Literal["commodity_stepped"]
    start_is: StartIs = Field(
        description="What a step's `from` means. `first_unit`: from 7 begins with the seventh unit, the step "
        "before ends at 6. `boundary`: from 6 begins above 6."
    )
    steps: Annotated[list[StepSection], Field(min_length=1, description="The steps, by rising start.")]
    times: Name | None = Field(
        default=None, description="A count, or any number, that multiplies amounts: dwelling units."
    )
    width_times: Name | None = Field(
        default=None,
        description="A count, or any number, that widens all steps, and what they include: dwelling units.",
    )
    quantity: QuantitySection | None = Field(
        default=None, description="The quantity that decides which step is reached, and is priced."
    )
    prorated: bool = Field(
        default=True,
        description="Whether amounts follow the length of the bill, and the steps and the amounts in "
        "`quantity` where the tariff's tiers do.",
    )


class PercentSection(ChargeSection):
    """So many percent of earlier charges."""

    percent: AmountField = Field(description="So many percent of the base.")
    base: Bases = Field(description="The earlier charges it is taken on, by code.")
    cap: AmountField | None = Field(default=None, description="The most it comes to on a full bill.")
    prorated: bool = Field(default=True, description="Whether the cap follows the length of the bill.")


class PercentSurchargeSection(PercentSection):
    """A percentage of earlier charges."""

    type: Literal["percent_surcharge"]


class TaxSection(PercentSection):
    """A tax that is a percentage of earlier charges."""

    type: Literal["tax"]


class MinimumSection(ChargeSection):
    """Tops earlier charges up to an amount, in a line of its own."""

    type: Literal["minimum_charge"]
    amount: AmountField = Field(description="What the base comes to at least, on a full bill.")
    base: Bases = Field(description="The earlier charges that are topped up, by code.")
    prorated: bool = Field(default=True, description="Whether the minimum follows the length of the bill.")


class DiscountSection(ChargeSection):
    """A percentage of earlier charges, or a fixed credit against them; never more than they are."""

    type: Literal["discount"]
    base: Bases = Field(description="The earlier charges it is taken from, by code.")
    percent: AmountField | None = Field(
        default=None, description="So many percent of the base. Either this or `credit`."
    )
    cap: AmountField | None = Field(
        default=None, description="The most a percentage takes off, on a full bill."
    )
    credit: AmountField | None = Field(default=None, description="The same amount off every full bill.")
    prorated: bool = Field(default=True, description="Whether cap and credit follow the length of the bill.")


class RoundingToSection(ChargeSection):
    """Rounds the sum of earlier charges to a coarser step, in a line of its own."""

    type: Literal["rounding"]
    base: Bases = Field(description="The earlier charges whose sum is rounded, by code.")
    to: AmountField = Field(description="The step, in money: 0.05 rounds to five cents.")


class OneOffSection(ChargeSection):
    """A fee each time something happens, dated that day: never prorated, never split."""

    type: Literal["one_off"]
    when: Name = Field(description="A determinant of kind `event`: what happens.")
    amount: AmountField | None = Field(
        default=None, description="The fee; the event's value says how many times. Either this or `percent`."
    )
    percent: AmountField | None = Field(
        default=None, description="So many percent of the money that the event's value says it is about."
    )
    at_least: AmountField | None = Field(default=None, description="The least a percentage comes to.")
    at_most: AmountField | None = Field(default=None, description="The most a percentage comes to.")


AnyCharge = Annotated[
    ServiceChargeSection
    | FlatCommoditySection
    | TieredCommoditySection
    | SteppedCommoditySection
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
