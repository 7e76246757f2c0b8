"""Rating over columns: for every row the cents that itemised rating gives, by charge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.evaluate import Amounts, evaluate, itemised
from chalicelib.columnar.exact import Array, all_held, total, where
from chalicelib.columnar.group import RowNumbers, groups_of
from chalicelib.columnar.placing import ColumnLayout
from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.tariffs.gauge import Gauge
from chalicelib.domain.tariffs.plan import CurrencyMix, Plan, usage_missing
from chalicelib.domain.tariffs.rating import TariffBook


@dataclass(frozen=True, slots=True)
class RatedRows:
    """Amounts by row in minor units of `currency`, which is "" where every row is refused.

    `by_charge` is by code, `refused` has the message of every row that cannot be
    rated, whose amounts are zero.
    """

    currency: str
    total_minor: NDArray[np.int64]
    by_charge: Mapping[str, NDArray[np.int64]]
    refused: Mapping[int, str]


def rate_rows(book: TariffBook, rows: UsageRows) -> RatedRows:
    """What `book.rate` gives for each row, to the cent and by charge; a row it refuses is in `refused`.

    Raises CurrencyMix when rows are charged in different currencies.
    """
    rating = _Rating(rows)
    for members, found in groups_of(book, rows):
        if isinstance(found, str):
            rating.refuse(members, found)
        else:
            rating.charge(members, found)
    return RatedRows(rating.currency, rating.total_minor, rating.by_charge, rating.refused)


BEYOND = "the charges come to more than 64 bits hold: correct the usage, or the figures of the tariff"


class _Rating:
    """What is known of the rows so far."""

    def __init__(self, rows: UsageRows) -> None:
        self.rows = rows
        self.usage = rows.usage if rows.metered is None else np.where(rows.metered, rows.usage, 0)
        self.currency = ""
        self.total_minor = np.zeros(len(rows), dtype=np.int64)
        self.by_charge: dict[str, NDArray[np.int64]] = {}
        self.refused: dict[int, str] = {}

    def refuse(self, members: RowNumbers, message: str) -> None:
        """Refuse all `members` with one message."""
        self.refused.update(dict.fromkeys(members.tolist(), message))

    def charge(self, members: RowNumbers, by: ColumnLayout | Plan) -> None:
        """Charge `members` by a layout or a plan; those without the usage it needs are refused."""
        if by.gauge is not None:
            members = self._measured(members, by, by.gauge)
        if not len(members):
            return
        self._use(by.currency)
        for block, amounts in self._amounts(by, self.usage[members]):
            whole = total(amounts.values())
            held = all_held([whole, *amounts.values()])
            if held is not True:
                self.refuse(members[block][~np.broadcast_to(held, len(members[block]))], BEYOND)
            for code, amount in amounts.items():
                if code not in self.by_charge:
                    self.by_charge[code] = np.zeros(len(self.rows), dtype=np.int64)
                self.by_charge[code][members[block]] = where(held, amount, 0)
            self.total_minor[members[block]] = where(held, whole, 0)

    def _amounts(self, by: ColumnLayout | Plan, counts: Array) -> Iterable[tuple[slice, Amounts]]:
        if isinstance(by, Plan):
            return [(slice(None), itemised(by, counts, self.rows))]
        return evaluate(by, counts, self.rows)

    def _measured(self, members: RowNumbers, by: ColumnLayout | Plan, gauge: Gauge) -> RowNumbers:
        """Those of `members` that have the usage it takes; the others are refused."""
        if self.rows.metered is not None and by.needs_usage:
            metered = self.rows.metered[members]
            self.refuse(members[~metered], usage_missing(by.tariffs).message)
            members = members[metered]
        negative = self.usage[members] < 0
        if not negative.any():
            return members
        for row in members[negative].tolist():
            try:
                gauge.steps(self.rows.quantity(int(self.usage[row])))
            except Refusal as refusal:
                self.refused[row] = refusal.message
        return members[~negative]

    def _use(self, currency: str) -> None:
        if self.currency not in ("", currency):
            raise CurrencyMix(
                f"rows are charged in {self.currency} and in {currency}: rate each currency by itself",
                currencies=sorted((self.currency, currency)),
            )
        self.currency = currency
