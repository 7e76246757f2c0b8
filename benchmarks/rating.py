"""Itemised exact rating on one core: 3 tiers, a fixed charge, 2 taxes, a rate change inside the period."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random

from benchmarks.row import Row
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.rating import RatingRequest, TariffBook, compile_book
from chalicelib.tariff_documents.load import load_tariff

_TARGET_BILLS_A_SECOND = 50_000
_BILLS = 30_000
_CHUNK = 150
_ROUNDS = 5
_LONG_AGO = date(2020, 1, 1)

_DOCUMENT = """
tariff: BENCH
version: {version}
name: Three tiers, a fixed charge, two taxes
service_type: water
currency: USD
effective_from: {effective_from}
effectivity: service_day
usage: {{unit: ccf, step: 0.01, rounding: half_up}}
determinants:
  meter_size: {{kind: choice}}
charges:
- {{type: service_charge, code: SVC, label: Service charge, gl_account: "4010", fund: WATER,
   charge_group: water, amount: {{by: meter_size, values: {{5/8: {fixed}, "1": 24.80, "2": 74.60}}}}}}
- {{type: commodity_tiered, code: WATER, label: Water, gl_account: "4020", fund: WATER, charge_group: water,
   start_is: boundary,
   tiers: [{{from: 0, rate: {first}}}, {{from: 6, rate: {second}}}, {{from: 14, rate: {third}}}]}}
- {{type: tax, code: CITY, label: City tax, gl_account: "2210", fund: GENERAL, charge_group: tax,
   base: [SVC, WATER], percent: 6}}
- {{type: tax, code: STATE, label: State fee, gl_account: "2220", fund: AGENCY, charge_group: tax,
   base: [WATER], percent: 1.25}}
"""


def run() -> list[Row]:
    """CPU time of the best round, itemised lines included; agreements differ in usage and meter size."""
    book = sample_book()
    requests = _requests()
    lines = len(book.rate(requests[0]).lines)
    rated = _bills_a_second(requests, lambda chunk: [book.rate(request) for request in chunk])
    rows = _bills_a_second(
        requests,
        lambda chunk: [[line.to_row() for line in book.rate(request).lines] for request in chunk],
    )
    return [
        Row(
            name=f"itemised rating, {lines} lines a bill",
            figure=rated,
            unit="bills/s/core",
            target=f"≥ {_TARGET_BILLS_A_SECOND:,}",
            met=rated >= _TARGET_BILLS_A_SECOND,
        ),
        Row(name="the same, and written as rows", figure=rows, unit="bills/s/core"),
    ]


def _bills_a_second(requests: list[RatingRequest], rate: Callable[[list[RatingRequest]], object]) -> float:
    """In chunks of a shard, as a bill run does: a chunk's lines are gone before the next one's are made."""
    chunks = [requests[start : start + _CHUNK] for start in range(0, _BILLS, _CHUNK)]
    seconds = []
    for _ in range(_ROUNDS):
        start = time.process_time()
        for chunk in chunks:
            rate(chunk)
        seconds.append(time.process_time() - start)
    return _BILLS / min(seconds)


def sample_book() -> TariffBook:
    """Two versions of one tariff; the second takes over on 1 July 2026."""
    old = _DOCUMENT.format(
        version=1, effective_from="2026-01-01", fixed="12.35", first="2.94", second="4.29", third="6.885"
    )
    new = _DOCUMENT.format(
        version=2, effective_from="2026-07-01", fixed="13.10", first="3.11", second="4.55", third="7.295"
    )
    return compile_book(load_tariff(text, file="benchmark").version for text in (old, new))


def _requests() -> list[RatingRequest]:
    random = Random(1)
    return [
        RatingRequest(
            tariff=Dated.since(_LONG_AGO, "BENCH"),
            period=Period(date(2026, 6, 16), date(2026, 7, 16)),
            bill_date=date(2026, 7, 20),
            usage=Quantity.of(random.randint(11_000, 40_000), Unit.US_GALLON),
            determinants={
                "meter_size": Dated[Decimal | str].since(_LONG_AGO, random.choice(("5/8", "1", "2")))
            },
        )
        for _ in range(_BILLS)
    ]
