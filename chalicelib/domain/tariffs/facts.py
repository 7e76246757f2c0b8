"""Determinants on a day: what holds for one agreement, from wherever its tariff says it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition
from chalicelib.domain.tariffs.determinants import (
    Determinant,
    DeterminantKind,
    Event,
    Season,
    Source,
    Value,
    Values,
)
from chalicelib.domain.tariffs.version import TariffVersion

History = Mapping[str, Dated[Decimal | str]]


class DeterminantMissing(Refusal):
    """An agreement, or the utility, lacks a fact that a tariff needs."""


@dataclass(frozen=True, slots=True)
class Facts:
    """The attributes of one agreement, and what is declared for everybody, over one whole period."""

    period: Period
    history: History
    conditions: Mapping[str, Condition]

    def values(self, version: TariffVersion, *, day: date, part: Period) -> Values:
        """The values `version` sees on `day`, its formulas worked out; events are those in `part`.

        Raises DeterminantMissing, InvalidDeterminant, and what `Formula.value` raises.
        """
        declared = {determinant.name: determinant for determinant in version.determinants}
        values: dict[str, Value] = {
            name: self._value(determinant, declared, version, day=day, part=part)
            for name, determinant in declared.items()
        }
        for named in version.formulas:
            values[named.name] = named.formula.value(values)
        return values

    def changes(self, version: TariffVersion) -> set[date]:
        """The days of the period on which some determinant of `version` takes another value."""
        found: set[date] = set()
        for determinant in version.determinants:
            found.update(self._changes(determinant))
        return found

    def _changes(self, determinant: Determinant) -> Iterator[date]:
        if determinant.source is Source.CALENDAR:
            yield from season_changes(determinant.seasons, self.period)
        elif determinant.source is Source.UTILITY and determinant.name in self.conditions:
            yield from self.conditions[determinant.name].changes()
        elif determinant.kind is not DeterminantKind.EVENT and determinant.name in self.history:
            yield from self.history[determinant.name].changes()

    def _value(
        self,
        determinant: Determinant,
        declared: Mapping[str, Determinant],
        version: TariffVersion,
        *,
        day: date,
        part: Period,
    ) -> Value:
        if determinant.kind is DeterminantKind.EVENT:
            return self._events(determinant, part)
        raw = self._raw(determinant, declared, version, day=day)
        if raw is None:
            raw = determinant.default
        if raw is None and determinant.default_from is not None:
            return self._value(declared[determinant.default_from], declared, version, day=day, part=part)
        if raw is None:
            raise _missing(determinant, version, day)
        return determinant.read(raw)

    def _events(self, determinant: Determinant, part: Period) -> tuple[Event, ...]:
        dated = self.history.get(determinant.name)
        entries = () if dated is None else dated.entries
        # An event has the value of a number: times it happened, or money it is about.
        return tuple(Event(on, Decimal(str(determinant.read(raw)))) for on, raw in entries if on in part)

    def _raw(
        self,
        determinant: Determinant,
        declared: Mapping[str, Determinant],
        version: TariffVersion,
        *,
        day: date,
    ) -> Decimal | str | None:
        match determinant.source:
            case Source.PERIOD:
                return Decimal(self.period.days)
            case Source.CALENDAR:
                return season_on(determinant.seasons, day) if determinant.seasons else str(day.month)
            case Source.UTILITY | Source.WEATHER:
                return self._declared(determinant, declared, version, day=day)
            case _:
                dated = self.history.get(determinant.name)
                return None if dated is None else dated.find(day)

    def _declared(
        self,
        determinant: Determinant,
        declared: Mapping[str, Determinant],
        version: TariffVersion,
        *,
        day: date,
    ) -> Decimal | str | None:
        condition = self.conditions.get(determinant.name)
        if condition is None:
            return None
        key = EVERYWHERE
        if condition.by is not None:
            if condition.by not in declared:
                raise DeterminantMissing(
                    f"condition {condition.name} differs by {condition.by}, which tariff {version.reference} "
                    "does not declare: add it to the tariff's determinants",
                    determinant=condition.by,
                    tariff=version.reference,
                )
            if not declared[condition.by].source.of_agreement:
                raise DeterminantMissing(
                    f"condition {condition.name} differs by {condition.by}, which is no attribute of the "
                    "agreement: let it differ by one",
                    determinant=condition.by,
                    tariff=version.reference,
                )
            key = str(self._value(declared[condition.by], declared, version, day=day, part=self.period))
        if determinant.source is Source.WEATHER:
            return condition.over(self.period, key=key)
        return condition.on(day, key=key)


def _missing(determinant: Determinant, version: TariffVersion, day: date) -> DeterminantMissing:
    need = f"tariff {version.reference} needs {determinant.name} and"
    if determinant.source is Source.UTILITY:
        message = f"{need} no such condition is declared for {day}: declare one from that day"
    elif determinant.source is Source.WEATHER:
        message = f"{need} not all days of the period are measured: add the readings"
    else:
        message = f"{need} the agreement has none on {day}: give it one from that day"
    return DeterminantMissing(
        message, determinant=determinant.name, tariff=version.reference, day=day, source=determinant.source
    )


def season_on(seasons: tuple[Season, ...], day: date) -> str:
    """The season `day` falls in: the last that has started, the year's last one before the first start."""
    found = seasons[-1].name
    for season in seasons:
        if season.start <= MonthDay(day.month, day.day):
            found = season.name
    return found


def season_changes(seasons: tuple[Season, ...], period: Period) -> Iterator[date]:
    """The days within `period` on which a season begins; without seasons, on which a month does."""
    starts = [season.start for season in seasons] or [MonthDay(month, 1) for month in range(1, 13)]
    for year in range(period.start.year, period.end.year + 1):
        yield from (day for start in starts if (day := start.in_year(year)) in period)
