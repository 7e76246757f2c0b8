"""Why bills differ where there are conditions, fees, formulas and limits, each part by hand or by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.documents.bill_document import StepChange
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.conditions import Condition, Reading
from chalicelib.domain.tariffs.rating import TariffBook, compile_book
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.tariff_documents.load import load_tariff
from tests.unit.domain.documents.compared_bills import AGREEMENT, a_bill, compared, parts
from tests.unit.domain.tariffs.strategies import START, books, histories, stages

LONG_AGO = date(2000, 1, 1)
TARIFF = """
tariff: W
version: 1
name: Water
service_type: water
currency: USD
effective_from: 2020-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  stage: {kind: choice, source: utility, default: "0"}
  et: {kind: number, source: weather, default: "5"}
  reconnected: {kind: event}
formulas:
  budget: {formula: 2 * et, unit: ccf}
charges:
- type: commodity_tiered
  code: USE
  label: Water
  gl_account: "1"
  fund: w
  charge_group: w
  start_is: boundary
  tiers:
  - {from: 0, rate: {by: stage, values: {"0": 2.00, "*": 3.00}}}
  - {from: {formula: budget}, rate: 4.00}
- type: commodity_flat
  code: SEWER
  label: Sewer
  gl_account: "1"
  fund: w
  charge_group: w
  rate: 1.00
  quantity: {at_most: 9}
- type: commodity_stepped
  code: BASIN
  label: Basin charge
  gl_account: "1"
  fund: w
  charge_group: w
  start_is: boundary
  steps:
  - {from: 0, amount: 0}
  - {from: 20, amount: 6.00}
  - {from: 30, amount: 15.00}
- type: one_off
  code: TURN-ON
  label: Reconnection
  gl_account: "1"
  fund: w
  charge_group: w
  when: reconnected
  amount: 45.00
