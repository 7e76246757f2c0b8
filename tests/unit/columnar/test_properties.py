"""Over columns and itemised: the same cents, charge by charge, and the same refusals."""

from __future__ import annotations

from collections.abc import Sequence
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.columnar import evaluate, group
from chalicelib.columnar.rate import BEYOND, RatedRows, rate_rows
from chalicelib.columnar.rows import UsageRows
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.tariffs.rating import RateDocument, TariffBook, compile_book
from tests.unit.columnar.random_rows import Row, random_rows, usage_rows
from tests.unit.columnar.strategies import books

tables = st.lists(random_rows, min_size=4, max_size=12)
units = st.sampled_from([Unit.CCF, Unit.US_GALLON, Unit.CUBIC_METER])


def itemised(book: TariffBook, rows: UsageRows, row: int) -> dict[str, int] | str:
    """By charge, what rating gives for one row; or its refusal."""
    try:
        rating = book.rate(rows.request(row))
    except Refusal as refusal:
        return refusal.message
    amounts: dict[str, int] = {}
    for line in rating.lines:
        amounts[line.charge] = amounts.get(line.charge, 0) + line.amount_minor
    return {code: amount for code, amount in amounts.items() if amount}


def columnar(rated: RatedRows, row: int) -> dict[str, int] | str:
    amounts = {code: int(column[row]) for code, column in rated.by_charge.items() if column[row]}
    assert rated.total_minor[row] == sum(amounts.values())
    if row in rated.refused:
        assert not amounts
        return rated.refused[row]
    return amounts


def beyond_columns(wanted: dict[str, int] | str) -> bool:
    """Whether some charge, or all together, come to more than 64 bits hold."""
    amounts = [] if isinstance(wanted, str) else [*wanted.values(), sum(wanted.values())]
    return any(abs(amount) >= 2**63 for amount in amounts)


def agree(documents: Sequence[RateDocument], rows: UsageRows) -> None:
    rated = rate_rows(compile_book(documents), rows)
    book = compile_book(documents)
    for row in range(len(rows)):
        wanted = itemised(book, rows, row)
        if beyond_columns(wanted):
            wanted = BEYOND
        assert columnar(rated, row) == wanted, f"row {row}"


@settings(max_examples=60)
@given(books(), tables, units, st.sampled_from("UO"))
def test_columns_give_the_cents_of_itemised_rating(
    documents: list[RateDocument], listed: list[Row], unit: Unit, texts: str
) -> None:
    agree(documents, usage_rows(listed, unit=unit, texts=texts))


@settings(max_examples=30)
@given(books(), tables)
def test_a_charge_without_a_step_over_columns_costs_time_and_no_cent(
    documents: list[RateDocument], listed: list[Row]
) -> None:
    with patch.object(group, "has_steps", return_value=False):
        agree(documents, usage_rows(listed, unit=Unit.CCF))


@settings(max_examples=30)
@given(books(), tables, st.sampled_from([0, group.MOST_SHARED]))
def test_amounts_beyond_64_bits_on_the_way_are_exact(
    documents: list[RateDocument], listed: list[Row], shared: int
) -> None:
    # Billions of acre-feet: products of them with a price leave 64 bits, some amounts do as well.
    huge = [row._replace(usage=row.usage * 10**9) for row in listed]
    with patch.object(group, "MOST_SHARED", shared):
        agree(documents, usage_rows(huge, unit=Unit.ACRE_FOOT))


@settings(max_examples=60)
@given(books(), tables, units, st.sampled_from("UO"))
def test_rows_with_numbers_of_their_own_are_rated_as_one_is(
    documents: list[RateDocument], listed: list[Row], unit: Unit, texts: str
) -> None:
    with patch.object(group, "MOST_SHARED", 0):
        agree(documents, usage_rows(listed, unit=unit, texts=texts))


@settings(max_examples=30)
@given(books(), tables)
def test_blocks_do_not_show(documents: list[RateDocument], listed: list[Row]) -> None:
    with patch.object(evaluate, "BLOCK", 2):
        agree(documents, usage_rows(listed * 3, unit=Unit.CCF))
