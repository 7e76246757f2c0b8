"""Taxes by meter size: Phoenix. Every figure worked by hand.

City of Phoenix, Arizona, City Code 37-65 (Ordinances G-6741 of 2020 and G-7127 of 2023): three monthly excise
taxes on water service accounts, one amount for single families and others by meter size; fire prevention
service lines are exempt.
"""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.amounts import NotInTable
from tests.golden.tariffs.bills import bill, book_of, cents, words

BOOK = book_of("phoenix-excise-taxes")
MARCH = Period(date(2024, 3, 1), date(2024, 4, 1))


@pytest.mark.parametrize(
    ("account", "meter_size", "jail", "storm", "services"),
    [
        ("single family", "5/8", 100, 95, 150),
        ("single family", "2", 100, 95, 150),
        ("other", "3/4", 100, 95, 150),
        ("other", "1.50", 500, 477, 750),
        ("other", "4", 2500, 2691, 3750),
        ("other", "8", 5000, 4088, 7500),
    ],
)
def test_three_taxes_by_meter_size(
    account: str, meter_size: str, jail: int, storm: int, services: int
) -> None:
    rating = bill(BOOK, "PHOENIX-EXCISE", None, MARCH, account=account, meter_size=meter_size)
    assert cents(rating) == [("JAIL", jail), ("STORM", storm), ("SERVICES", services)]


def test_the_words_cite_the_subsection() -> None:
    rating = bill(BOOK, "PHOENIX-EXCISE", None, MARCH, account="other", meter_size="3")
    assert words(rating, "STORM") == ["17.44 USD; Tariff PHOENIX-EXCISE@1, 37-65(B)"]


def test_a_fire_line_is_exempt() -> None:
    rating = bill(BOOK, "PHOENIX-EXCISE", None, MARCH, account="other", meter_size="8", fire_line="yes")
    assert cents(rating) == []


def test_a_size_the_code_does_not_name_is_refused_not_guessed() -> None:
    with pytest.raises(
        NotInTable, match=r"charge JAIL has no figure for account 'other', meter_size '1\.25'"
    ):
        bill(BOOK, "PHOENIX-EXCISE", None, MARCH, account="other", meter_size="1.25")
