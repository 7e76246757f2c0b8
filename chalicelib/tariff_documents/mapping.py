"""From a checked document to the domain's tariff version."""

from __future__ import annotations

from decimal import Decimal

from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Amount, Table
from chalicelib.domain.tariffs.charges.charge import Charge, Head
from chalicelib.domain.tariffs.charges.discount import Discount
from chalicelib.domain.tariffs.charges.minimum_charge import MinimumCharge
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitCharge
from chalicelib.domain.tariffs.charges.percent_charge import PercentCharge
from chalicelib.domain.tariffs.charges.service_charge import ServiceCharge
from chalicelib.domain.tariffs.charges.tiered_charge import TieredCharge, TierRule
from chalicelib.domain.tariffs.determinants import Determinant
from chalicelib.domain.tariffs.line import LineKind
from chalicelib.domain.tariffs.version import Proration, ShortOpening, TariffVersion, UsageTerms
from chalicelib.tariff_documents import schema


def to_version(document: schema.TariffDocument, *, fingerprint: str) -> TariffVersion:
    """The tariff version `document` describes."""
    return TariffVersion(
        code=document.tariff,
        version=document.version,
        name=document.name,
        service_type=document.service_type.value,
        currency=document.currency,
        effective_from=document.effective_from,
        effectivity=document.effectivity,
        usage=_usage(document.usage),
        proration=_proration(document.proration),
        determinants=tuple(
            Determinant(name=name, kind=s.kind, label=s.label, unit=s.unit, default=s.default)
            for name, s in sorted(document.determinants.items())
        ),
        charges=tuple(_charge(section, rounding=document.rounding) for section in document.charges),
        fingerprint=fingerprint,
        translations={language: dict(labels) for language, labels in document.translations.items()},
    )


def _usage(section: schema.UsageSection | None) -> UsageTerms | None:
    if section is None:
        return None
    return UsageTerms(
        unit=section.unit,
        step=section.step,
        rounding=section.rounding,
        conversions=dict(section.conversions),
    )


def _proration(section: schema.ProrationSection | None) -> Proration | None:
    if section is None:
        return None
    shortest = section.shortest_opening
    return Proration(
        normal_days=(section.normal_days.start, section.normal_days.end),
        basis_days=section.basis if isinstance(section.basis, int) else None,
        tiers=section.tiers,
        shortest_opening_days=shortest.days if shortest else 0,
        below_shortest=shortest.charge if shortest else ShortOpening.NOTHING,
    )


def _charge(section: schema.AnyCharge, *, rounding: RoundingRule) -> Charge:
    head = _head(section, rounding=rounding)
    match section:
        case schema.ServiceChargeSection():
            return ServiceCharge(
                head=head, amount=_amount(section.amount), times=section.times, prorated=section.prorated
            )
        case schema.FlatCommoditySection():
            return PerUnitCharge(head=head, kind=LineKind.COMMODITY, rate=_amount(section.rate))
        case schema.UnitSurchargeSection():
            return PerUnitCharge(head=head, kind=LineKind.SURCHARGE, rate=_amount(section.rate))
        case schema.TieredCommoditySection():
            tiers = (TierRule(start=_amount(t.start), rate=_amount(t.rate)) for t in section.tiers)
            return TieredCharge(
                head=head, start_is=section.start_is, tiers=tuple(tiers), width_times=section.width_times
            )
        case schema.MinimumSection():
            return MinimumCharge(
                head=head, amount=_amount(section.amount), of=tuple(section.base), prorated=section.prorated
            )
        case schema.DiscountSection():
            return Discount(
                head=head,
                of=tuple(section.base),
                percent=_optional(section.percent),
                cap=_optional(section.cap),
                credit=_optional(section.credit),
                prorated=section.prorated,
            )
        case schema.PercentSurchargeSection() | schema.TaxSection():
            kind = LineKind.TAX if section.type == "tax" else LineKind.SURCHARGE
            return PercentCharge(
                head=head, kind=kind, percent=_amount(section.percent), of=tuple(section.base)
            )


def _head(section: schema.ChargeSection, *, rounding: RoundingRule) -> Head:
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


def _amount(field: Decimal | schema.TableSection) -> Amount:
    return field if isinstance(field, Decimal) else Table(tuple(field.by), field.rows())


def _optional(field: Decimal | schema.TableSection | None) -> Amount | None:
    return None if field is None else _amount(field)
