"""What a tariff version must be to be rated: checked before it is compiled, never while billing."""

from __future__ import annotations

from collections.abc import Iterator

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.charges.charge import Charge, Flaw
from chalicelib.domain.tariffs.determinants import Determinant, InvalidDeterminant
from chalicelib.domain.tariffs.version import TariffVersion


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

    1. Determinant names differ; a default fits its kind.
    2. Charge codes differ.
    3. A charge is taken on earlier charges only, each named once.
    4. A charge uses declared determinants only, of the kind it needs.
    5. A metered charge needs usage terms, and usage terms a positive step.
    6. Each charge's own figures are in order (`Charge.flaws`).
    """
    yield from _determinant_flaws(version.determinants)
    if version.usage is not None and version.usage.step <= 0:
        yield Flaw(("usage", "step"), f"{version.usage.step} is no step: write a number above 0")
    earlier: list[str] = []
    for number, charge in enumerate(version.charges):
        path = ("charges", number)
        if charge.head.code in earlier:
            yield Flaw((*path, "code"), f"{charge.head.code} is there already: give this charge another code")
        for flaw in (
            *_base_flaws(charge, earlier),
            *_use_flaws(charge, version.determinants),
            *charge.flaws(),
        ):
            yield Flaw((*path, *flaw.path), flaw.message)
        if charge.metered and version.usage is None:
            yield Flaw((*path, "type"), "is charged by usage: add a usage section with unit, step, rounding")
        earlier.append(charge.head.code)


def _determinant_flaws(determinants: tuple[Determinant, ...]) -> Iterator[Flaw]:
    for determinant in determinants:
        if determinant.default is not None:
            try:
                determinant.read(determinant.default)
            except InvalidDeterminant as misfit:
                yield Flaw(("determinants", determinant.name, "default"), misfit.message)


def _base_flaws(charge: Charge, earlier: list[str]) -> Iterator[Flaw]:
    known = f"earlier charges are {', '.join(earlier)}" if earlier else "there is none before this one"
    for place, code in enumerate(charge.base):
        if code not in earlier:
            yield Flaw(("base", place), f"{code} is not the code of an earlier charge: {known}")
        elif code in charge.base[:place]:
            yield Flaw(("base", place), f"{code} is named twice: take one out")


def _use_flaws(charge: Charge, determinants: tuple[Determinant, ...]) -> Iterator[Flaw]:
    declared = {determinant.name: determinant for determinant in determinants}
    for use in charge.uses():
        found = declared.get(use.name)
        if found is None:
            names = ", ".join(declared) or "none so far"
            yield Flaw(use.path, f"{use.name} is not declared: add it to determinants ({names})")
        elif use.kind is not None and found.kind is not use.kind:
            kind = use.kind.value
            yield Flaw(use.path, f"{use.name} is declared a {found.kind.value}: a {kind} is needed here")
