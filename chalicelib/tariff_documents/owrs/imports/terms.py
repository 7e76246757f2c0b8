"""What a bill is the sum of: each part by the unit of water, by tiers, or fixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction

from chalicelib.tariff_documents.owrs.file import Content, Listing, Lookup, Odd, Text
from chalicelib.tariff_documents.owrs.formulas import (
    Figure,
    Formula,
    FormulaSyntax,
    Name,
    Operation,
    Rounded,
    parse_budget,
    parse_formula,
)
from chalicelib.tariff_documents.owrs.imports.keys import document_key, split_key
from chalicelib.tariff_documents.owrs.imports.lifted import (
    NOTHING,
    UNIT,
    Key,
    Lifted,
    NotExpressible,
    is_short,
    joined,
    mapped,
    over,
    plain,
    rounded,
    times,
    total,
)
from chalicelib.tariff_documents.owrs.names import BILL, DROUGHT, USAGE, Names
from chalicelib.tariff_documents.owrs.schedule import is_tiered
from chalicelib.tariff_documents.owrs.spellings import decimal_text

_LARGEST_POWER = 4
_PRICES = ("charge", "surcharge", "rate", "price", "fee", "credit", "bill")
_TARIFF_ONLY = ("charge", "rate", "price")


class Basis(Enum):
    """What a term is for."""

    FIXED = "fixed"
    UNIT = "unit"  # for every unit of water
    TIERS = "tiers"  # the tiers of a field


@dataclass(frozen=True, slots=True)
class Term:
    """`coefficient` times its basis; `field` is where it comes from, `tiers` the field that has the tiers."""

    field: str
    basis: Basis
    coefficient: Lifted
    tiers: str | None = None

    @property
    def kind(self) -> tuple[str, Basis, str | None]:
        """All but the coefficient: terms of one kind can be added."""
        return self.field, self.basis, self.tiers


class Expansion:
    """The fields of a class, multiplied out. `formulas` are those that keep a name of their own, in order."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._bill = names.field(BILL) or ""
        self._open: list[str] = []
        self.formulas: dict[str, Formula] = {}
        self.renamed: dict[str, str] = {}
        """Names that mean a field which is written in another case."""

    def of_a_drought(self) -> Expansion:
        """The same, in a charge of a drought; a formula that is another one then has its own name."""
        drought = copy(self)
        drought._names = self._names.of_a_drought()
        return drought

    def field(self, name: str) -> list[Term]:
        """The terms of a field. Raises NotExpressible."""
        return self._named(name, name)

    def terms(self, formula: Formula, field: str) -> list[Term]:
        """The terms of `formula`, which is (a part of) what `field` says. Raises NotExpressible."""
        match formula:
            case Figure():
                return [Term(field, Basis.FIXED, plain(formula))]
            case Name(name):
                return self._named(name, field)
            case Operation("+", left, right):
                return self.terms(left, field) + self.terms(right, field)
            case Operation("-", left, right):
                opposite = [_scaled(t, plain(Figure(Fraction(-1)))) for t in self.terms(right, field)]
                return self.terms(left, field) + opposite
            case Operation("*", left, right):
                return self._product(self.terms(left, field), self.terms(right, field), field)
            case Operation("/", left, right):
                divisor = _fixed(self.terms(right, field))
                return [
                    replace(t, coefficient=joined(t.coefficient, divisor, over))
                    for t in self.terms(left, field)
                ]
            case Operation(_, left, right):
                return [Term(field, Basis.FIXED, self._power(_fixed(self.terms(left, field)), right))]
            case Rounded(value):
                return [Term(field, Basis.FIXED, mapped(_fixed(self.terms(value, field)), rounded))]

    def tiers(self, content: Content, item: Callable[[str], Lifted], *, missing: Lifted) -> list[Lifted]:
        """The starts or prices `content` lists; table rows that list fewer have `missing` for the rest."""
        match content:
            case Text(text):
                return [item(text)]
            case Listing(items):
                return [item(text) for text in items]
            case Odd(cause):
                raise NotExpressible(cause)
        rows = {key: self.tiers(row, item, missing=missing) for key, row in content.rows.items()}
        most = max(map(len, rows.values()))
        padded = {key: [*row, *[missing] * (most - len(row))] for key, row in rows.items()}
        places = ({key: row[place] for key, row in padded.items()} for place in range(most))
        return [self._by_what_is_known(_table(content.by, rows)) for rows in places]

    def amount(self, text: str) -> Lifted:
        """What the formula `text` comes to, whatever was used. Raises NotExpressible."""
        return _fixed(self.terms(_parse(text, budget=False), ""))

    def _named(self, name: str, field: str) -> list[Term]:
        found = self._names.field(name)
        if found is None:
            return self._given(name, field)
        if found != name and found.lower() == name.lower():
            self.renamed[name] = found
        if found in self._open:
            raise NotExpressible(f"{found} needs its own value")
        self._open.append(found)
        try:
            of_its_own = found.endswith(_PRICES) or field == self._bill
            return self._content(found, self._names.all[found], found if of_its_own else field)
        except NotExpressible as cannot:
            cannot.at = cannot.at or self._names.all[found].at
            raise
        finally:
            self._open.pop()

    def _given(self, name: str, field: str) -> list[Term]:
        """What the customer brings along: the usage, or a determinant."""
        if name.lower() == USAGE:
            return [Term(field, Basis.UNIT, UNIT)]
        if name.lower().endswith(_TARIFF_ONLY):
            raise NotExpressible(f"it needs {name}, which the class has not")
        return [Term(field, Basis.FIXED, plain(Name(name)))]

    def _content(self, name: str, content: Content, field: str) -> list[Term]:
        match content:
            case Text() if is_tiered(content):
                return [Term(field, Basis.TIERS, UNIT, name)]
            case Text():
                terms = self.terms(self._parsed(name, content), field)
                return terms if name.endswith(_PRICES) else self._kept(name, terms, field)
            case Lookup(by, rows):
                return self._rows(name, by, rows, field)
            case Listing():
                raise NotExpressible(f"{name} is a list where one figure is needed")
            case Odd(cause):
                raise NotExpressible(f"{name} {cause}")

    def _kept(self, name: str, terms: list[Term], field: str) -> list[Term]:
        """A formula over determinants keeps its name."""
        if any(term.basis is not Basis.FIXED for term in terms):
            return terms
        formula = total(term.coefficient for term in terms).single
        if formula is None or is_short(formula):
            return terms
        kept = name if self.formulas.get(name, formula) == formula else name + DROUGHT
        self.formulas[kept] = formula
        return [Term(field, Basis.FIXED, plain(Name(kept)))]

    def _rows(self, name: str, by: Key, rows: Mapping[str, Content], field: str) -> list[Term]:
        """A table whose rows may be fixed, by the unit or in tiers: a table for each, nothing in other rows.

        What a bill is the sum of keeps its own field.
        """
        sound = {key: row for key, row in rows.items() if not isinstance(row, Odd)}
        found = {key: self._content(name, row, field) for key, row in sound.items()}
        if name != self._bill:
            found = {key: [replace(term, field=field) for term in terms] for key, terms in found.items()}
        result = [Term(field, Basis.FIXED, NOTHING)]
        kinds = dict.fromkeys(term.kind for terms in found.values() for term in terms)
        for kind in kinds or [result[0].kind]:
            of_kind = {
                key: total(t.coefficient for t in terms if t.kind == kind) for key, terms in found.items()
            }
            table = self._by_what_is_known(_table(by, of_kind))
            if not table.is_zero:
                result.append(Term(kind[0], kind[1], table, kind[2]))
        return result[1:] or result

    def _by_what_is_known(self, table: Lifted) -> Lifted:
        """`table` without determinants that are fields: a figure chooses its rows, a formula has a name."""
        for name in table.by:
            if self._names.field(name) is None:
                continue
            known = _fixed(self._named(name, name)).single
            match known:
                case Figure(value):
                    table = _where(table, {name: document_key(decimal_text(value))})
                case Name(other):
                    table = replace(table, by=tuple(other if one == name else one for one in table.by))
                case _:
                    raise NotExpressible(
                        f"a table depends on {name}, which is neither a figure nor a formula"
                    )
        return table

    def _product(self, left: list[Term], right: list[Term], field: str) -> list[Term]:
        """One side stays what it is for; the other becomes a factor, if need be with the usage in it."""
        if all(term.basis is Basis.FIXED for term in right):
            return [_scaled(term, _fixed(right)) for term in left]
        if all(term.basis is Basis.FIXED for term in left):
            return [_scaled(term, _fixed(left), before=True) for term in right]
        if any(term.basis is Basis.TIERS for term in right):
            left, right = right, left
        return [replace(_scaled(term, _fixed(right)), field=field) for term in left]

    def _power(self, base: Lifted, exponent: Formula) -> Lifted:
        power = exponent.value if isinstance(exponent, Figure) else Fraction(-1)
        if power.denominator != 1 or not 0 <= power <= _LARGEST_POWER:
            raise NotExpressible(f"only whole powers up to {_LARGEST_POWER} can be written out")
        result = UNIT
        for _ in range(int(power)):
            result = joined(result, base, times)
        return result

    def _parsed(self, name: str, content: Text) -> Formula:
        return _parse(content.text, budget="budget" in name)


