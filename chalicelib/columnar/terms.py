"""Terms over columns: what a charge comes to where its figures differ from row to row.

They are the very terms of the domain, with `Figures` in the place of decimals. A kind of charge without an
entry here is no fault: its agreements are rated in groups that are alike in every attribute.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from itertools import accumulate, pairwise
from typing import Any, TypeAlias

import numpy as np

from chalicelib.columnar.exact import Mask, negated, where
from chalicelib.columnar.figures import Figure, Figures
from chalicelib.columnar.formulas import (
    ColumnValue,
    ColumnValues,
    NotOverColumns,
    evaluate_formula,
    figure_of,
)
from chalicelib.domain.tariffs.amounts import Amount, Cell, Formula, Table, determinants_in
from chalicelib.domain.tariffs.charges.charge import Charge, Terms
from chalicelib.domain.tariffs.charges.discount import Discount, DiscountTerms
from chalicelib.domain.tariffs.charges.minimum_charge import MinimumCharge, MinimumTerms
from chalicelib.domain.tariffs.charges.per_unit_charge import PerUnitCharge, PerUnitTerms
from chalicelib.domain.tariffs.charges.percent_charge import PercentCharge, PercentTerms
from chalicelib.domain.tariffs.charges.quantity import QuantityRule, QuantityTerms
from chalicelib.domain.tariffs.charges.service_charge import ServiceCharge, ServiceTerms
from chalicelib.domain.tariffs.charges.stepped_charge import SteppedCharge, SteppedTerms, StepTerms
from chalicelib.domain.tariffs.charges.tiered_charge import (
    OutOfOrder,
    StartIs,
    TieredCharge,
    TieredTerms,
    TierRule,
    TierTerms,
)
from chalicelib.domain.tariffs.determinants import Values


class Figuring:
    """The figures of one charge for all rows of `values`; those it refuses are `bad`."""

    def __init__(self, values: ColumnValues) -> None:
        self.values = values
        self.bad: Mask = False

    def figure(self, amount: Amount) -> Figure:
        """What `amount` comes to: a Decimal where that is the same for all rows, else Figures."""
        if isinstance(amount, Table) and any(_differs(self.values[name]) for name in amount.by):
            return self.kept(self._looked_up(amount))
        cell = amount.find(self._shared()) if isinstance(amount, Table) else amount
        if cell is None:
            raise NotOverColumns
        return cell if isinstance(cell, Decimal) else self._formula(cell, True)

    def named(self, name: str) -> Figure:
        """The number of that name."""
        return figure_of(self.values[name])

    def kept(self, figures: Figures) -> Figures:
        """`figures` themselves; rows are bad whose figures have too many digits."""
        figures, beyond = figures.kept()
        self.bad = self.bad | beyond
        return figures

    def _formula(self, formula: Formula, wanted: Mask) -> Figures:
        found, bad = evaluate_formula(formula, self.values)
        if not isinstance(found, Figures):
            raise NotOverColumns
        self.bad = self.bad | (bad & wanted)
        return found

    def _looked_up(self, table: Table) -> Figures:
        """The entries of a table that is keyed by numbers of each row's own: every different key once."""
        differing = {name: self.values[name] for name in table.by if _differs(self.values[name])}
        own = {name: value for name, value in differing.items() if isinstance(value, Figures)}
        if len(own) < len(differing):
            raise NotOverColumns
        keys = np.array([column.counts for column in own.values()])
        if keys.dtype == object:
            raise NotOverColumns
        different, key_of_row = np.unique(keys, axis=1, return_inverse=True)
        cells: list[Cell | None] = []
        cell_of_key = []
        shared = self._shared()
        for key in different.T.tolist():
            numbers = {
                name: Decimal(count).scaleb(-column.places)
                for (name, column), count in zip(own.items(), key, strict=True)
            }
            cell = table.find({**shared, **numbers})
            if cell not in cells:
                cells.append(cell)
            cell_of_key.append(cells.index(cell))
        chosen = np.array(cell_of_key)[key_of_row.reshape(-1)]
        found = Figures(0, 0)
        for number, cell in enumerate(cells):
            here = chosen == number
            if cell is None:
                self.bad = self.bad | here
                continue
            figures = self._formula(cell, here) if isinstance(cell, Formula) else Figures.of(cell)
            places = max(found.places, figures.places)
            found = Figures(where(here, figures.at(places), found.at(places)), places)
        return found

    def _shared(self) -> Values:
        items = self.values.items()
        return {name: value for name, value in items if not isinstance(value, Figures | np.ndarray)}


def depends_on(charge: Charge, names: set[str]) -> bool:
    """Whether the figures of `charge`, or whether it applies, follow from one of `names`."""
    used = {use.name for use in charge.uses()}
    for _, amount in charge.amounts():
        used.update(determinants_in(amount))
    return bool(used & names)


def terms_of(charge: Charge, values: ColumnValues) -> tuple[Terms[Figure], Mask]:
    """The terms of `charge` where it applies, and the rows that are bad. Raises NotOverColumns."""
    builder = _BUILDERS.get(type(charge))
    if builder is None:
        raise NotOverColumns
    figuring = Figuring(values)
    return builder(charge, figuring), figuring.bad


def applies(charge: Charge, values: ColumnValues) -> Mask:
    """Where the flags of its head let `charge` apply."""
    found: Mask = True
    if charge.head.only_if is not None:
        found = found & _flag(values[charge.head.only_if])
    if charge.head.unless is not None:
        found = found & negated(_flag(values[charge.head.unless]))
    return found


