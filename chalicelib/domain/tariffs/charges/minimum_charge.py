"""A floor: earlier charges are topped up to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.charges.charge import Charge, F, Path, Placement, Step, Terms, make_line
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.line import BillLine, LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumTerms(Terms[F]):
    """The charges in `of` come to at least `floor`."""

    floor: F
    of: tuple[str, ...]
    follows_days: bool

    @property
    def fixed(self) -> F:
        return self.floor

    @property
    def prorated(self) -> bool:
        return self.follows_days

    @property
    def waivable(self) -> bool:
        return True

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def step(self: MinimumTerms, place: Placement) -> Step:
        """One line with what is missing, unless nothing is."""
        index, base, floor_minor = place.index, place.base, place.fixed_minor
        constants = self.constants(
            place,
            kind=LineKind.MINIMUM,
            unit="",
            rate=self.floor,
            factor=place.share,
            notes=place.share_notes,
        )

        def charge(_usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            base_minor = base(totals)
            if base_minor < floor_minor:
                totals[index] = amount_minor = floor_minor - base_minor
                lines.append(make_line((*constants, None, base_minor, amount_minor)))

        return charge


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumCharge(Charge):
    """The charges in `of`, which come earlier, come to at least `amount` on a full bill."""

    amount: Amount
    of: tuple[str, ...]
    prorated: bool = True

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        yield ("amount",), self.amount

    def terms(self, values: Values) -> MinimumTerms:
        return MinimumTerms(
            head=self.head,
            floor=figure(self.amount, values, charge=self.head.code),
            of=self.of,
            follows_days=self.prorated,
        )
