"""A percentage of earlier charges: a surcharge or a tax, with or without a cap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.arithmetic import rounded_product
from chalicelib.domain.tariffs.charges.charge import Charge, F, Path, Placement, Step, Terms, make_line
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.line import BillLine, LineKind, Note


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentTerms(Terms[F]):
    """`percent` of the rounded lines of the charges in `of`, at most `cap`."""

    kind: LineKind
    percent: F
    of: tuple[str, ...]
    cap: F | None = None
    follows_days: bool = True

    @property
    def fixed(self) -> F | None:
        return self.cap

    @property
    def prorated(self) -> bool:
        return self.follows_days

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def step(self: PercentTerms, place: Placement) -> Step:
        """One line, unless it comes to nothing."""
        index, base = place.index, place.base
        part = rounded_product(Fraction(self.percent) / 100, rule=self.head.rounding)
        constants = self.constants(place, kind=self.kind, unit="%", rate=self.percent)

        def charge(_usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            base_minor = base(totals)
            totals[index] = amount_minor = part(base_minor)
            if amount_minor:
                lines.append(make_line((*constants, None, base_minor, amount_minor)))

        if self.cap is None:
            return charge
        limit_minor = place.fixed_minor
        limited = self.constants(
            place,
            kind=self.kind,
            unit="%",
            rate=self.percent,
            factor=place.share,
            notes=place.share_notes + Note.LIMITED,
        )

        def capped(usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            base_minor = base(totals)
            if part(base_minor) <= limit_minor:
                charge(usage, totals, lines)
            elif limit_minor:
                totals[index] = limit_minor
                lines.append(make_line((*limited, None, base_minor, limit_minor)))

        return capped


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentCharge(Charge):
    """`percent` of the charges in `of`, which come earlier, at most `cap`.

    An exemption is the head's `unless`. The cap follows the length of the bill if `prorated`.
    """

    kind: LineKind
    percent: Amount
    of: tuple[str, ...]
    cap: Amount | None = None
    prorated: bool = True

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        yield ("percent",), self.percent
        if self.cap is not None:
            yield ("cap",), self.cap

    def terms(self, values: Values) -> PercentTerms:
        code = self.head.code
        return PercentTerms(
            head=self.head,
            kind=self.kind,
            percent=figure(self.percent, values, charge=code),
            of=self.of,
            cap=None if self.cap is None else figure(self.cap, values, charge=code),
            follows_days=self.prorated,
        )
