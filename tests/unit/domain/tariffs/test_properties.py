"""What holds for every tariff, period and usage."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.line import BillLine
from chalicelib.domain.tariffs.rating import Position, compile_book
from chalicelib.domain.tariffs.version import Effectivity, TariffVersion, UsageTerms
from tests.unit.domain.tariffs.builders import (
    LONG_AGO,
    LOW_INCOME,
    THIRTIETHS,
    discount,
    minimum,
    per_unit_surcharge,
    percent_surcharge,
    rate,
    request,
    service,
    tax,
    tiered,
    version,
)

START = date(2026, 4, 1)
prices = st.decimals("0.01", "20", places=3).map(str)
percents = st.decimals("0", "25", places=2).map(str)
measures = st.builds(
    UsageTerms,
    unit=st.just(Unit.CCF),
    step=st.sampled_from(["1", "0.1", "0.01"]).map(Decimal),
    rounding=st.sampled_from(RoundingRule),
)
WHOLE = UsageTerms(unit=Unit.CCF, step=Decimal(1), rounding=RoundingRule.DOWN)
lengths = st.integers(1, 70)
usages = st.integers(0, 20_000).map(lambda hundredths: Decimal(hundredths) / 100)


@st.composite
def tariffs(draw: st.DrawFn, *, usage: UsageTerms) -> TariffVersion:
    widths = draw(st.lists(st.integers(1, 20), max_size=4))
    starts = [sum(widths[:count]) for count in range(len(widths) + 1)]
    charges = [
        service(draw(prices)),
        tiered(*((str(start), draw(prices)) for start in starts)),
        per_unit_surcharge(draw(prices)),
        percent_surcharge(draw(percents), "WATER"),
        minimum(draw(prices), "SVC", "WATER"),
        discount("SVC", "WATER", percent=draw(percents), cap=draw(prices), only_if="low_income"),
        tax(draw(percents), "SVC", "WATER", "PUMP", "DEBT", "MIN", "LIFELINE"),
    ]
    return version(
        *charges,
        usage=usage,
        proration=draw(st.sampled_from([None, THIRTIETHS, replace(THIRTIETHS, tiers=False)])),
        determinants=(LOW_INCOME,),
    )


@st.composite
def books(draw: st.DrawFn, *, most_versions: int = 3) -> list[TariffVersion]:
    usage = draw(measures)
    versions = [draw(tariffs(usage=usage))]
    for number in range(2, draw(st.integers(1, most_versions)) + 1):
        day = START + timedelta(days=draw(st.integers(1, 60)))
        # By service day, so that the period is cut.
        versions.append(replace(draw(tariffs(usage=usage)), version=number, effective_from=day))
    return versions


@given(books(), usages, lengths, st.sampled_from(Position), st.booleans())
def test_lines_add_up_to_the_total_and_usage_lines_to_the_usage(
    versions: list[TariffVersion], usage: Decimal, days: int, position: Position, eligible: bool
) -> None:
    period = Period(START, START + timedelta(days=days))
    rating = rate(
        versions, str(usage), period=period, position=position, low_income="yes" if eligible else "no"
    )
    assert rating.total_minor == sum(line.amount_minor for line in rating.lines)
    for code in ("WATER", "PUMP"):
        billed = sum(line.quantity or 0 for line in rating.lines if line.charge == code)
        assert billed == rating.billed_quantity
    assert all(period.start <= line.period.start and line.period.end <= period.end for line in rating.lines)
    assert rating.total_minor >= 0


@given(books(), usages, lengths)
def test_a_line_reads_back_from_its_row(versions: list[TariffVersion], usage: Decimal, days: int) -> None:
    period = Period(START, START + timedelta(days=days))
    for line in rate(versions, str(usage), period=period, low_income="yes").lines:
        assert BillLine.from_row(line.to_row()) == line


@given(books(most_versions=2), usages, usages, lengths)
def test_more_usage_never_costs_less(
    versions: list[TariffVersion], usage: Decimal, more: Decimal, days: int
) -> None:
    # One change at most: over three parts and more, the largest remainder can move a step between parts.
    period = Period(START, START + timedelta(days=days))
    low, high = (rate(versions, str(u), period=period).total_minor for u in (usage, usage + more))
    assert low <= high


@given(measures.flatmap(lambda usage: tariffs(usage=usage)), usages, lengths, st.integers(1, 69))
def test_a_new_version_that_changes_nothing_changes_nothing(
    tariff: TariffVersion, usage: Decimal, days: int, change: int
) -> None:
    again = replace(tariff, version=2, effective_from=START + timedelta(days=change))
    period = Period(START, START + timedelta(days=days))
    assert rate([tariff, again], str(usage), period=period) == rate(tariff, str(usage), period=period)


@given(tariffs(usage=WHOLE), st.integers(0, 60), st.integers(27, 34), st.integers(1, 26))
def test_usage_within_a_tier_stays_within_it_when_only_its_account_changes(
    tariff: TariffVersion, usage: int, days: int, change: int
) -> None:
    moved = tuple(replace(charge, head=replace(charge.head, gl_account="4999")) for charge in tariff.charges)
    again = replace(tariff, version=2, effective_from=START + timedelta(days=change), charges=moved)
    period = Period(START, START + timedelta(days=days))
    whole, split = (rate(versions, usage, period=period) for versions in (tariff, [tariff, again]))
    reached = [{line.tier.number for line in r.lines if line.tier} for r in (whole, split)]
    assert max(reached[1], default=0) <= max(reached[0], default=0)
    fixed = [sum(line.amount_minor for line in r.lines if line.charge == "SVC") for r in (whole, split)]
    assert fixed[0] == fixed[1]


@given(books(), st.lists(st.tuples(usages, st.booleans(), lengths), min_size=1, max_size=8))
def test_shared_plans_give_what_a_fresh_book_gives(
    versions: list[TariffVersion], agreements: list[tuple[Decimal, bool, int]]
) -> None:
    shared = compile_book(versions)
    for usage, eligible, changed_after in [*agreements, *agreements]:
        flag: Dated[Decimal | str] = Dated(
            ((LONG_AGO, "no"), (START + timedelta(days=changed_after), "yes" if eligible else "no"))
        )
        asked = request(str(usage), period=Period(START, START + timedelta(days=30)), low_income=flag)
        assert shared.rate(asked) == compile_book(versions).rate(asked)


@given(books(most_versions=2), usages, st.sampled_from(list(Effectivity)[1:]))
def test_unless_split_by_day_a_bill_is_on_one_version(
    versions: list[TariffVersion], usage: Decimal, effectivity: Effectivity
) -> None:
    versions = [replace(v, effectivity=effectivity) for v in versions]
    rating = rate(versions, str(usage), period=Period(START, START + timedelta(days=30)))
    assert len({line.tariff for line in rating.lines}) <= 1