- {type: tax, code: TAX, label: Tax, gl_account: "1", fund: w, charge_group: t, base: [TURN-ON], percent: 10}
"""
WATER = load_tariff(TARIFF, file="test").version
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)


def stage(value: str, *, since: date) -> Condition:
    history = Dated.since(LONG_AGO, "0").with_entry(since, value)
    return Condition(name="stage", revision=1, histories={"": history})


def on(*conditions: Condition) -> TariffBook:
    return compile_book([WATER, *conditions])


def test_a_drought_stage_declared_in_between_is_rate() -> None:
    rates = on(stage("2", since=OCTOBER))
    found = compared(a_bill(OCTOBER, 30, 8, rates), a_bill(SEPTEMBER, 30, 8, rates), rates)
    assert parts(found) == (0, 0, 800, 0)


def test_a_budget_that_follows_the_weather_is_rate() -> None:
    days = timedelta(days=30)
    measured = [
        Reading(Period(SEPTEMBER, SEPTEMBER + days), Decimal(5)),
        Reading(Period(OCTOBER, OCTOBER + days), Decimal(3)),
    ]
    rates = on(Condition(name="et", revision=1, readings={"": measured}))
    found = compared(a_bill(OCTOBER, 30, 8, rates), a_bill(SEPTEMBER, 30, 8, rates), rates)
    # 8 ccf within a budget of 10, then 6 within one of 6 and 2 at 4.00
    assert parts(found) == (0, 0, 400, 0)


def test_a_fee_and_the_tax_on_it_are_other() -> None:
    reconnected = replace(AGREEMENT, determinants={"reconnected": Dated.since(date(2026, 10, 5), "1")})
    before, now = a_bill(SEPTEMBER, 30, 8, on()), a_bill(OCTOBER, 30, 8, on(), reconnected)
    assert parts(compared(now, before, on(), reconnected)) == (0, 0, 0, 4950)


def test_a_fee_on_the_earlier_bill_is_other_too() -> None:
    reconnected = replace(AGREEMENT, determinants={"reconnected": Dated.since(date(2026, 9, 5), "1")})
    before, now = a_bill(SEPTEMBER, 30, 8, on(), reconnected), a_bill(OCTOBER, 30, 8, on(), reconnected)
    assert parts(compared(now, before, on(), reconnected)) == (0, 0, 0, -4950)


def test_water_beyond_a_limit_costs_nothing_of_what_is_limited() -> None:
    found = compared(a_bill(OCTOBER, 30, 12, on()), a_bill(SEPTEMBER, 30, 9, on()), on())
    # water: 9 × 2 = 18, then 10 × 2 + 2 × 4 = 28; sewer on 9 both times
    assert parts(found) == (0, 1000, 0, 0)


def test_a_step_that_more_water_reaches_is_usage_and_told() -> None:
    found = compared(a_bill(OCTOBER, 30, 31, on()), a_bill(SEPTEMBER, 30, 20, on()), on())
    # water: 11 × 4.00 more; sewer on 9 both times; the basin charge 15.00 where nothing was due
    assert parts(found) == (0, 5900, 0, 0)
    assert found.steps == (StepChange(charge="BASIN", before=1, now=3),)


def test_a_step_that_more_days_reach_is_days() -> None:
    september = a_bill(SEPTEMBER, 30, 21, on())
    found = compared(a_bill(OCTOBER, 40, 28, on()), september, on())
    # 0.7 ccf a day both times: 7 × 4.00 for ten days more, on the second step both times
    assert parts(found) == (2800, 0, 0, 0)
    assert found.steps == ()
    longer = compared(a_bill(OCTOBER, 50, 35, on()), september, on())
    assert parts(longer) == (5600 + 900, 0, 0, 0)
    assert [(change.before, change.now) for change in longer.steps] == [(2, 3)]


@pytest.mark.parametrize(
    ("then", "now", "used", "rate", "steps"),
    [
        ("amount: 15.00", "amount: 16.00", 31, 100, []),
        ("from: 30,", "from: 25,", 26, 900, [(2, 3)]),  # the mark has moved: 15.00 for 6.00
    ],
)
def test_other_steps_are_rate(
    then: str, now: str, used: int, rate: int, steps: list[tuple[int, int]]
) -> None:
    later = TARIFF.replace("version: 1", "version: 2").replace("2020-01-01", "2026-10-01").replace(then, now)
    rates = compile_book([WATER, load_tariff(later, file="test").version])
    found = compared(a_bill(OCTOBER, 30, used, rates), a_bill(SEPTEMBER, 30, used, rates), rates)
    assert parts(found) == (0, 0, rate, 0)
    assert [(change.before, change.now) for change in found.steps] == steps


def test_a_year_ago_is_compared_as_last_month_is() -> None:
    rates = on(stage("2", since=OCTOBER))
    found = compared(a_bill(OCTOBER, 31, 8, rates), a_bill(date(2025, 10, 1), 31, 7, rates), rates)
    # one ccf more of water and sewer, then a dollar more for each of 8
    assert parts(found) == (0, 300, 800, 0)


@given(books(most_versions=1), st.integers(0, 60), st.integers(0, 60), histories())
def test_on_any_tariff_more_water_on_the_same_terms_is_usage_alone(
    versions: list[TariffVersion], then: int, now: int, known: dict[str, Dated[Decimal | str]]
) -> None:
    (tariff,) = (replace(version, code="W", effective_from=LONG_AGO) for version in versions)
    rates = compile_book([tariff])
    constant = {
        name: Dated.since(LONG_AGO, dated.entries[0][1])
        for name, dated in known.items()
        if name != "happened"
    }
    agreement = replace(AGREEMENT, determinants=constant)
    may, june = date(2026, 5, 1), date(2026, 6, 1)  # of one season
    found = compared(
        a_bill(june, 30, now, rates, agreement), a_bill(may, 30, then, rates, agreement), rates, agreement
    )
    assert parts(found) == (0, found.now_minor - found.before_minor, 0, 0)


@given(
    books(),
    stages(),
    st.tuples(st.integers(1, 70), st.integers(1, 70)),
    st.tuples(st.integers(0, 60), st.integers(0, 60)),
    histories(),
)
def test_on_any_tariff_the_parts_add_up_and_fees_are_other(
    versions: list[TariffVersion],
    declared: Condition,
    days: tuple[int, int],
    usage: tuple[int, int],
    known: dict[str, Dated[Decimal | str]],
) -> None:
    known = {
        name: Dated.since(LONG_AGO, dated.entries[0][1]) if name != "happened" else dated
        for name, dated in known.items()
    }
    rates = compile_book([*(replace(version, code="W") for version in versions), declared])
    agreement = replace(AGREEMENT, determinants=known)
    before = a_bill(START, days[0], usage[0], rates, agreement)
    now = a_bill(START + timedelta(days=days[0]), days[1], usage[1], rates, agreement)
    found = compared(now, before, rates, agreement)
    assert found.before_minor + sum(parts(found)) == found.now_minor
    fees = [
        sum(line.amount_minor for line in bill.segments[0].lines if line.charge in ("FEE", "LATE", "BOUNCED"))
        for bill in (before, now)
    ]
    assert found.other_minor == fees[1] - fees[0]
