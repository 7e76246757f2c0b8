"""Step rates over columns: at every mark, on bills of every length, the cents of itemised rating."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from unittest.mock import patch

import numpy as np
import pytest

from chalicelib.columnar import group
from chalicelib.columnar.rate import rate_rows
from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.charges.quantity import QuantityRule
from chalicelib.domain.tariffs.charges.stepped_charge import SteppedCharge
from chalicelib.domain.tariffs.determinants import Determinant, DeterminantKind
from chalicelib.domain.tariffs.rating import compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from tests.unit.domain.tariffs.builders import THIRTIETHS, UNITS, formula, step, stepped, version

WINTER = Determinant(name="winter", kind=DeterminantKind.NUMBER)
MIXED = stepped(
    step("0", "12.35"),
    step("7", "20.01", "1.415", included="7"),
    step("12", rate="2.333"),
    step("20", "55.55", "0.999"),
    times="dwelling_units",
    width_times="dwelling_units",
)
OWN = stepped(
    step("0", formula("1.1 * winter")),
    step(formula("winter"), formula("2 * winter"), "1.415", included=formula("winter / 2")),
    step("20", rate=formula("winter / 4")),
)
# For an average of 9 the amount is 9.91, as under the later rates: halves of it are rounded together.
SOMETIMES = stepped(step("0", formula("winter + 0.91")), step("20", "30.00"))
MEASURED = replace(MIXED, quantity=QuantityRule(share=Decimal(90), included=Decimal(2), multiple=Decimal(3)))


def rows(days: int) -> UsageRows:
    """Every usage from 0 to 59 ccf in so many days from April 1st on, for one dwelling and for two."""
    count = 120
    start = np.full(count, "2026-04-01", dtype="datetime64[D]")
    return UsageRows(
        agreement=np.arange(count).astype(str),
        tariff=np.full(count, "R-1"),
        start=start,
        end=start + days,
        usage=np.arange(count, dtype=np.int64) // 2,
        places=0,
        unit=Unit.CCF,
        determinants={
            "dwelling_units": np.array(["1", "2"] * (count // 2)),
            "winter": np.array(["9", "6.5", "12.25", "3"] * (count // 4)),
        },
    )


def versions(charge: SteppedCharge, later: SteppedCharge) -> list[TariffVersion]:
    first = version(charge, proration=THIRTIETHS, determinants=(UNITS, WINTER))
    return [first, replace(first, version=2, effective_from=date(2026, 4, 16), charges=(later,))]


@pytest.mark.parametrize("shared", [0, group.MOST_SHARED], ids=["own", "shared"])
@pytest.mark.parametrize("days", [10, 20, 30, 31, 45])
@pytest.mark.parametrize(
    ("charge", "later"),
    [
        (MIXED, MIXED),
        (MIXED, replace(MIXED, head=replace(MIXED.head, gl_account="4999"))),
        (MIXED, replace(MIXED, prorated=False)),
        (MIXED, MEASURED),
        (MEASURED, MEASURED),
        (OWN, OWN),
        (OWN, replace(OWN, head=replace(OWN.head, gl_account="4999"))),
        (OWN, MIXED),
        (SOMETIMES, stepped(step("0", "9.91"), step("20", "30.00"), gl_account="4999")),
    ],
)
def test_columns_give_the_cents_of_itemised_rating(
    charge: SteppedCharge, later: SteppedCharge, days: int, shared: int
) -> None:
    book, asked = compile_book(versions(charge, later)), rows(days)
    with patch.object(group, "MOST_SHARED", shared):
        rated = rate_rows(book, asked)
    wanted = [book.rate(asked.request(row)).total_minor for row in range(len(asked))]
    assert rated.total_minor.tolist() == wanted
    assert not rated.refused
