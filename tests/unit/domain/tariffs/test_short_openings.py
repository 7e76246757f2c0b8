"""What happened in an opening period too short to be charged is charged all the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.tariffs.rating import Position, RatingRequest, compile_book
from chalicelib.tariff_documents.load import load_tariff
from tests.drought import DROUGHT

OPENING = Period(date(2026, 6, 1), date(2026, 6, 4))
EVENTS: Dated[Decimal | str] = Dated(((date(2026, 6, 2), Decimal(1)),))


@pytest.mark.parametrize(
    ("charge", "billed"),
    [("nothing", [("RECONNECT", 4500)]), ("usage_only", [("USE", 200), ("RECONNECT", 4500)])],
)
def test_a_fee_is_due_however_short_the_opening(charge: str, billed: list[tuple[str, int]]) -> None:
    proration = (
        "proration: {normal_days: {from: 27, to: 34}, basis: 30, tiers: true, "
        f"shortest_opening: {{days: 5, charge: {charge}}}}}\n"
    )
    text = DROUGHT.format(code="WATER").replace("determinants:", f"{proration}determinants:")
    book = compile_book([load_tariff(text, file="t").version])
    rating = book.rate(
        RatingRequest(
            tariff=Dated.since(OPENING.start, "WATER"),
            period=OPENING,
            bill_date=OPENING.end,
            usage=Quantity.of(Decimal(1), Unit.CCF),
            determinants={"reconnected": EVENTS},
            position=Position.OPENING,
        )
    )
    assert [(line.charge, line.amount_minor) for line in rating.lines] == billed
    assert rating.total_minor == sum(amount for _, amount in billed)
    assert (rating.billed_quantity is None) == (charge == "nothing")