def _parse(text: str, *, budget: bool) -> Formula:
    try:
        return parse_budget(text) if budget else parse_formula(text)
    except FormulaSyntax as error:
        raise NotExpressible(error.message) from None


def _fixed(terms: list[Term]) -> Lifted:
    """The sum of `terms`, their usage taken for a determinant. Raises NotExpressible for tiers."""
    if any(term.basis is Basis.TIERS for term in terms):
        raise NotExpressible("tiers are multiplied by tiers, or divide something")
    usage = plain(Name(USAGE))
    return total(
        joined(term.coefficient, usage, times) if term.basis is Basis.UNIT else term.coefficient
        for term in terms
    )


def _scaled(term: Term, factor: Lifted, *, before: bool = False) -> Term:
    left, right = (factor, term.coefficient) if before else (term.coefficient, factor)
    return replace(term, coefficient=joined(left, right, times))


def _table(by: Key, rows: Mapping[str, Lifted]) -> Lifted:
    """One table of tables: the keys of `by`, then of what each row depends on. Raises NotExpressible."""
    if not rows:
        raise NotExpressible("a table has no row with a value")
    selected: dict[Key, Lifted] = {}
    for text, row in rows.items():
        key = split_key(text, by)
        value = _where(row, dict(zip(by, key, strict=True)))
        if selected.setdefault(key, value) != value:
            raise NotExpressible(f"a table has two rows for {' | '.join(key)}")
    inner = next(iter(selected.values())).by
    if any(set(row.by) != set(inner) for row in selected.values()):
        raise NotExpressible("the rows of a table depend on different things")
    result: dict[Key, Formula] = {}
    for key, row in selected.items():
        order = [row.by.index(name) for name in inner]
        result.update(
            {(*key, *(rest[place] for place in order)): formula for rest, formula in row.rows.items()}
        )
    return Lifted((*by, *inner), result)


def _where(value: Lifted, known: Mapping[str, str]) -> Lifted:
    """The rows of `value` that agree with what is `known`, which they need not say any more."""
    open_places = [place for place, name in enumerate(value.by) if name not in known]
    rows = {
        tuple(key[place] for place in open_places): row
        for key, row in value.rows.items()
        if all(known.get(name, part) == part for name, part in zip(value.by, key, strict=True))
    }
    if not rows:
        raise NotExpressible(f"a table by {', '.join(value.by)} lacks a row that another table has")
    return Lifted(tuple(value.by[place] for place in open_places), rows)
