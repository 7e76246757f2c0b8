"""From a charge's section to the domain's charge."""

from __future__ import annotations

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.charges.charge import Charge, Head
from chalicelib.domain.tariffs.charges.discount import Discount
from chalicelib.domain.tariffs.charges.minimum_charge import MinimumCharge
from chalicelib.domain.tariffs.charges.one_off_charge import OneOffCharge
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitCharge
from chalicelib.domain.tariffs.charges.percent_charge import PercentCharge
from chalicelib.domain.tariffs.charges.rounding_charge import RoundingCharge
from chalicelib.domain.tariffs.charges.service_charge import ServiceCharge
from chalicelib.domain.tariffs.charges.stepped_charge import SteppedCharge, StepRule
from chalicelib.domain.tariffs.charges.tiered_charge import TieredCharge, TierRule
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.tariff_documents import charge_sections as sections
from chalicelib.tariff_documents.amount_mapping import to_amount, to_optional, to_quantity

_KINDS = {
    "service_charge": LineKind.SERVICE_CHARGE,
    "commodity_flat": LineKind.COMMODITY,
    "unit_surcharge": LineKind.SURCHARGE,
    "percent_surcharge": LineKind.SURCHARGE,
    "tax": LineKind.TAX,
    "fixed_tax": LineKind.TAX,
    "unit_tax": LineKind.TAX,
}


def to_charge(section: sections.AnyCharge, *, rounding: RoundingRule) -> Charge:
    """The charge `section` describes; `rounding` holds where it names none of its own."""
    head = _head(section, rounding=rounding)
    match section:
        case sections.ServiceChargeSection() | sections.FixedTaxSection():
            return ServiceCharge(
                head=head,
                kind=_KINDS[section.type],
                amount=to_amount(section.amount),
                times=section.times,
                prorated=section.prorated,
            )
        case sections.FlatCommoditySection() | sections.UnitSurchargeSection() | sections.UnitTaxSection():
            return PerUnitCharge(
                head=head,
                kind=_KINDS[section.type],
                rate=to_amount(section.rate),
                quantity=to_quantity(section.quantity),
                prorated=section.prorated,
            )
        case sections.TieredCommoditySection():
            return TieredCharge(
                head=head,
                start_is=section.start_is,
                tiers=tuple(
                    TierRule(start=to_amount(tier.start), rate=to_amount(tier.rate)) for tier in section.tiers
                ),
                width_times=section.width_times,
                out_of_order=section.out_of_order,
                quantity=to_quantity(section.quantity),
                prorated=section.prorated,
            )
        case sections.SteppedCommoditySection():
            return SteppedCharge(
                head=head,
                start_is=section.start_is,
                steps=tuple(
                    StepRule(
                        start=to_amount(step.start),
                        amount=to_optional(step.amount),
                        rate=to_optional(step.rate),
                        included=to_optional(step.included),
                    )
                    for step in section.steps
                ),
                times=section.times,
                width_times=section.width_times,
                quantity=to_quantity(section.quantity),
                prorated=section.prorated,
            )
        case sections.MinimumSection():
            return MinimumCharge(
                head=head,
                amount=to_amount(section.amount),
                of=tuple(section.base),
                prorated=section.prorated,
            )
        case sections.DiscountSection():
            return Discount(
                head=head,
                of=tuple(section.base),
                percent=to_optional(section.percent),
                cap=to_optional(section.cap),
                credit=to_optional(section.credit),
                prorated=section.prorated,
            )
        case sections.PercentSurchargeSection() | sections.TaxSection():
            return PercentCharge(
                head=head,
                kind=_KINDS[section.type],
                percent=to_amount(section.percent),
                of=tuple(section.base),
                cap=to_optional(section.cap),
                prorated=section.prorated,
            )
        case sections.RoundingToSection():
            return RoundingCharge(head=head, to=to_amount(section.to), of=tuple(section.base))
        case sections.OneOffSection():
            return OneOffCharge(
                head=head,
                when=section.when,
                amount=to_optional(section.amount),
                percent=to_optional(section.percent),
                floor=to_optional(section.at_least),
                cap=to_optional(section.at_most),
            )


def _head(section: sections.ChargeSection, *, rounding: RoundingRule) -> Head:
    return Head(
        code=section.code,
        label=section.label,
        gl_account=section.gl_account,
        fund=section.fund,
        charge_group=section.charge_group,
        clause=section.clause,
        rounding=section.rounding or rounding,
        only_if=section.only_if,
        unless=section.unless,
    )
