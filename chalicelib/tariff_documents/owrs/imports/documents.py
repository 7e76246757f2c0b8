"""A tariff document for each customer class of a rate file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.owrs.check import problem_in
from chalicelib.tariff_documents.owrs.file import OwrsFile, RateClass, Text
from chalicelib.tariff_documents.owrs.formulas import Figure, Formula, Operation, parse_formula
from chalicelib.tariff_documents.owrs.imports.charges import Charges
from chalicelib.tariff_documents.owrs.imports.determinants import (
    DROUGHT,
    DROUGHT_STAGE,
    determinant_section,
)
from chalicelib.tariff_documents.owrs.imports.expressing import Expressing, Flow, Plain
from chalicelib.tariff_documents.owrs.imports.hyphens import without_hyphens
from chalicelib.tariff_documents.owrs.imports.lifted import NotExpressible, total
from chalicelib.tariff_documents.owrs.imports.metadata import Metadata, metadata_of, service_of
from chalicelib.tariff_documents.owrs.imports.terms import Basis, Expansion, Term
from chalicelib.tariff_documents.owrs.imports.yaml_text import document_text
from chalicelib.tariff_documents.owrs.names import (
    BILL,
    COMMODITY_CHARGE,
    DROUGHT_CHARGE,
    USAGE,
)
from chalicelib.tariff_documents.owrs.schedule import Schedule
from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import Problem

_FIXED_DROUGHT, _SERVICE_CHARGE = "fixed_drought_surcharge", "service_charge"
_STEP = "0.001"
_LONGEST_CODE, _LONGEST_NAME = 40, 200


@dataclass(frozen=True, slots=True)
class Imported:
    """A class as a document of ours.

    `text` is the document, comments included; `assumed` what the rate file does not say. `fields` tells of
    each charge's code the field it comes from, `determinants` of each name in the file ours.
    """

    rate_class: str
    version: TariffVersion
    text: str
    assumed: tuple[str, ...]
    fields: Mapping[str, str]
    determinants: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Import:
    """The classes of a file that are documents now, and what keeps the others from being ones."""

    imported: tuple[Imported, ...]
    refused: tuple[Problem, ...]


def import_owrs(
    owrs: OwrsFile,
    *,
    classes: Iterable[str] | None = None,
    currency: str = "USD",
    effective_from: date | None = None,
) -> Import:
    """A document for each of `classes` (all of them, where none are named)."""
    metadata = metadata_of(owrs, effective_from=effective_from)
    imported: list[Imported] = []
    refused: list[Problem] = []
    codes: set[str] = set()
    for name in owrs.classes if classes is None else classes:
        rate_class = owrs.classes[name]
        try:
            one = _Import(owrs, rate_class, metadata, currency, _code(name, codes)).document()
        except NotExpressible as cannot:
            refused.append(problem_in(owrs, cannot.at or rate_class.at, cannot.message))
        else:
            codes.add(one.version.code)
            imported.append(one)
    return Import(tuple(imported), tuple(refused))


def _code(name: str, taken: set[str]) -> str:
    stem = re.sub(r"[^A-Z0-9._]+", "-", name.upper()).strip("-._")[: _LONGEST_CODE - 4] or "CLASS"
    codes = (stem, *(f"{stem}-{number}" for number in range(2, 999)))
    return next(code for code in codes if code not in taken)


class _Import:
    """One class on its way."""

    def __init__(
        self, owrs: OwrsFile, rate_class: RateClass, metadata: Metadata, currency: str, code: str
    ) -> None:
        self._file, self._metadata, self._currency, self._code = owrs.file, metadata, currency, code
        self._class, hyphens = without_hyphens(rate_class)
        self._schedule = Schedule(self._class)
        for fault in self._schedule.faults():
            raise NotExpressible(fault.message, at=fault.at)
        self._names = self._schedule.names
        self._expansion = Expansion(self._names)
        self._expressing = Expressing(self._expansion.formulas)
        self._charges = Charges(self._names, self._expansion, self._expressing)
        self._drought_charges = self._charges.of_a_drought()
        self._remarks = [f"{name} is read as one name, not as a subtraction." for name in hyphens]

    def document(self) -> Imported:
        """Raises NotExpressible."""
        factor, terms = self._bill()
        drought, replacing = self._drought(terms)
        codes = self._main(terms, replacing=replacing)
        if drought:
            self._drought_charges.add(drought, only_if=DROUGHT)
        if factor != 1:
            self._charges.add_gross_up(factor, codes)
        if not self._charges.sections:
            self._charges.add_nothing()
        document = self._sections(drought=bool(drought) or replacing)
        assumed = tuple(self._assumptions(document))
        title = f"{self._metadata.utility or 'A utility'}, {self._class.name}: imported from {self._file}"
        text = document_text(document, title=f"{title}. What had to be assumed:", remarks=assumed)
        return Imported(
            rate_class=self._class.name,
            version=self._loaded(text),
            text=text,
            assumed=assumed,
            fields=dict(self._charges.fields),
            determinants=self._expressing.names,
        )

    def _loaded(self, text: str) -> TariffVersion:
        try:
            return load_tariff(text, file=f"{self._code}.yaml").version
        except InvalidTariffDocument as invalid:
            problem = invalid.problems[0]
            raise NotExpressible(f"as a document it is refused: {problem.field}: {problem.message}") from None

    def _bill(self) -> tuple[Fraction, list[Term]]:
        """What a bill is the sum of, and the factor that all of it is multiplied by."""
        bill = self._names.field(BILL)
        if bill is None:
            return Fraction(1), self._without_bill()
        content = self._names.all[bill]
        if isinstance(content, Text) and (grossed_up := _grossed_up(parse_formula(content.text))) is not None:
            factor, inner = grossed_up
            return factor, self._expansion.terms(inner, bill)
        return Fraction(1), self._expansion.field(bill)

    def _without_bill(self) -> list[Term]:
        """What a bill is taken for where the file does not say. Raises NotExpressible."""
        charges = [c for c in (_SERVICE_CHARGE, COMMODITY_CHARGE) if self._names.field(c) is not None]
        if not charges:
            raise NotExpressible("has no bill: write what it is the sum of")
        self._remarks.append(f"A bill is {' + '.join(charges)}: the file does not say.")
        return [term for charge in charges for term in self._expansion.field(charge)]

    def _main(self, terms: list[Term], *, replacing: bool) -> list[str]:
        codes: list[str] = []
        for term in terms:
            switched = replacing and term.field == self._names.field(COMMODITY_CHARGE)
            codes += self._charges.add([term], **({"unless": DROUGHT} if switched else {}))
        return codes

    def _drought(self, main: list[Term]) -> tuple[list[Term], bool]:
        """The charges of a drought, and whether they come in place of the commodity charge."""
        reached = self._schedule.reached()
        varying = self._names.field(DROUGHT_CHARGE)
        fixed = self._names.field(_FIXED_DROUGHT)
        if varying in reached or fixed in reached:
            return [], False  # part of every bill
        expansion = self._drought_charges.expansion
        terms: list[Term] = []
        if varying is not None and self._schedule.fields[varying].fault is None:
            terms += [term for term in expansion.field(varying) if not term.coefficient.is_zero]
        replacing = any(term.basis is Basis.TIERS for term in terms)
        if fixed is not None and self._schedule.fields[fixed].fault is None:
            extra = [term for term in expansion.field(fixed) if not term.coefficient.is_zero]
            service = [term.coefficient for term in main if term.field == _SERVICE_CHARGE]
            if extra and total(term.coefficient for term in extra) != total(service):
                terms += extra
        return terms, replacing

    def _sections(self, *, drought: bool) -> dict[str, Any]:
        metadata, expressing = self._metadata, self._expressing
        formulas = expressing.named_formulas()
        if drought:
            stage = expressing.name(DROUGHT_STAGE)
            formulas[DROUGHT] = Flow(formula=f'{stage} != "0"')
        document: dict[str, Any] = {
            "tariff": self._code,
            "version": Plain("1"),
            "name": f"{metadata.utility} {_words(self._class.name)}".strip()[:_LONGEST_NAME],
            "service_type": service_of(self._class.name),
            "currency": self._currency,
            "effective_from": Plain(metadata.effective_from.isoformat()),
            "effectivity": "period_end",
            "rounding": "half_up",
        }
        metered = any(section["type"] in _METERED for section in self._charges.sections)
        if metered:
            document["usage"] = {"unit": metadata.unit.value, "step": Plain(_STEP), "rounding": "half_up"}
        determinants = self._determinants(drought=drought)
        if determinants:
            document["determinants"] = determinants
        if formulas:
            document["formulas"] = formulas
        return {**document, "charges": self._charges.sections}

    def _determinants(self, *, drought: bool) -> dict[str, Flow]:
        expressing = self._expressing
        found = {
            expressing.name(raw): determinant_section(
                raw, keys=expressing.looked_up.get(raw), computed=raw in expressing.computed
            )
            for raw in sorted({*expressing.looked_up, *expressing.computed})
        }
        if drought:
            stage = Flow(kind="choice", source="utility", default="0")
            found[expressing.name(DROUGHT_STAGE)] = stage
        return found

    def _assumptions(self, document: Mapping[str, Any]) -> Iterator[str]:
        metadata = self._metadata
        yield from self._charges.assumed
        if "usage" in document:
            yield (
                f"Usage is billed to a thousandth of a {metadata.unit.value}. Where whole units are billed, "
                "write step: 1 and rounding: down."
            )
        yield "Each line is rounded half up to the cent."
        yield from metadata.assumed
        billed = f"Customers are billed {metadata.frequency}; a" if metadata.frequency else "A"
        yield f"{billed} bill is charged in full whatever its days: there is no proration section."
        yield (
            "The rates, and every attribute, of the last day of service hold for the whole bill "
            "(effectivity: period_end)."
        )
        yield f"Amounts are in {self._currency}; the service is {document['service_type']}."
        yield "GL accounts, funds and charge groups are examples: write the utility's own."
        yield from self._remarks
        for name, meant in self._expansion.renamed.items():
            yield f"{name} is taken for {meant}: only the case of the letters differs."
        yield from self._of_determinants(document)

    def _of_determinants(self, document: Mapping[str, Any]) -> Iterator[str]:
        declared: Mapping[str, Flow] = document.get("determinants", {})
        expressing = self._expressing
        if USAGE in expressing.computed:
            yield (
                "A charge multiplies the usage by something that has the usage in it already, probably by "
                f"mistake. Each bill must be given its usage as {expressing.name(USAGE)}, or the charge be "
                "corrected."
            )
        if DROUGHT_STAGE in declared and DROUGHT in document.get("formulas", {}):
            tiers = any(section.get("unless") == DROUGHT for section in document["charges"])
            how = "in place of the commodity charge" if tiers else "on top"
            yield (
                "The drought charges hold, " + how + ", while the utility declares a drought_stage other "
                "than 0. The file has them without saying so."
            )
        overridden = [name for name in ("days_in_period",) if name in self._class.fields]
        for name in overridden:
            yield f"{name} is what the file says, whatever the period."
        for name, section in declared.items():
            if section.get("source") == "utility" and name != DROUGHT_STAGE:
                yield (
                    f"{name} is declared by the utility for everybody. A season with fixed dates is better "
                    "said by source: calendar, with its seasons."
                )


_METERED = ("commodity_flat", "commodity_tiered", "unit_surcharge")


def _grossed_up(formula: Formula) -> tuple[Fraction, Formula] | None:
    """The factor and the rest of `1.01 * (…)`."""
    match formula:
        case Operation("*", Figure(factor), rest) | Operation("*", rest, Figure(factor)):
            is_sum = isinstance(rest, Operation) and rest.sign in "+-"
            return (factor, rest) if is_sum and factor > 0 else None
    return None


def _words(name: str) -> str:
    return name.replace("_", " ").lower()
