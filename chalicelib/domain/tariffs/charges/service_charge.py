"""A fixed charge for being connected, by meter size or any other table, prorated by days; or a fixed tax."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.tariffs.amounts import Amount, figure
from chalicelib.domain.tariffs.charges.charge import Charge, F, Path, Placement, Step, Terms, Use, make_line
from chalicelib.domain.tariffs.determinants import NUMERIC, Values, number_of
from chalicelib.domain.tariffs.line import BillLine, LineKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTerms(Terms[F]):
    """`amount` each, `count` times (None: once) of what `count_name` counts."""

    kind: LineKind
    amount: F
    count: F | None
    count_name: str
    follows_days: bool

    @property
    def fixed(self) -> F:
        return self.amount * (1 if self.count is None else self.count)

    @property
    def prorated(self) -> bool:
        return self.follows_days

    @property
    def waivable(self) -> bool:
        return True

    def step(self: ServiceTerms, place: Placement) -> Step:
        """One line, the same for every usage."""
        index, amount_minor = place.index, place.fixed_minor
        constants = self.constants(
            place,
            kind=self.kind,
            unit=self.count_name,
            rate=self.amount,
            factor=place.share,
            notes=place.share_notes,
        )
        line = make_line((*constants, self.count, None, amount_minor))

        def charge(_usage: list[int], totals: list[int], lines: list[BillLine]) -> None:
            totals[index] = amount_minor
            lines.append(line)

        return charge


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCharge(Charge):
    """`amount` for a full bill; `times` names a number it is multiplied by (dwelling units).

    `kind` says whether it is for the service, or a tax.
    """

    amount: Amount
    kind: LineKind = LineKind.SERVICE_CHARGE
    times: str | None = None
    prorated: bool = True

    def amounts(self) -> Iterator[tuple[Path, Amount]]:
        yield ("amount",), self.amount

    def uses(self) -> Iterator[Use]:
        yield from super(ServiceCharge, self).uses()
        if self.times is not None:
            yield Use(("times",), self.times, NUMERIC)

    def terms(self, values: Values) -> ServiceTerms:
        return ServiceTerms(
            head=self.head,
            kind=self.kind,
            amount=figure(self.amount, values, charge=self.head.code),
            count=None if self.times is None else number_of(values[self.times]),
            count_name=self.times or "",
            follows_days=self.prorated,
        )
