"""Rates in our own arithmetic, asked for as those of the reference are: through imported documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from pathlib import Path

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity
from chalicelib.domain.kernel.rounding import RoundingRule, to_integer
from chalicelib.domain.tariffs.charges.tiered_charge import TieredCharge
from chalicelib.domain.tariffs.determinants import Source
from chalicelib.domain.tariffs.rating import Rating, RatingRequest, TariffBook
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.owrs.file import OwrsFile, read_owrs
from chalicelib.tariff_documents.owrs.imports.determinants import DROUGHT_STAGE
from chalicelib.tariff_documents.owrs.imports.documents import Imported, import_owrs
from chalicelib.tariff_documents.owrs.imports.keys import document_key
from chalicelib.tariff_documents.owrs.names import (
    BILL,
    COMMODITY_CHARGE,
    DROUGHT_CHARGE,
    USAGE,
    Stage,
    component,
)
from chalicelib.tariff_documents.owrs.rating import (
    Input,
    InputMissing,
    NoSuchTier,
    TierAsked,
    number_of,
    tier_asked,
)
from chalicelib.tariff_documents.owrs.requests import Answers, Remembered, Request, UnknownClass, class_of
from chalicelib.tariff_documents.owrs.spellings import decimal_text
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.source import text_of

_DAYS = timedelta(days=30)
_PLACES = 12


class NotImported(Refusal):
    """A class cannot be made a tariff document."""


class NoSuchLine(Refusal):
    """A field was asked for that no charge of the tariff comes from."""


@dataclass(frozen=True, slots=True)
class Rates:
    """A tariff that is told every fact with the question: drought stage and weather too.

    `fields` says which field each charge's code comes from, `names` what the question's names are here.
    """

    book: TariffBook
    version: TariffVersion
    fields: Mapping[str, str]
    names: Mapping[str, str]

    @classmethod
    def of(cls, version: TariffVersion, *, fields: Mapping[str, str], names: Mapping[str, str]) -> Rates:
        """Those of `version`, whoever it says knows its determinants."""
        told = tuple(
            replace(determinant, source=Source.AGREEMENT, seasons=()) for determinant in version.determinants
        )
        version = replace(version, determinants=told)
        return cls(TariffBook([version]), version, fields, names)

    @classmethod
    def imported(cls, one: Imported) -> Rates:
        """Those of a class of a rate file."""
        return cls.of(one.version, fields=one.fields, names=one.determinants)

    def rate(self, inputs: Mapping[str, Input], stage: Stage = Stage.MAIN) -> Rating:
        """One bill. Raises what rating raises."""
        start = self.version.effective_from
        usage = None
        if self.version.usage is not None:
            usage = Quantity.of(Decimal(decimal_text(_rounded(self._usage(inputs)))), self.version.usage.unit)
        facts = {self.names.get(name, name): _fact(value) for name, value in inputs.items()}
        if stage is Stage.DROUGHT:
            facts[DROUGHT_STAGE] = "1"
        return self.book.rate(
            RatingRequest(
                tariff=Dated.since(start, self.version.code),
                period=Period(start, start + _DAYS),
                bill_date=start + _DAYS,
                usage=usage,
                determinants={name: Dated.since(start, value) for name, value in facts.items()},
            )
        )

    def _usage(self, inputs: Mapping[str, Input]) -> Fraction:
        """The usage given; nothing where no charge is for it."""
        given = inputs.get(USAGE, inputs.get("usage"))
        if given is not None:
            return number_of(USAGE, given)
        if any(charge.metered for charge in self.version.charges):
            raise InputMissing(f"{USAGE} is needed: {self.version.code} charges for it", name=USAGE)
        return Fraction(0)

    def value(self, rating: Rating, name: str) -> str:
        """What `name` comes to: the bill, a charge, a field, or the usage or price of a tier."""
        if name == BILL:
            return _amount(rating.total_minor, rating.currency)
        tier = tier_asked(name)
        if tier is not None and name not in self.fields.values():
            return self._of_tier(rating, name, tier)
        codes = {code for code, field in self.fields.items() if name in (code, field)}
        if not codes:
            known = ", ".join(dict.fromkeys(self.fields.values()))
            raise NoSuchLine(f"no charge comes from {name}: there are {known}", field=name)
        of_codes = (line.amount_minor for line in rating.lines if line.charge in codes)
        return _amount(sum(of_codes), rating.currency)

    def _of_tier(self, rating: Rating, name: str, asked: TierAsked) -> str:
        charges = self._tiered(asked.part)
        most = max(charges.values(), default=0)
        if asked.number > most:
            raise NoSuchTier(
                f"{name} is not there: {', '.join(charges) or 'no charge'} has {most} tiers", field=name
            )
        lines = [
            line
            for line in rating.lines
            if line.charge in charges and line.tier and line.tier.number == asked.number
        ]
        if asked.priced:
            return _amount(sum(line.amount_minor for line in lines), rating.currency)
        return f"{sum((line.quantity or Decimal(0) for line in lines), Decimal(0)).normalize():f}"

    def _tiered(self, part: str | None) -> dict[str, int]:
        """The charges of `part`, or those for water, or else the first, and how many tiers each has."""
        tiers = {c.head.code: len(c.tiers) for c in self.version.charges if isinstance(c, TieredCharge)}
        if part is not None:
            return {code: count for code, count in tiers.items() if component(self.fields[code]) == part}
        water = {
            code: n for code, n in tiers.items() if self.fields[code] in (COMMODITY_CHARGE, DROUGHT_CHARGE)
        }
        return water or dict(islice(tiers.items(), 1))


class DocumentRates(Answers):
    """Rates of rate files and of tariff documents, to the cent; each is read and compiled once."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._files: Remembered[str, OwrsFile] = Remembered(self._read)
        self._rates: Remembered[tuple[str, str], Rates] = Remembered(self._load)

    def values(self, request: Request) -> dict[str, str]:
        rates = self._rates.of((request.file, request.rate_class))
        rating = rates.rate(request.inputs, request.stage)
        return {name: rates.value(rating, name) for name in request.fields}

    def _read(self, file: str) -> OwrsFile:
        return read_owrs(self.path(file), name=file)

    def _load(self, key: tuple[str, str]) -> Rates:
        file, name = key
        if not file.lower().endswith(".owrs"):
            return self._document(file, name)
        owrs = self._files.of(file)
        class_of(owrs, name)
        found = import_owrs(owrs, classes=[name])
        if not found.imported:
            raise NotImported(str(found.refused[0]))
        return Rates.imported(found.imported[0])

    def _document(self, file: str, code: str) -> Rates:
        text = text_of(self.path(file), name=file, refused=InvalidTariffDocument)
        version = load_tariff(text, file=file).version
        if version.code != code:
            raise UnknownClass(f"{file} is the tariff {version.code}, not {code}")
        fields = {charge.head.code: charge.head.code for charge in version.charges}
        return Rates.of(version, fields=fields, names={})


def _fact(value: Input) -> str:
    return document_key(value) if isinstance(value, str) else decimal_text(_rounded(value))


def _rounded(value: Fraction) -> Fraction:
    """`value` in as many places as any meter, or any survey, has."""
    scaled = to_integer(value * 10**_PLACES, rule=RoundingRule.HALF_EVEN)
    return Fraction(scaled, 10**_PLACES)


def _amount(minor: int, currency: str) -> str:
    return f"{Money.of_minor(minor, currency).amount:f}"
