"""What a tariff version must be to be rated: checked before it is compiled, never while billing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.amounts import Amount, Formula, Table
from chalicelib.domain.tariffs.charges.charge import Charge, Flaw, Path
from chalicelib.domain.tariffs.determinants import (
    NUMERIC,
    Determinant,
    DeterminantKind,
    InvalidDeterminant,
    Season,
    Source,
)
from chalicelib.domain.tariffs.expressions.kinds import Checked, Kind, check_kinds
from chalicelib.domain.tariffs.ranges import Range
from chalicelib.domain.tariffs.version import TariffVersion

Declared = Mapping[str, DeterminantKind]

_KIND_OF_RESULT = {
    Kind.NUMBER: DeterminantKind.NUMBER,
    Kind.TRUTH: DeterminantKind.FLAG,
    Kind.TEXT: DeterminantKind.CHOICE,
}
_COMMON_YEAR = 2001  # without February 29, which is February 28 then
_KINDS_OF_SOURCE = {Source.PERIOD: NUMERIC, Source.CALENDAR: (DeterminantKind.CHOICE,)}


class UnsoundTariff(Refusal):
    """A tariff version contradicts itself; `flaws` in the data says where and how to mend it."""


def require_sound(version: TariffVersion) -> TariffVersion:
    """`version` itself. Raises UnsoundTariff, naming every flaw."""
    flaws = list(flaws_of(version))
    if flaws:
        listed = "; ".join(f"{'.'.join(map(str, flaw.path))}: {flaw.message}" for flaw in flaws)
        raise UnsoundTariff(f"tariff {version.reference}: {listed}", flaws=flaws)
    return version


def flaws_of(version: TariffVersion) -> Iterator[Flaw]:
    """Every flaw of `version`, with its path in the document.

    1. A determinant's default fits its kind, and the kind its source; `default_from` names another one;
       no two seasons start on one day.
    2. Formulas have names of their own and use what is declared or comes before, each of the right kind.
    3. Charge codes differ.
    4. A charge is taken on earlier charges only, each named once.
    5. A charge uses what is declared only, of the kind it needs; the ranges of a table do not meet.
    6. A metered charge needs usage terms, and usage terms a positive step.
    7. Each charge's own figures are in order (`Charge.flaws`).
    """
    yield from _determinant_flaws(version.determinants)
    declared = {determinant.name: determinant.kind for determinant in version.determinants}
    yield from _formula_flaws(version, declared)
    if version.usage is not None and version.usage.step <= 0:
        yield Flaw(("usage", "step"), f"{version.usage.step} is no step: write a number above 0")
    earlier: list[str] = []
    for number, charge in enumerate(version.charges):
        path = ("charges", number)
        if charge.head.code in earlier:
            yield Flaw((*path, "code"), f"{charge.head.code} is there already: give this charge another code")
        for flaw in (
            *_base_flaws(charge, earlier),
            *_use_flaws(charge, declared),
            *_amount_flaws(charge, declared),
            *charge.flaws(),
        ):
            yield Flaw((*path, *flaw.path), flaw.message)
        if charge.metered and version.usage is None:
            yield Flaw((*path, "type"), "is charged by usage: add a usage section with unit, step, rounding")
        earlier.append(charge.head.code)


def _determinant_flaws(determinants: tuple[Determinant, ...]) -> Iterator[Flaw]:
    declared = {determinant.name: determinant for determinant in determinants}
    for determinant in determinants:
        path = ("determinants", determinant.name)
        yield from _default_flaws(determinant, declared, path)
        kinds = _KINDS_OF_SOURCE.get(determinant.source)
        if kinds is not None and determinant.kind not in kinds:
            words = " or ".join(map(_with_article, kinds))
            yield Flaw((*path, "kind"), f"the {determinant.source.value} gives {words}: declare it so")
        if determinant.kind is DeterminantKind.EVENT and not determinant.source.of_agreement:
            yield Flaw((*path, "source"), "events happen to an agreement: leave the source out")
        if determinant.seasons and determinant.source is not Source.CALENDAR:
            yield Flaw((*path, "seasons"), "only the calendar has seasons: add source: calendar")
        yield from _season_flaws(determinant.seasons, (*path, "seasons"))


def _season_flaws(seasons: tuple[Season, ...], path: Path) -> Iterator[Flaw]:
    """Two seasons that start on one day of a common year: nobody could say which of them holds."""
    for one, other in pairwise(seasons):
        if one.start.in_year(_COMMON_YEAR) == other.start.in_year(_COMMON_YEAR):
            message = f"{one.name} starts on that day, too: give each season a day of its own"
            yield Flaw((*path, other.name, "from"), message)


def _default_flaws(
    determinant: Determinant, declared: Mapping[str, Determinant], path: Path
) -> Iterator[Flaw]:
    if determinant.default is not None:
        try:
            determinant.read(determinant.default)
        except InvalidDeterminant as misfit:
            yield Flaw((*path, "default"), misfit.message)
    if determinant.default_from is None:
        return
    other = declared.get(determinant.default_from)
    where = (*path, "default_from")
    if determinant.default is not None:
        yield Flaw(where, "there is a default already: keep one of the two")
    if other is None:
        yield Flaw(where, f"{determinant.default_from} is not declared: add it to determinants")
    elif other.kind is not determinant.kind:
        yield Flaw(
            where, f"{other.name} is {_with_article(other.kind)}, not {_with_article(determinant.kind)}"
        )
    elif other.default_from is not None:
        yield Flaw(where, f"{other.name} is taken from another one itself: name that one")


def _formula_flaws(version: TariffVersion, declared: dict[str, DeterminantKind]) -> Iterator[Flaw]:
    """The flaws of the named formulas, each added to `declared` for those after it."""
    for named in version.formulas:
        path = ("formulas", named.name)
        if named.name in declared:
            yield Flaw(path, f"{named.name} is there already: give this formula another name")
        checked = check_kinds(named.formula.expression, declared)
        yield from _misfits(checked, (*path, "formula"))
        if named.formula.step <= 0:
            yield Flaw((*path, "round", "to"), f"{named.formula.step} is no step: write a number above 0")
        if checked.kind is not None:
            declared[named.name] = _KIND_OF_RESULT[checked.kind]


def _misfits(checked: Checked, path: Path) -> Iterator[Flaw]:
    yield from (Flaw(path, str(misfit)) for misfit in checked.misfits)


def _base_flaws(charge: Charge, earlier: list[str]) -> Iterator[Flaw]:
    known = f"earlier charges are {', '.join(earlier)}" if earlier else "there is none before this one"
    for place, code in enumerate(charge.base):
        if code not in earlier:
            yield Flaw(("base", place), f"{code} is not the code of an earlier charge: {known}")
        elif code in charge.base[:place]:
            yield Flaw(("base", place), f"{code} is named twice: take one out")


def _use_flaws(charge: Charge, declared: Declared) -> Iterator[Flaw]:
    for use in charge.uses():
        found = declared.get(use.name)
        if found is None:
            names = ", ".join(declared) or "none so far"
            yield Flaw(use.path, f"{use.name} is not declared: add it to determinants ({names})")
        elif found not in use.kinds:
            needed = " or ".join(map(_with_article, use.kinds))
            message = f"{use.name} is declared {_with_article(found)}: {needed} is needed here"
            yield Flaw(use.path, message)


def _with_article(kind: DeterminantKind) -> str:
    return f"{'an' if kind is DeterminantKind.EVENT else 'a'} {kind.value}"


def _amount_flaws(charge: Charge, declared: Declared) -> Iterator[Flaw]:
    for path, amount in charge.amounts():
        yield from amount_flaws(amount, declared, path)


def amount_flaws(amount: Amount, declared: Declared, path: Path) -> Iterator[Flaw]:
    """The flaws of one amount at `path`: of its formulas, and of the keys of its table."""
    if isinstance(amount, Formula):
        yield from _number_flaws(amount, declared, path)
    if not isinstance(amount, Table):
        return
    for key, cell in amount.rows.items():
        at = (*path, "values", *map(str, key))
        if isinstance(cell, Formula):
            yield from _number_flaws(cell, declared, at)
        for part, name in zip(key, amount.by, strict=True):
            if isinstance(part, Range) and part.is_empty:
                yield Flaw(at, f"no number is {part}: exchange its ends")
            if isinstance(part, Range) and declared.get(name) not in (None, *NUMERIC):
                yield Flaw(at, f"{name} is no number: declare it a number to look it up by ranges")
    for one, other in amount.meeting_ranges():
        at = (*path, "values", *map(str, other))
        met = " / ".join(map(str, one))
        yield Flaw(at, f"meets {met}: a number must be in one of them only")


def _number_flaws(formula: Formula, declared: Declared, path: Path) -> Iterator[Flaw]:
    checked = check_kinds(formula.expression, declared)
    yield from _misfits(checked, (*path, "formula"))
    if checked.kind in (Kind.TRUTH, Kind.TEXT):
        yield Flaw((*path, "formula"), "an amount is a number: write if(…, …, …) around a comparison")
    if formula.step <= Decimal(0):
        yield Flaw((*path, "round", "to"), f"{formula.step} is no step: write a number above 0")
