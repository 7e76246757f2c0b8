"""What holds for every tariff, whatever charges it has, and every agreement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.rounding import to_integer
from chalicelib.domain.tariffs.conditions import Condition
from chalicelib.domain.tariffs.explanation import exact_minor, explain_line, rule_of
from chalicelib.domain.tariffs.line import BillLine, Note
from chalicelib.domain.tariffs.rating import RatingRequest, compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from tests.unit.domain.tariffs.builders import (
    one_off,
    request,
    service,
    version,
)
from tests.unit.domain.tariffs.strategies import HAPPENED, START, books, histories, prices, requests, stages


@given(books(), stages(), requests())
def test_lines_add_up_and_lie_within_the_period(
    versions: list[TariffVersion], stage: Condition, asked: RatingRequest
) -> None:
    rating = compile_book([*versions, stage]).rate(asked)
    assert rating.total_minor == sum(line.amount_minor for line in rating.lines)
    assert all(asked.period.start <= line.period.start for line in rating.lines)
    assert all(line.period.end <= asked.period.end for line in rating.lines)


@given(books(), stages(), requests())
def test_a_line_reads_back_from_its_row(
    versions: list[TariffVersion], stage: Condition, asked: RatingRequest
) -> None:
    for line in compile_book([*versions, stage]).rate(asked).lines:
        assert BillLine.from_row(line.to_row()) == line


@given(books(), stages(), requests())
def test_an_amount_follows_from_what_its_line_says(
    versions: list[TariffVersion], stage: Condition, asked: RatingRequest
) -> None:
    for line in compile_book([*versions, stage]).rate(asked).lines:
        assert explain_line(line, "USD")
        if Note.SHARED in line.notes or Note.LIMITED in line.notes:
            continue
        assert to_integer(exact_minor(line, "USD"), rule=rule_of(line)) == line.amount_minor


@given(books(), stages(), requests())
def test_quantities_by_tier_add_up_to_what_is_charged_for(
    versions: list[TariffVersion], stage: Condition, asked: RatingRequest
) -> None:
    rating = compile_book([*versions, stage]).rate(asked)
    tiers = [line for line in rating.lines if line.tier and line.charge == "WATER"]
    for period in {line.period for line in tiers}:
        of_period = [line for line in tiers if line.period == period]
        charged = sum(Fraction(line.quantity or 0) for line in of_period)
        last = of_period[-1]
        assert last.tier is not None
        assert charged == Fraction(last.tier.start) + Fraction(last.quantity or 0)
    for unit in (line for line in rating.lines if line.charge == "UNIT"):
        assert unit.measure is None
    metered = sum(Fraction(line.quantity or 0) for line in rating.lines if line.charge == "UNIT")
    if any(line.charge == "UNIT" for line in rating.lines):
        assert metered == rating.billed_quantity


@given(books(), stages(), st.lists(st.tuples(histories(), requests()), min_size=1, max_size=5))
def test_shared_plans_give_what_a_fresh_book_gives(
    versions: list[TariffVersion], stage: Condition, agreements: list[tuple[object, RatingRequest]]
) -> None:
    shared = compile_book([*versions, stage])
    for _, asked in [*agreements, *agreements]:
        assert shared.rate(asked) == compile_book([*versions, stage]).rate(asked)


@given(prices, prices, st.integers(2, 60), st.data())
def test_a_fee_is_charged_once_and_service_to_the_cent_however_a_period_is_split(
    monthly: str, fee: str, days: int, data: st.DataObject
) -> None:
    tariff = version(service(monthly), one_off(fee, when="happened"), determinants=(HAPPENED,))
    whole = Period(START, START + timedelta(days=days))
    cut = START + timedelta(days=data.draw(st.integers(1, days - 1)))
    happened = data.draw(histories()).get("happened")
    determinants = {} if happened is None else {"happened": happened}
    again = replace(
        tariff, version=2, effective_from=cut, charges=(service(monthly, label="New"), *tariff.charges[1:])
    )
    unsplit = compile_book([tariff]).rate(request(period=whole, **determinants))
    split = compile_book([tariff, again]).rate(request(period=whole, **determinants))
    fees = [[line.amount_minor for line in one.lines if line.charge == "FEE"] for one in (unsplit, split)]
    assert fees[0] == fees[1]
    assert abs(unsplit.total_minor - split.total_minor) <= 1


@given(books(most_versions=1), stages(), requests())
def test_an_agreement_is_rated_the_same_wherever_it_stands_in_the_book(
    versions: list[TariffVersion], stage: Condition, asked: RatingRequest
) -> None:
    other = replace(versions[0], code="R-2")
    assert compile_book([*versions, stage]).rate(asked) == compile_book([other, stage, *versions]).rate(asked)
