"""From a checked document to the domain's tariff version."""

from __future__ import annotations

from chalicelib.domain.tariffs.determinants import Determinant, Season
from chalicelib.domain.tariffs.version import (
    NamedFormula,
    Proration,
    ShortOpening,
    TariffVersion,
    UsageTerms,
)
from chalicelib.tariff_documents import schema
from chalicelib.tariff_documents.amount_mapping import to_formula
from chalicelib.tariff_documents.charge_mapping import to_charge


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
            _determinant(name, section) for name, section in sorted(document.determinants.items())
        ),
        formulas=tuple(
            NamedFormula(name=name, formula=to_formula(section), label=section.label, unit=section.unit)
            for name, section in document.formulas.items()
        ),
        charges=tuple(to_charge(section, rounding=document.rounding) for section in document.charges),
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
        opening_and_closing=section.opening_and_closing,
        shortest_opening_days=shortest.days if shortest else 0,
        below_shortest=shortest.charge if shortest else ShortOpening.NOTHING,
    )


def _determinant(name: str, section: schema.DeterminantSection) -> Determinant:
    seasons = [Season(season, one.start) for season, one in section.seasons.items()]
    return Determinant(
        name=name,
        kind=section.kind,
        label=section.label,
        unit=section.unit,
        source=section.source,
        default=section.default,
        default_from=section.default_from,
        seasons=tuple(sorted(seasons, key=lambda season: season.start)),
    )
