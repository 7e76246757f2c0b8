"""Stretches: consecutive slices on which one charge has the same terms, in the order of rating."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.charges.base import Base, Share
from chalicelib.domain.tariffs.charges.charge import Terms
from chalicelib.domain.tariffs.slices import Slice
from chalicelib.domain.tariffs.version import TariffVersion


class StepOrderConflict(Refusal):
    """The versions in force in one period take charges on one another in opposite orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """`terms` on the slices from `first` up to but not including `stop`."""

    first: int
    stop: int
    terms: Terms
    version: TariffVersion  # that of the first slice

    @property
    def code(self) -> str:
        """The code of the charge."""
        return self.terms.head.code

    def overlaps(self, other: Stretch) -> bool:
        """Whether they share a slice."""
        return self.first < other.stop and other.first < self.stop

    def within(self, other: Stretch) -> bool:
        """Whether `other` covers all slices of this one."""
        return other.first <= self.first and self.stop <= other.stop


def stretches_of(slices: Sequence[Slice]) -> list[Stretch]:
    """The charges of all slices, joined over consecutive slices while nothing about them changes.

    A line is cut only where its own terms change: when the meter size changes inside a period, the
    service charge is cut and the commodity charge is not. Charges of different tariffs are never joined.
    Rating order: each after the charges it is taken on, otherwise in the order of the documents.

    Raises NotInTable, TiersOutOfOrder, StepsOutOfOrder and StepOrderConflict.
    """
    found: list[Stretch] = []
    for code in _codes(slices):
        last: Stretch | None = None
        for index, piece in enumerate(slices):
            charge = next((c for c in piece.version.charges if c.head.code == code), None)
            terms = charge.terms_for(piece.values) if charge else None
            if terms is None:
                continue
            if last is not None and last.stop == index and _same(last, terms, piece.version):
                found.pop()
                first, version = last.first, last.version
            else:
                first, version = index, piece.version
            last = Stretch(first=first, stop=index + 1, terms=terms, version=version)
            found.append(last)
    return _in_rating_order(found)


def _same(before: Stretch, terms: Terms, version: TariffVersion) -> bool:
    same_tariff = before.version.code == version.code and before.version.proration == version.proration
    return same_tariff and before.terms == terms


def _codes(slices: Sequence[Slice]) -> list[str]:
    """The codes of all charges; those only later versions have stand before the one they precede there."""
    codes: list[str] = []
    for piece in slices:
        place = len(codes)
        for charge in reversed(piece.version.charges):
            if charge.head.code in codes:
                place = codes.index(charge.head.code)
            else:
                codes.insert(place, charge.head.code)
    return codes


def _in_rating_order(stretches: list[Stretch]) -> list[Stretch]:
    waiting, ordered = list(stretches), list[Stretch]()
    while waiting:
        ready = next((s for s in waiting if not any(_taken_on(s, other) for other in waiting)), None)
        if ready is None:
            codes = ", ".join(dict.fromkeys(s.code for s in waiting))
            raise StepOrderConflict(
                f"the versions in force take charges {codes} on one another in opposite orders: give them "
                "new codes in the later version, or bill up to the day of the change",
                charges=codes,
            )
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def _taken_on(stretch: Stretch, other: Stretch) -> bool:
    return other is not stretch and other.code in stretch.terms.base and stretch.overlaps(other)


def base_of(stretch: Stretch, ordered: Sequence[Stretch], *, days: Sequence[int]) -> Base:
    """What `stretch` is taken on, among all stretches in rating order.

    An earlier stretch that reaches beyond this one counts with its share by days.
    """
    whole: list[int] = []
    shares: list[Share] = []
    for index, other in enumerate(ordered):
        if not _taken_on(stretch, other):
            continue
        if other.within(stretch):
            whole.append(index)
        else:
            first, stop = max(stretch.first, other.first), min(stretch.stop, other.stop)
            reach = tuple(days[other.first : other.stop])
            shares.append(Share(index, reach, first - other.first, stop - other.first))
    return Base(tuple(whole), tuple(shares))