def _flag(value: ColumnValue) -> Mask:
    assert isinstance(value, bool | np.ndarray), "a tariff that is sound has a flag here"
    return value


def _differs(value: ColumnValue) -> bool:
    return isinstance(value, Figures | np.ndarray)


def _service(charge: ServiceCharge, figuring: Figuring) -> ServiceTerms[Figure]:
    amount = figuring.figure(charge.amount)
    count = None if charge.times is None else figuring.named(charge.times)
    if count is not None:
        figuring.kept(Figures.of(amount) * count)
    return ServiceTerms(
        head=charge.head,
        kind=charge.kind,
        amount=amount,
        count=count,
        count_name=charge.times or "",
        follows_days=charge.prorated,
    )


def _per_unit(charge: PerUnitCharge, figuring: Figuring) -> PerUnitTerms[Figure]:
    return PerUnitTerms(
        head=charge.head,
        kind=charge.kind,
        rate=figuring.figure(charge.rate),
        quantity=_quantity(charge.quantity, figuring),
        quantity_prorated=charge.prorated,
    )


def _tiered(charge: TieredCharge, figuring: Figuring) -> TieredTerms[Figure]:
    starts = [Figures.of(figuring.figure(tier.start)) for tier in charge.tiers]
    bounds = [start - 1 if charge.start_is is StartIs.FIRST_UNIT else start for start in starts[1:]]
    allowed = (0, 1) if charge.start_is is StartIs.FIRST_UNIT else (0,)
    first = [starts[0].equal(Figures(each, 0)) for each in allowed]
    figuring.bad = figuring.bad | negated(first[0] | first[-1])
    if charge.out_of_order is OutOfOrder.REFUSED:
        for before, bound in pairwise([Figures(0, 0), *bounds]):
            figuring.bad = figuring.bad | bound.at_most(before)
    times = Decimal(1) if charge.width_times is None else figuring.named(charge.width_times)
    uppers = accumulate((figuring.kept(bound * times) for bound in bounds), Figures.at_least)
    return TieredTerms(
        head=charge.head,
        tiers=tuple(
            TierTerms(upper=upper, rate=figuring.figure(tier.rate))
            for upper, tier in zip([*uppers, None], charge.tiers, strict=True)
        ),
        quantity=_quantity(charge.quantity, figuring),
        widths_prorated=charge.prorated,
    )


def _stepped(charge: SteppedCharge, figuring: Figuring) -> SteppedTerms[Figure]:
    # Their starts are those of tiers that must rise.
    starts = tuple(TierRule(start=step.start, rate=Decimal(0)) for step in charge.steps)
    tiers = _tiered(
        TieredCharge(
            head=charge.head, start_is=charge.start_is, tiers=starts, width_times=charge.width_times
        ),
        figuring,
    ).tiers
    times = Decimal(1) if charge.width_times is None else figuring.named(charge.width_times)
    count = None if charge.times is None else figuring.named(charge.times)
    steps: list[StepTerms[Figure]] = []
    for tier, step in zip(tiers, charge.steps, strict=True):
        amount, rate, included = (
            None if one is None else figuring.figure(one) for one in (step.amount, step.rate, step.included)
        )
        if amount is not None and count is not None:
            figuring.kept(Figures.of(amount) * count)
        if included is not None:
            included = figuring.kept(Figures.of(included) * times).at_least(Figures(0, 0))
        steps.append(StepTerms(upper=tier.upper, amount=amount, rate=rate, included=included))
    return SteppedTerms(
        head=charge.head,
        steps=tuple(steps),
        count=count,
        count_name=charge.times or "",
        quantity=_quantity(charge.quantity, figuring),
        follows_days=charge.prorated,
    )


def _quantity(rule: QuantityRule, figuring: Figuring) -> QuantityTerms[Figure]:
    figures = {
        str(name): Figures.of(figuring.figure(amount)).at_least(Figures(0, 0))
        for (_, name), amount in rule.amounts()
    }
    return QuantityTerms(**figures, multiple=rule.multiple, rule=rule.rule)


def _percent(charge: PercentCharge, figuring: Figuring) -> PercentTerms[Figure]:
    return PercentTerms(
        head=charge.head,
        kind=charge.kind,
        percent=figuring.figure(charge.percent),
        of=charge.of,
        cap=None if charge.cap is None else figuring.figure(charge.cap),
        follows_days=charge.prorated,
    )


def _minimum(charge: MinimumCharge, figuring: Figuring) -> MinimumTerms[Figure]:
    return MinimumTerms(
        head=charge.head,
        floor=figuring.figure(charge.amount),
        of=charge.of,
        follows_days=charge.prorated,
    )


def _discount(charge: Discount, figuring: Figuring) -> DiscountTerms[Figure]:
    limit = charge.cap if charge.credit is None else charge.credit
    return DiscountTerms(
        head=charge.head,
        percent=None if charge.percent is None else figuring.figure(charge.percent),
        limit=None if limit is None else figuring.figure(limit),
        of=charge.of,
        follows_days=charge.prorated,
    )


_Builder: TypeAlias = Callable[[Any, Figuring], Terms[Figure]]
_BUILDERS: dict[type[Charge], _Builder] = {
    ServiceCharge: _service,
    PerUnitCharge: _per_unit,
    TieredCharge: _tiered,
    SteppedCharge: _stepped,
    PercentCharge: _percent,
    MinimumCharge: _minimum,
    Discount: _discount,
}
