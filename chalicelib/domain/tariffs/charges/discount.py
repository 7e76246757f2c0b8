"""A discount on earlier charges: a percentage with or without a cap, or a fixed credit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.arithmetic import rounded_product
from chalicelib.domain.tariffs.charges.charge import Charge, F, Flaw, Path, Placement, Step, Terms, make_line
from chalicelib.domain.tariffs.determinants import Values
from chalicelib.domain.tariffs.line import BillLine, LineKind, Note

_HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountTerms(Terms[F]):
    """`percent` of the charges in `of`, at most `limit`; or, where `percent` is None, `limit` itself."""

    percent: F | None
    limit: F | None
    of: tuple[str, ...]
    follows_days: bool

    @property
    def fixed(self) -> F | None:
        return self.limit

    @property
    def prorated(self) -> bool:
        return self.follows_days

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def step(self: DiscountTerms, place: Placement) -> Step:
        """One negative line, unless it comes to nothing; never more than what it is taken from."""
        index, base, limit_minor = place.index, place.base, place.fixed_minor
        capped = self.limit is not None
        if self.percent is None:
            rate, unit = self.limit or Decimal(0), ""
        else:
            rate, unit = self.percent, "%"
        credit = self.percent is None
        share, notes = (place.share, place.share_notes) if capped else (None, "")
        plain, limited = (
            self.constants(place, kind=LineKind.DISCOUNT, unit=unit, rate=rate, factor=factor, notes=text)
            # A percentage is one of its base, whatever the days: only its limit is shared by them.
            for factor, text in ((share, notes) if credit else (None, ""), (share, notes + Note.LIMITED))
        )
        part = rounded_product(Fraction(self.percent or 0) / 100, rule=self.head.rounding)

        def charge(_usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            base_minor = max(base(totals), 0)
            wanted_minor = limit_minor if credit else part(base_minor)
            most_minor = min(base_minor, limit_minor) if capped else base_minor
            given_minor = min(wanted_minor, most_minor)
            if given_minor:
                totals[index] = -given_minor
                constants = plain if given_minor == wanted_minor else limited
                lines.append(make_line((*constants, None, base_minor, -given_minor)))

        return charge


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount(Charge):
    """Taken from the charges in `of`, which come earlier: `percent` with an optional `cap`, or `credit`.

    Eligibility is the head's `only_if`. Cap and credit follow the length of the bill if `prorated`.
    """

    of: tuple[str, ...]
    percent: Amount | None = None
    cap: Amount | None = None
    credit: Amount | None = None
    prorated: bool = True

    @property
    def base(self) -> tuple[str, ...]:
        return self.of

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        for name, amount in (("percent", self.percent), ("cap", self.cap), ("credit", self.credit)):
            if amount is not None:
                yield (name,), amount

    def flaws(self) -> Iterator[Flaw]:
        if (self.percent is None) == (self.credit is None):
            yield Flaw((), "a discount has either a percent or a credit: write one of them")
        if self.credit is not None and self.cap is not None:
            yield Flaw(("cap",), "a fixed credit has no cap: leave it out")
        if isinstance(self.percent, Decimal) and not 0 <= self.percent <= _HUNDRED:
            yield Flaw(("percent",), f"a discount of {self.percent} percent: write 0 to 100")

    def terms(self, values: Values) -> DiscountTerms:
        limit = self.cap if self.credit is None else self.credit
        code = self.head.code
        return DiscountTerms(
            head=self.head,
            percent=None if self.percent is None else figure(self.percent, values, charge=code),
            limit=None if limit is None else figure(limit, values, charge=code),
            of=self.of,
            follows_days=self.prorated,
        )
