"""Rating: one agreement's period and usage, on the tariffs in force, as exact bill lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.conditions import Condition, ConditionRepeated
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.domain.tariffs.facts import Facts
from chalicelib.domain.tariffs.plan import Plan, layout_for
from chalicelib.domain.tariffs.request import Position, Rating, RatingRequest
from chalicelib.domain.tariffs.slices import Piece, Slice, days_seen, pieces_of, slices_of
from chalicelib.domain.tariffs.version import TariffVersion, UsageTerms

__all__ = [
    "Position",
    "RateDocument",
    "Rating",
    "RatingRequest",
    "TariffBook",
    "VersionRepeated",
    "compile_book",
]

# Plans are kept for reuse between bills; past this many the store is emptied and fills again.
_PLANS_KEPT = 20_000


class VersionRepeated(Refusal):
    """Two documents claim to be the same version of the same tariff."""


class _Frame:
    """What all agreements with the same period and tariff history share, and their plans."""

    __slots__ = ("events", "first_day", "last_day", "names", "pieces", "plans")

    def __init__(self, pieces: list[Piece], *, days_seen: tuple[date, date]) -> None:
        self.pieces = pieces
        self.first_day, self.last_day = days_seen
        declared = [d for piece in pieces for d in piece.version.determinants if d.source.of_agreement]
        self.names = tuple({d.name: None for d in declared if d.kind is not DeterminantKind.EVENT})
        self.events = tuple({d.name: None for d in declared if d.kind is DeterminantKind.EVENT})
        self.plans: dict[tuple[Any, ...], Plan] = {}


class TariffBook:
    """Tariff versions and the conditions they look up, compiled for rating.

    A plan holds all that does not depend on usage; agreements of the same period, tariff and determinants
    share one, so that rating a bill is a handful of integer operations a line. Memory is bounded. Not
    shared between threads.
    """

    def __init__(self, versions: Iterable[TariffVersion], conditions: Iterable[Condition] = ()) -> None:
        """Raises VersionRepeated and ConditionRepeated."""
        self._versions: dict[str, list[TariffVersion]] = {}
        self._frames: dict[tuple[Any, ...], _Frame] = {}
        self._plans_kept = 0
        self.fingerprints: dict[str, str] = {}
        """`CODE@version`, `condition:NAME@revision` → SHA-256 (hex) of the canonical document."""
        for version in sorted(versions, key=lambda v: (v.effective_from, v.version)):
            if version.reference in self.fingerprints:
                raise VersionRepeated(
                    f"tariff {version.reference} is there twice: give the newer document the next version",
                    tariff=version.reference,
                )
            self.fingerprints[version.reference] = version.fingerprint
            self._versions.setdefault(version.code, []).append(version)
        self._conditions: dict[str, Condition] = {}
        for condition in conditions:
            if condition.name in self._conditions:
                raise ConditionRepeated(
                    f"condition {condition.name} is there twice: keep its latest revision",
                    condition=condition.name,
                )
            self._conditions[condition.name] = condition
            self.fingerprints[condition.reference] = condition.fingerprint

    def rate(self, request: RatingRequest) -> Rating:
        """Rate one agreement's period.

        Raises a Refusal that says what is missing and how to mend it: NoTariffInForce, DeterminantMissing,
        InvalidDeterminant, NotInTable, DivisionByZero, FormulaBeyondMeasure, TiersOutOfOrder,
        StepsOutOfOrder, CurrencyMix, UsageTermsDiffer, UsageMissing, NegativeUsage, ScheduledDaysMissing,
        StepOrderConflict.
        """
        frame = self._frame(request)
        first_day, last_day, determinants = frame.first_day, frame.last_day, request.determinants
        key = tuple([_signature(determinants.get(name), first_day, last_day) for name in frame.names])
        if frame.events:
            key += tuple([_events(determinants.get(name), request) for name in frame.events])
        plan = frame.plans.get(key)
        if plan is None:
            plan = self._remember(frame, key, request)
        return plan.rate(request.usage)

    def version(self, reference: str) -> TariffVersion | None:
        """The version named `CODE@version`, None when the book does not hold it."""
        code = reference.rpartition("@")[0]
        return next((one for one in self._versions.get(code, ()) if one.reference == reference), None)

    def usage_terms(self, request: RatingRequest) -> UsageTerms | None:
        """How the version in force at the end of the period bills water; None without a meter.

        Raises NoTariffInForce.
        """
        return self._frame(request).pieces[-1].version.usage

    def slices(self, request: RatingRequest) -> list[Slice]:
        """The days of the request's period by the version and the values in force.

        Raises NoTariffInForce, and what `Facts.values` raises.
        """
        return self._slices(self._frame(request), request)

    def determinants(self, request: RatingRequest) -> Iterator[Determinant]:
        """What each version in force in the request's period looks for in an agreement, events included.

        Raises NoTariffInForce.
        """
        for piece in self._frame(request).pieces:
            for determinant in piece.version.determinants:
                if determinant.source.of_agreement:
                    yield determinant

    @property
    def conditions(self) -> Mapping[str, Condition]:
        """The conditions it holds, by name."""
        return self._conditions

    def _slices(self, frame: _Frame, request: RatingRequest) -> list[Slice]:
        facts = Facts(request.period, request.determinants, self._conditions)
        return slices_of(frame.pieces, bill_date=request.bill_date, facts=facts)

    def _frame(self, request: RatingRequest) -> _Frame:
        key = (
            request.tariff.entries,
            request.period,
            request.bill_date,
            request.position,
            request.scheduled_days,
        )
        frame = self._frames.get(key)
        if frame is None:
            period, bill_date = request.period, request.bill_date
            pieces = pieces_of(
                period=period, tariff=request.tariff, bill_date=bill_date, versions=self._versions
            )
            frame = _Frame(pieces, days_seen=days_seen(period=period, bill_date=bill_date))
            self._frames[key] = frame
        return frame

    def _remember(self, frame: _Frame, key: tuple[Any, ...], request: RatingRequest) -> Plan:
        plan = layout_for(self._slices(frame, request), request).plan()
        self._plans_kept += 1
        if self._plans_kept > _PLANS_KEPT:
            self._frames.clear()
            self._plans_kept = 1
        frame.plans[key] = plan
        return plan


RateDocument: TypeAlias = TariffVersion | Condition


def compile_book(documents: Iterable[RateDocument]) -> TariffBook:
    """A book of versions, of any number of tariffs, and of conditions.

    Raises VersionRepeated and ConditionRepeated.
    """
    listed = list(documents)
    return TariffBook(
        (one for one in listed if isinstance(one, TariffVersion)),
        (one for one in listed if isinstance(one, Condition)),
    )


def _events(dated: Dated[Decimal | str] | None, request: RatingRequest) -> object:
    return None if dated is None else tuple(entry for entry in dated.entries if entry[0] in request.period)


def _signature(dated: Dated[Decimal | str] | None, first_day: date, last_day: date) -> object:
    """All that can matter of a determinant's history between two days: equal for agreements alike."""
    if dated is None:
        return None
    entries = dated.entries
    if len(entries) == 1 and entries[0][0] <= first_day:
        return entries[0][1]
    within = tuple(entry for entry in entries if first_day < entry[0] <= last_day)
    return (dated.find(first_day), within) if within else dated.find(first_day)
