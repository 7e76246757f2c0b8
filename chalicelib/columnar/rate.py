"""Rate rows of usage on a book of tariffs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity
from chalicelib.domain.tariffs.rating import RatingRequest, TariffBook


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedRows:
    """What rows are charged, in minor units of `currency`: in all, and by charge code.

    `refused` says by row why it cannot be rated; such a row has zero everywhere.
    """

    currency: str
    total_minor: NDArray[np.int64]
    by_charge: Mapping[str, NDArray[np.int64]]
    refused: Mapping[int, str]


def rate_rows(book: TariffBook, rows: UsageRows) -> RatedRows:
    """Each row as a regular bill of its period, dated on the day of its closing read."""
    count = len(rows.usage)
    total = np.zeros(count, dtype=np.int64)
    by_charge: dict[str, NDArray[np.int64]] = {}
    refused: dict[int, str] = {}
    currency = ""
    for row in range(count):
        try:
            rating = book.rate(_request(rows, row))
        except Refusal as refusal:
            refused[row] = refusal.message
            continue
        currency = currency or rating.currency
        total[row] = rating.total_minor
        for line in rating.lines:
            column = by_charge.setdefault(line.charge, np.zeros(count, dtype=np.int64))
            column[row] += line.amount_minor
    return RatedRows(currency=currency, total_minor=total, by_charge=by_charge, refused=refused)


def _request(rows: UsageRows, row: int) -> RatingRequest:
    period = Period(rows.start[row].item(), rows.end[row].item())
    metered = rows.metered is None or bool(rows.metered[row])
    texts = {name: str(column[row]) for name, column in rows.determinants.items()}
    return RatingRequest(
        tariff=Dated.since(period.start, str(rows.tariff[row])),
        period=period,
        bill_date=period.end,
        usage=Quantity.of(Decimal(int(rows.usage[row])).scaleb(-rows.places), rows.unit) if metered else None,
        determinants={name: Dated.since(date.min, text) for name, text in texts.items() if text},
    )
