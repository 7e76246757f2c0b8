"""The charges of a tariff document, from the terms of a bill."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from chalicelib.tariff_documents.owrs.file import Text
from chalicelib.tariff_documents.owrs.formulas import Figure, Formula, Name, Operation, figure
from chalicelib.tariff_documents.owrs.imports.expressing import Expressing
from chalicelib.tariff_documents.owrs.imports.lifted import (
    NOTHING,
    Lifted,
    NotExpressible,
    joined,
    mapped,
    plain,
    rounded,
    times,
)
from chalicelib.tariff_documents.owrs.imports.terms import Basis, Expansion, Term
from chalicelib.tariff_documents.owrs.names import Names, budget_of
from chalicelib.tariff_documents.owrs.schedule import BUDGET, percentage

_OF_WATER = ("commodity", "water", "sewer", "recycled", "volume", "bill")
_OF_SEWER = ("sewer", "wastewater")
_NO_SUCH_TIER = 1_000_000_000
_LONGEST_CODE = 34


@dataclass(slots=True)
class Charges:
    """The charges of one class; `fields` says of each code which field of the file it comes from."""

    names: Names
    expansion: Expansion
    expressing: Expressing
    sections: list[dict[str, Any]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    assumed: dict[str, None] = field(default_factory=dict)

    def of_a_drought(self) -> Charges:
        """These charges, to add those of a drought to."""
        return replace(self, names=self.names.of_a_drought(), expansion=self.expansion.of_a_drought())

    def add(self, terms: Sequence[Term], **conditions: str) -> list[str]:
        """A charge for each term that is not nothing; their codes. Raises NotExpressible."""
        codes: list[str] = []
        for term in terms:
            if not term.coefficient.is_zero:
                section = self._section(term)
                codes.append(self._append(section, term.field, conditions))
        return codes

    def add_gross_up(self, factor: Fraction, base: list[str]) -> None:
        """What multiplies the sum of `base` as a whole, as a percentage of it."""
        percent = (factor - 1) * 100
        kind = "percent_surcharge" if percent > 0 else "discount"
        section = {
            "type": kind,
            "base": base,
            "percent": self.expressing.rate(plain(Figure(abs(percent)))),
        }
        self._append(section, "gross_up", {})

    def add_nothing(self) -> None:
        """A bill of nothing still is a line."""
        nothing = self.expressing.rate(NOTHING)
        self._append({"type": "service_charge", "amount": nothing}, "bill", {})

    def _append(self, section: dict[str, Any], field: str, conditions: dict[str, str]) -> str:
        code = self._code(field)
        self.fields[code] = field
        account, fund, group = _ledger(section["type"], field)
        head = {
            "type": section.pop("type"),
            "code": code,
            "label": field.replace("_", " ").strip().capitalize()[:200],
            "gl_account": account,
            "fund": fund,
            "charge_group": group,
        }
        self.sections.append({**head, **conditions, **section})
        return code

    def _code(self, field: str) -> str:
        stem = re.sub(r"[^A-Z0-9.]+", "-", field.upper()).strip("-.")[:_LONGEST_CODE] or "CHARGE"
        stem = stem.removesuffix("-CHARGE") or stem
        codes = (stem, *(f"{stem}-{number}" for number in range(2, 999)))
        return next(code for code in codes if code not in self.fields)

    def _section(self, term: Term) -> dict[str, Any]:
        if term.tiers is not None:
            return self._tiered(term, term.tiers)
        if term.basis is Basis.UNIT:
            of_water = any(word in term.field.lower() for word in _OF_WATER)
            kind = "commodity_flat" if of_water else "unit_surcharge"
            return {"type": kind, "rate": self.expressing.rate(term.coefficient)}
        amount, count = _multiplied(term.coefficient)
        section: dict[str, Any] = {"type": "service_charge"}
        if count is not None:
            section["times"] = self.expressing.times(count)
        section["amount"] = self.expressing.rate(amount)
        return section

    def _tiered(self, term: Term, name: str) -> dict[str, Any]:
        content = self.names.all[name]
        budget = isinstance(content, Text) and content.text == BUDGET
        starts = self._starts(name, budget=budget)
        prices = self._table(name, "tier_prices", self.expansion.amount)
        if len(starts) != len(prices):
            raise NotExpressible(f"{name} has {len(starts)} tier starts and {len(prices)} prices")
        section: dict[str, Any] = {
            "type": "commodity_tiered",
            "start_is": "boundary" if budget else "first_unit",
        }
        if not _rise(starts):
            section["out_of_order"] = "empty_tier"
        self._assume(name, starts, budget=budget)
        starts[0] = plain(Figure(Fraction(0 if budget else 1)))
        section["tiers"] = [
            {
                "from": self.expressing.quantity(start, whole=budget),
                "rate": self.expressing.rate(joined(price, term.coefficient, times)),
            }
            for start, price in zip(starts, prices, strict=True)
        ]
        return section

    def _assume(self, name: str, starts: list[Lifted], *, budget: bool) -> None:
        first = starts[0].single
        if isinstance(first, Figure) and first.value not in (0, 1):
            self.assumed[
                f"The first tier of {name} begins at the beginning, though the file says {first.value}."
            ] = None
        if any(row == Figure(Fraction(_NO_SUCH_TIER)) for start in starts for row in start.rows.values()):
            self.assumed[
                f"Where a table of {name} has fewer tiers than another row, the further ones start at "
                f"{_NO_SUCH_TIER:,}, which nobody reaches."
            ] = None
        self.assumed[_BOUNDARY if budget else _FIRST_UNIT] = None

    def _starts(self, name: str, *, budget: bool) -> list[Lifted]:
        if not budget:
            return self._table(name, "tier_starts", self.expansion.amount)
        of = budget_of(name, self.names)

        def start(text: str) -> Lifted:
            if figure(text) is not None:
                return self.expansion.amount(text)
            share = percentage(text)
            if share is None:
                known = text.lower() if text.lower() in ("indoor", "outdoor") else text
                return mapped(self.expansion.amount(known), _whole)
            return mapped(self.expansion.amount(of), lambda budget: _whole(times(Figure(share), budget)))

        return self._table(name, "tier_starts", start)

    def _table(self, name: str, table: str, item: Any) -> list[Lifted]:
        found = self.names.table(name, table)
        if found is None:
            raise NotExpressible(f"{name} needs {table}, which the class has not")
        missing = plain(Figure(Fraction(_NO_SUCH_TIER if table == "tier_starts" else 0)))
        return self.expansion.tiers(self.names.all[found], item, missing=missing)


_FIRST_UNIT = (
    "A tier starts with the unit at which it is said to start: of starts 0 and 13, the first tier ends at 12 "
    "(start_is: first_unit). So does RateParser; the ordinance may mean boundaries."
)
_BOUNDARY = (
    "A tier of a budget ends at the next start itself (start_is: boundary). Parts and percentages of the "
    "budget are rounded to whole units, ties to the even one (half_even). So does RateParser; the ordinance "
    "may not."
)


def _whole(start: Formula) -> Formula:
    """A figure to a whole number; a formula is rounded where it stands."""
    return rounded(start) if isinstance(start, Figure) else start


def _multiplied(value: Lifted) -> tuple[Lifted, str | None]:
    """`value` without the determinant that multiplies figures in all its rows, and that determinant."""
    found: set[str] = set()
    rows: dict[tuple[str, ...], Any] = {}
    for key, row in value.rows.items():
        match row:
            case Operation("*", Figure() as amount, Name(name)) | Operation(
                "*", Name(name), Figure() as amount
            ):
                found.add(name)
                rows[key] = amount
            case _:
                return value, None
    return (Lifted(value.by, rows), found.pop()) if len(found) == 1 else (value, None)


def _rise(starts: list[Lifted]) -> bool:
    """Whether all starts are figures, each above the one before (the first is 1)."""
    figures = [start.single for start in starts[1:]]
    numbers = [Fraction(1), *(f.value for f in figures if isinstance(f, Figure))]
    return len(numbers) == len(starts) and all(a < b for a, b in pairwise(numbers))


def _ledger(kind: str, field: str) -> tuple[str, str, str]:
    """GL account, fund and charge group: a guess at where a utility books such a charge."""
    if any(word in field.lower() for word in _OF_SEWER):
        return ("4110" if kind == "service_charge" else "4120"), "SEWER", "sewer"
    account = {"service_charge": "4010", "commodity_flat": "4020", "commodity_tiered": "4020"}.get(
        kind, "4030"
    )
    return account, "WATER", "water"
