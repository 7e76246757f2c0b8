"""Layouts and plans: all about a rating that does not depend on usage, worked out once for many bills.

A layout is data, for whoever evaluates it; a plan is a layout compiled for rating one bill after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, NamedTuple

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.money import minor_unit_exponent
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity
from chalicelib.domain.tariffs.arithmetic import places_of, scaled
from chalicelib.domain.tariffs.charges.charge import F, N, Placement, Step, Terms
from chalicelib.domain.tariffs.charges.spread import BoundSpread, FixedSpread
from chalicelib.domain.tariffs.gauge import Gauge, UsageMissing, usage_terms_of
from chalicelib.domain.tariffs.line import BillLine, Factor, Note
from chalicelib.domain.tariffs.request import Position, Rating, RatingRequest
from chalicelib.domain.tariffs.slices import Slice
from chalicelib.domain.tariffs.stretches import Stretch, base_of, stretches_of
from chalicelib.domain.tariffs.version import ShortOpening, UsageTerms


class CurrencyMix(Refusal):
    """The versions in force in one period charge in different currencies."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Compiled steps in rating order. `gauge` is None where nothing is metered.

    `needs_usage`: whether some step is taken on metered usage.
    """

    currency: str
    gauge: Gauge | None
    steps: tuple[Step, ...]
    tariffs: str
    needs_usage: bool

    def rate(self, usage: Quantity | None) -> Rating:
        """The lines that `usage` gives. Raises UsageMissing and NegativeUsage."""
        totals = [0] * len(self.steps)
        lines: list[BillLine] = []
        counts: list[int] = []
        billed: Decimal | None = None
        if self.gauge is not None:
            if usage is None and self.needs_usage:
                raise usage_missing(self.tariffs)
            steps = 0 if usage is None else self.gauge.steps(usage)
            counts = self.gauge.spread(steps)
            billed = None if usage is None else self.gauge.quantity(steps)
        for step in self.steps:
            step(counts, totals, lines)
        return Rating(tuple(lines), sum(totals), self.currency, billed)


def usage_missing(tariffs: str) -> UsageMissing:
    """The refusal to rate `tariffs` without usage."""
    return UsageMissing(
        f"tariff {tariffs} charges by usage and there is none: give the period's usage", tariff=tariffs
    )


class Placed(NamedTuple, Generic[F, N]):
    """The terms of one stretch, and where they lie."""

    terms: Terms[F]
    place: Placement[N]


@dataclass(frozen=True, slots=True)
class Layout(Generic[F, N]):
    """The charges of a period in rating order, placed. `gauge` is None where nothing is metered."""

    currency: str
    gauge: Gauge | None
    placed: tuple[Placed[F, N], ...]
    tariffs: str

    def plan(self: Layout) -> Plan:
        """The layout compiled."""
        steps = tuple(terms.step(place) for terms, place in self.placed)
        return Plan(self.currency, self.gauge, steps, self.tariffs, self.needs_usage)

    @property
    def needs_usage(self) -> bool:
        """Whether some charge is taken on metered usage."""
        return any(terms.needs_usage for terms, _ in self.placed)


def layout_for(slices: Sequence[Slice], request: RatingRequest) -> Layout:
    """How the charges lie on `slices` of the request's period.

    Raises CurrencyMix, UsageTermsDiffer, ScheduledDaysMissing, and what `stretches_of` raises.
    """
    currencies = {piece.version.currency for piece in slices}
    if len(currencies) > 1:
        raise CurrencyMix(
            f"tariffs in {' and '.join(sorted(currencies))} are in force in {request.period}: bill up to the "
            "day of the change",
            currencies=sorted(currencies),
        )
    currency = slices[0].version.currency
    tariffs = ", ".join(dict.fromkeys(piece.version.reference for piece in slices))
    terms = usage_terms_of(slices)
    waiver = _waiver(slices, request)
    stretches = [one for one in stretches_of(slices) if not _waived(one.terms, waiver)]
    if waiver is ShortOpening.NOTHING:
        terms = None
    placing = _Placing(slices=slices, request=request, terms=terms, stretches=stretches)
    gauge = None
    if terms is not None:
        weights = [piece.period.days if piece.version.usage else 0 for piece in slices]
        gauge = Gauge(terms=terms, weights=weights, places=placing.places)
    return Layout(currency, gauge, placing.placed(), tariffs)


def _waiver(slices: Sequence[Slice], request: RatingRequest) -> ShortOpening | None:
    proration = slices[0].version.proration
    if request.position is not Position.OPENING or proration is None:
        return None
    return proration.below_shortest if request.period.days < proration.shortest_opening_days else None


def _waived(terms: Terms, waiver: ShortOpening | None) -> bool:
    """Whether a short opening bill is spared a charge. What happened once is due however short it is."""
    if waiver is ShortOpening.NOTHING:
        return not terms.once
    return waiver is ShortOpening.USAGE_ONLY and terms.waivable


class _Placing:
    """The days of a period, and what proration makes of fixed amounts and tier bounds on them."""

    def __init__(
        self,
        *,
        slices: Sequence[Slice],
        request: RatingRequest,
        terms: UsageTerms | None,
        stretches: Sequence[Stretch],
    ) -> None:
        self.slices, self.request, self.usage_terms, self.stretches = slices, request, terms, stretches
        self.days = tuple(piece.period.days for piece in slices)
        self.exponent = minor_unit_exponent(slices[0].version.currency)
        steps = [terms.step] if terms else []
        figures = [figure for s in stretches for figure in (*s.terms.bounds, *s.terms.grains)]
        self.places = max(map(places_of, [*steps, *figures]), default=0)
        metered = [place for place, piece in enumerate(slices) if piece.version.usage]
        self.metered = range(metered[0], metered[-1] + 1) if metered else range(len(slices))

    def placed(self) -> tuple[Placed, ...]:
        """Every stretch with its place."""
        fixed = self._fixed_spreads()
        return tuple(
            Placed(stretch.terms, self._placement(index, stretch, fixed[index]))
            for index, stretch in enumerate(self.stretches)
        )

    def _placement(self, index: int, stretch: Stretch, fixed: FixedSpread | None) -> Placement:
        shared = fixed is not None and len(fixed.days) > 1
        whole = self._whole_share(stretch)
        prorated = whole if stretch.terms.prorated else None
        proration = stretch.version.proration
        widths_follow = proration is not None and proration.tiers and stretch.terms.bounds_prorated
        tiers_prorated = whole if widths_follow else None
        first, stop = self.slices[stretch.first].period, self.slices[stretch.stop - 1].period
        spread = BoundSpread(tiers_prorated, self.days, stretch.first, stretch.stop)
        step = scaled(self.usage_terms.step, places=self.places) if self.usage_terms else 1
        return Placement(
            index=index,
            tariff=stretch.version.reference,
            period=Period(first.start, stop.end),
            exponent=self.exponent,
            unit=self.usage_terms.unit.value if self.usage_terms else "",
            places=self.places,
            step=step,
            share=self._share(stretch, prorated),
            tier_share=self._share(stretch, tiers_prorated),
            share_notes=self._notes(stretch, prorated) + (Note.SHARED if shared else ""),
            tier_notes=self._notes(stretch, tiers_prorated),
            fixed=fixed,
            fixed_minor=fixed.part(stretch.terms.fixed or Decimal(0)) if fixed else 0,
            spread=spread,
            bounds=tuple(
                spread.part(scaled(bound, places=self.places), step=step) for bound in stretch.terms.bounds
            ),
            period_spread=BoundSpread(tiers_prorated, self.days, self.metered.start, self.metered.stop),
            slices=range(stretch.first, stretch.stop),
            on=base_of(stretch, self.stretches, days=self.days),
        )

    def _whole_share(self, stretch: Stretch) -> Factor | None:
        proration = stretch.version.proration
        if proration is None:
            return None
        return proration.share(
            days=self.request.period.days,
            scheduled_days=self.request.scheduled_days,
            regular=self.request.position is Position.REGULAR,
        )

    def _days_of(self, stretch: Stretch) -> int:
        return sum(self.days[stretch.first : stretch.stop])

    def _share(self, stretch: Stretch, whole: Factor | None) -> Factor | None:
        """Days of the stretch over the period's days, or over the basis where the bill is prorated."""
        days, all_days = self._days_of(stretch), self.request.period.days
        if whole is not None:
            return Factor(days, whole.denominator)
        return None if days == all_days else Factor(days, all_days)

    def _notes(self, stretch: Stretch, whole: Factor | None) -> str:
        notes = ""
        if whole is not None:
            if self.request.position is not Position.REGULAR:
                notes += Note.OPENING if self.request.position is Position.OPENING else Note.CLOSING
            else:
                notes += Note.SHORT if whole.numerator < whole.denominator else Note.LONG
        if stretch.first > 0:
            notes += Note.CHANGED_AT_START
        if stretch.stop < len(self.slices):
            notes += Note.CHANGED_AT_END
        return notes

    def _fixed_spreads(self) -> list[FixedSpread | None]:
        """For each stretch how it has its fixed amount, None where it has none."""
        spreads: list[FixedSpread | None] = [None] * len(self.stretches)
        groups: dict[object, list[int]] = {}
        for index, stretch in enumerate(self.stretches):
            fixed, by_usage = stretch.terms.fixed, stretch.terms.fixed_by_usage
            if fixed is not None or by_usage:
                key = (stretch.code, fixed, by_usage, stretch.terms.prorated, self._whole_share(stretch))
                groups.setdefault(key, []).append(index)
        for indexes in groups.values():
            stretch = self.stretches[indexes[0]]
            days = tuple(self._days_of(self.stretches[index]) for index in indexes)
            whole = self._whole_share(stretch) if stretch.terms.prorated else None
            over = whole.denominator if whole else self.request.period.days
            for place, index in enumerate(indexes):
                spreads[index] = FixedSpread(days, place, over, self.exponent, stretch.terms.head.rounding)
        return spreads
