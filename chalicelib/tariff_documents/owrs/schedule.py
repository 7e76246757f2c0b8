"""One customer class, compiled: what each field is computed from, and what keeps it from being computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn, Protocol, TypeAlias, TypeVar

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.file import At, Content, Listing, Lookup, Odd, RateClass, Text
from chalicelib.tariff_documents.owrs.formulas import (
    Figure,
    FormulaSyntax,
    compiled,
    figure,
    names_in,
    parse_budget,
    parse_formula,
)
from chalicelib.tariff_documents.owrs.names import BILL, COMMODITY_CHARGE, USAGE, Names, Stage, budget_of
from chalicelib.tariff_documents.owrs.spellings import loose_key
from chalicelib.tariff_documents.owrs.tiers import TieredAmount, tier_texts, tiered_amount

TIERED, BUDGET = "Tiered", "Budget"
_KEYS_SHOWN = 12
_T = TypeVar("_T")


class Rating(Protocol):
    """What is known of one customer while fields are computed."""

    def number(self, name: str) -> Fraction:
        """The number `name` stands for."""
        ...

    def key(self, name: str) -> str:
        """What `name` stands for, as tables spell it."""
        ...


Number: TypeAlias = Callable[[Rating], Fraction]
Numbers: TypeAlias = Callable[[Rating], tuple[Fraction, ...]]
Rule: TypeAlias = Callable[[Rating], Fraction | TieredAmount]


class UnknownTableKey(Refusal):
    """A table has no row for a customer."""


class NotOneNumber(Refusal):
    """A list of tiers was asked for as if it were one number."""


class UnevenTiers(Refusal):
    """There are more starts than prices, or fewer."""


class FieldFault(Refusal):
    """What stands `at` says nothing that can be computed."""

    def __init__(self, at: At, cause: str) -> None:
        super().__init__(cause)
        self.at = at


@dataclass(frozen=True, slots=True)
class Compiled:
    """A field: its rule or its fault, the names it needs, and the rows of its tables that are at fault."""

    rule: Rule | None
    fault: FieldFault | None
    needs: tuple[str, ...]
    faulty_rows: tuple[FieldFault, ...]


class Schedule:
    """A class of a rate file in one stage, every field compiled."""

    def __init__(self, rate_class: RateClass, stage: Stage = Stage.MAIN) -> None:
        self.name, self.at = rate_class.name, rate_class.at
        self.names = Names(rate_class, stage)
        contents = self.names.all
        self.fields: Mapping[str, Compiled] = {
            name: _FieldCompiler(self.names, name).compile(content) for name, content in contents.items()
        }
        self.tiered = tuple(name for name, content in contents.items() if is_tiered(content))

    def faults(self) -> list[FieldFault]:
        """What keeps the bill from being computed, whatever the customer; none where it can be."""
        if not self.fields:
            return [FieldFault(self.at, "has no fields: write at least a bill")]
        faults = (self.fields[name].fault for name in self.reached())
        return [fault for fault in faults if fault is not None]

    def reached(self) -> list[str]:
        """The fields a bill needs, itself among them; all of them where there is no bill."""
        bill = self.names.field(BILL)
        waiting, seen = [bill] if bill else list(self.fields), dict[str, None]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen[name] = None
                needs = map(self.names.field, self.fields[name].needs)
                waiting.extend(need for need in needs if need is not None)
        return list(seen)


def is_tiered(content: Content) -> bool:
    """Whether `content` sends to tables of tiers."""
    return isinstance(content, Text) and content.text in (TIERED, BUDGET)


def percentage(text: str) -> Fraction | None:
    """The share that `125%` is, whatever else stands around the digits; None where it is none."""
    digits = "".join(character for character in text if character in "0123456789.")
    percent = figure(digits) if "%" in text else None
    return None if percent is None else percent / 100


def counts_of(content: Content) -> set[int]:
    """How many tiers `content` has; several numbers where rows of a table differ."""
    match content:
        case Listing(items):
            return {sum(len(tier_texts(item)) for item in items)}
        case Lookup(_, rows):
            return set().union(*map(counts_of, rows.values()))
        case Text(text):
            return {len(tier_texts(text))}
        case Odd():
            return set()


def uneven(starts: Content, prices: Content) -> str:
    """That there are not as many `prices` as `starts`."""
    return (
        f"is a list of {_some(counts_of(prices))} where there are {_some(counts_of(starts))} starts: "
        "write as many"
    )


class _FieldCompiler:
    """Compiles what one field says."""

    def __init__(self, names: Names, name: str) -> None:
        self._names, self._name = names, name
        self._needs: dict[str, None] = {}
        self._faulty_rows: list[FieldFault] = []

    def compile(self, content: Content) -> Compiled:
        rule, fault = None, None
        try:
            rule = self._rule(content)
        except FieldFault as found:
            fault = found
        return Compiled(rule, fault, tuple(self._needs), tuple(self._faulty_rows))

    def _rule(self, content: Content) -> Rule:
        match content:
            case Text(text, at) if is_tiered(content):
                return self._tiers(at, budget=text == BUDGET)
            case Text(text, at):
                return self._number(text, at, budget="budget" in self._name)
            case Lookup():
                return self._looked_up(content, self._rule)
            case Listing():
                return _refusing(NotOneNumber(f"{self._name} is a list: it is no single number"))
            case Odd(cause, at):
                raise FieldFault(at, cause)

    def _number(self, text: str, at: At, *, budget: bool = False) -> Number:
        try:
            formula = parse_budget(text) if budget else parse_formula(text)
        except FormulaSyntax as error:
            mend = "; a name needs a line of its own and a blank after its colon" if ":" in text else ""
            raise FieldFault(at, error.message + mend) from None
        self._needs.update(dict.fromkeys(names_in(formula)))
        if isinstance(formula, Figure):
            return lambda _: formula.value
        evaluate = compiled(formula)
        return lambda rating: evaluate(rating.number)

    def _looked_up(
        self, table: Lookup, compile_row: Callable[[Content], Callable[[Rating], _T]]
    ) -> Callable[[Rating], _T]:
        by, name = table.by, self._name
        self._needs.update(dict.fromkeys(by))
        rows: dict[str, Callable[[Rating], _T]] = {}
        for key, row in table.rows.items():
            try:
                rows[key] = compile_row(row)
            except FieldFault as fault:
                self._faulty_rows.append(fault)
                rows[key] = _refusing(fault)
        loose: dict[str, Callable[[Rating], _T] | None] = {}
        for key, found in rows.items():
            spelling = loose_key(key)
            loose[spelling] = None if spelling in loose else found

        def look_up(rating: Rating) -> _T:
            key = "|".join([rating.key(determinant) for determinant in by])
            row = rows.get(key) or loose.get(loose_key(key))
            if row is None:
                raise UnknownTableKey(_unknown_key(name, by, key, list(rows)), field=name, key=key)
            return row(rating)

        return look_up

    def _tiers(self, at: At, *, budget: bool) -> Rule:
        start_table, price_table = self._table(at, "tier_starts"), self._table(at, "tier_prices")
        if not counts_of(start_table) & counts_of(price_table):
            raise FieldFault(price_table.at, uneven(start_table, price_table))
        starts = self._numbers(start_table, self._budget_start if budget else self._start)
        prices = self._numbers(price_table, self._number)
        self._needs[USAGE] = None
        name = self._name

        def divide(rating: Rating) -> TieredAmount:
            starting, pricing = starts(rating), prices(rating)
            if len(starting) != len(pricing):
                raise UnevenTiers(
                    f"{name} has {len(starting)} tier starts and {len(pricing)} prices", field=name
                )
            return tiered_amount(
                rating.number(USAGE), starts=starting, prices=pricing, start_is_in_tier=not budget
            )

        return divide

    def _table(self, at: At, table: str) -> Content:
        """The starts or prices that belong to this field. Raises FieldFault where there are none."""
        field = self._names.table(self._name, table)
        if field is None:
            raise FieldFault(at, f"needs {table} in the same class: add them")
        self._needs[field] = None
        return self._names.all[field]

    def _numbers(self, content: Content, item: Callable[[str, At], Number]) -> Numbers:
        match content:
            case Text(text, at):
                return _together([item(part, at) for part in tier_texts(text)])
            case Listing(items, at):
                parts = [
                    (part, (*at, place)) for place, text in enumerate(items) for part in tier_texts(text)
                ]
                return _together([item(part, where) for part, where in parts])
            case Lookup():
                return self._looked_up(content, lambda row: self._numbers(row, item))
            case Odd(cause, at):
                raise FieldFault(at, cause)

    def _start(self, text: str, at: At) -> Number:
        if "%" in text:
            charge = self._name if "budget" not in self._name else COMMODITY_CHARGE
            raise FieldFault(at, f"{text!r} is a part of a budget: write `{charge}: {BUDGET}`, or units")
        return self._number(text, at)

    def _budget_start(self, text: str, at: At) -> Number:
        """A number of units; a percentage of the budget, `indoor`, `outdoor` or a formula, to whole units."""
        if (units := figure(text)) is not None:
            return lambda _: units
        if "%" in text:
            return self._share(text, at)
        start = self._number(text.lower() if text.lower() in ("indoor", "outdoor") else text, at)
        return lambda rating: Fraction(round(start(rating)))

    def _share(self, text: str, at: At) -> Number:
        share = percentage(text)
        if share is None:
            raise FieldFault(at, f"{text!r} is no percentage: write digits, such as 125%")
        budget = budget_of(self._name, self._names)
        self._needs[budget] = None
        return lambda rating: Fraction(round(share * rating.number(budget)))


def _together(numbers: list[Number]) -> Numbers:
    return lambda rating: tuple([number(rating) for number in numbers])


def _refusing(refusal: Refusal) -> Callable[[Rating], NoReturn]:
    def refuse(_: Rating) -> NoReturn:
        raise refusal.with_traceback(None)

    return refuse


def _some(counts: set[int]) -> str:
    return " or ".join(map(str, sorted(counts))) or "no"


def _unknown_key(field: str, by: tuple[str, ...], key: str, known: list[str]) -> str:
    more = ", …" if len(known) > _KEYS_SHOWN else ""
    rows = ", ".join(known[:_KEYS_SHOWN]) + more
    return f"{field} has no row for {' | '.join(by)} = {key}: its rows are {rows}"
