"""Cutting a period into slices: the days on which the same version and the same attributes hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.facts import Facts
from chalicelib.domain.tariffs.version import Effectivity, TariffVersion


class NoTariffInForce(Refusal):
    """No tariff, or no version of it, is in force on a day of the period."""


class Piece(NamedTuple):
    """Consecutive days under one tariff version."""

    period: Period
    version: TariffVersion


class Slice(NamedTuple):
    """Consecutive days under one tariff version with the same determinant values."""

    period: Period
    version: TariffVersion
    values: Values


def pieces_of(
    *,
    period: Period,
    tariff: Dated[str],
    bill_date: date,
    versions: Mapping[str, Sequence[TariffVersion]],
) -> list[Piece]:
    """`period` cut where another tariff or another version takes over.

    The code by day is a fact about the agreement and always cuts. Which version of a code holds on a day is
    for the versions to say: the latest whose effective day has come, each seen from its own reference day
    (`Effectivity.reference`). `versions` are by code, sorted by effective day.

    Raises NoTariffInForce.
    """
    cuts = {*tariff.changes()}
    for known in versions.values():
        cuts.update(version.effective_from for version in known)
    pieces: list[Piece] = []
    for part in period.split(cuts):
        code = tariff.find(part.start)
        if code is None:
            raise NoTariffInForce(
                f"the agreement has no tariff on {part.start}: give it one from that day", day=part.start
            )
        version = _in_force(
            versions.get(code, ()), code=code, day=part.start, period=period, bill_date=bill_date
        )
        if pieces and pieces[-1].version is version:
            pieces[-1] = Piece(Period(pieces[-1].period.start, part.end), version)
        else:
            pieces.append(Piece(part, version))
    return pieces


def _in_force(
    versions: Sequence[TariffVersion], *, code: str, day: date, period: Period, bill_date: date
) -> TariffVersion:
    for version in reversed(versions):
        reference = version.effectivity.reference(day=day, period=period, bill_date=bill_date)
        if version.effective_from <= reference:
            return version
    known = ", ".join(f"{v.reference} from {v.effective_from}" for v in versions) or "no version of it at all"
    raise NoTariffInForce(
        f"no version of tariff {code} is in force on {day}: publish one; there is {known}",
        tariff=code,
        day=day,
    )


def slices_of(pieces: Iterable[Piece], *, bill_date: date, facts: Facts) -> list[Slice]:
    """`pieces` with the values of the determinants their versions declare.

    Under `service_day` a change of a determinant cuts; under the other effectivities its value on the
    reference day holds throughout. Raises what `Facts.values` raises.
    """
    slices: list[Slice] = []
    for piece in pieces:
        version = piece.version
        by_day = version.effectivity is Effectivity.SERVICE_DAY
        for part in piece.period.split(facts.changes(version) if by_day else ()):
            day = version.effectivity.reference(day=part.start, period=facts.period, bill_date=bill_date)
            slices.append(Slice(part, version, facts.values(version, day=day, part=part)))
    return slices


def days_seen(*, period: Period, bill_date: date) -> tuple[date, date]:
    """The first and the last day whose determinants can matter to the rating of `period`."""
    return min(period.start, bill_date), max(period.end, bill_date)
