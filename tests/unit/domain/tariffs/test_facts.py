"""Where determinants come from: the agreement, the utility, the weather, the calendar, the period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.month_day import MonthDay
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.conditions import Condition, ConditionRepeated, Reading, ReadingsOverlap
from chalicelib.domain.tariffs.determinants import (
    Determinant,
    DeterminantKind,
    InvalidDeterminant,
    Season,
    Source,
)
from chalicelib.domain.tariffs.facts import DeterminantMissing
from chalicelib.domain.tariffs.rating import compile_book
from chalicelib.domain.tariffs.version import Effectivity, NamedFormula
from tests.unit.domain.tariffs.builders import (
    APRIL,
    LONG_AGO,
    METER_SIZE,
    RECONNECTED,
    ZONE,
    by,
    cents,
    flat,
    formula,
    one_off,
    rate,
    request,
    service,
    version,
)

MID_APRIL = date(2026, 4, 16)  # half of the 30 days of April
STAGE = Determinant(name="stage", kind=DeterminantKind.CHOICE, source=Source.UTILITY)
POWER = Determinant(name="power", kind=DeterminantKind.NUMBER, source=Source.UTILITY)
RAIN = Determinant(name="rain", kind=DeterminantKind.NUMBER, source=Source.WEATHER)
SEASON = Determinant(
    name="season",
    kind=DeterminantKind.CHOICE,
    source=Source.CALENDAR,
    seasons=(Season("summer", MonthDay(4, 16)), Season("winter", MonthDay(11, 1))),
)


def declared(name: str, *entries: tuple[date, str]) -> Condition:
    return Condition(name=name, revision=1, histories={"": Dated(entries)})


def test_a_drought_stage_declared_inside_a_period_splits_it() -> None:
    tariff = version(flat(by("stage", {"0": "2", "2": "3"})), determinants=(STAGE,))
    book = compile_book([tariff, declared("stage", (LONG_AGO, "0"), (MID_APRIL, "2"))])
    assert cents(book.rate(request(10))) == [("WATER", 1000), ("WATER", 1500)]  # 5 at 2.00, 5 at 3.00


def test_one_declaration_switches_every_tariff() -> None:
    other = version(flat(by("stage", {"0": "5", "2": "7"})), code="R-2", determinants=(STAGE,))
    tariff = version(flat(by("stage", {"0": "2", "2": "3"})), determinants=(STAGE,))
    book = compile_book([tariff, other, declared("stage", (LONG_AGO, "2"))])
    assert book.rate(request(10)).total_minor == 3000
    assert book.rate(request(10, tariff=Dated.since(LONG_AGO, "R-2"))).total_minor == 7000


def test_by_bill_date_the_stage_of_that_day_holds_throughout() -> None:
    tariff = version(
        flat(by("stage", {"0": "2", "2": "3"})), determinants=(STAGE,), effectivity=Effectivity.BILL_DATE
    )
    book = compile_book([tariff, declared("stage", (LONG_AGO, "0"), (MID_APRIL, "2"))])
    assert cents(book.rate(request(10))) == [("WATER", 3000)]


def test_a_cost_adjustment_is_passed_on_without_a_new_version() -> None:
    tariff = version(flat("2"), flat(formula("power + 0.01"), code="PCA"), determinants=(POWER,))
    book = compile_book([tariff, declared("power", (LONG_AGO, "0.12"), (MID_APRIL, "0.32"))])
    # The rate of water does not change: one line. 5 at 0.13, 5 at 0.33.
    assert cents(book.rate(request(10))) == [("WATER", 2000), ("PCA", 65), ("PCA", 165)]


def test_a_condition_can_differ_by_an_attribute_of_the_agreement() -> None:
    tariff = version(flat(formula("power")), determinants=(POWER, ZONE))
    by_zone = Condition(
        name="power",
        revision=1,
        by="zone",
        histories={"low": Dated.since(LONG_AGO, "0.10"), "high": Dated.since(LONG_AGO, "0.25")},
    )
    book = compile_book([tariff, by_zone])
    assert book.rate(request(10, zone="low")).total_minor == 100
    assert book.rate(request(10, zone="high")).total_minor == 250
    with pytest.raises(DeterminantMissing, match="no such condition is declared for 2026-04-01"):
        book.rate(request(10, zone="middle"))


@pytest.mark.parametrize("determinants", [(POWER,), (POWER, replace(ZONE, source=Source.CALENDAR))])
def test_a_condition_differs_by_what_a_tariff_declares_of_agreements(
    determinants: tuple[Determinant, ...],
) -> None:
    tariff = version(flat(formula("power")), determinants=determinants)
    book = compile_book([tariff, Condition(name="power", revision=1, by="zone")])
    with pytest.raises(DeterminantMissing, match="condition power differs by zone"):
        book.rate(request(10, zone="low"))


def test_without_a_declaration_the_default_stands_or_rating_is_refused() -> None:
    lenient = Determinant(name="stage", kind=DeterminantKind.CHOICE, source=Source.UTILITY, default="0")
    assert rate(version(flat(by("stage", {"0": "2"})), determinants=(lenient,)), 10).total_minor == 2000
    with pytest.raises(DeterminantMissing, match="declare one from that day"):
        rate(version(flat(by("stage", {"0": "2"})), determinants=(STAGE,)), 10)


def test_a_condition_is_declared_once() -> None:
    with pytest.raises(ConditionRepeated, match="condition stage is there twice"):
        compile_book([declared("stage"), declared("stage")])


def reading(start: date, end: date, inches: str) -> Reading:
    return Reading(Period(start, end), Decimal(inches))


MARCH_TO_MAY = Condition(
    name="rain",
    revision=1,
    readings={
        "": (
            reading(date(2026, 3, 1), date(2026, 4, 1), "3.1"),
            reading(date(2026, 4, 1), date(2026, 5, 1), "6"),
            reading(date(2026, 5, 1), date(2026, 6, 1), "9.3"),
        )
    },
)


def test_weather_is_summed_over_the_days_of_the_period() -> None:
    # 10 days of March at 0.1 a day, April whole, 10 days of May at 0.3 a day: 1 + 6 + 3.
    tariff = version(service(formula("rain")), determinants=(RAIN,))
    book = compile_book([tariff, MARCH_TO_MAY])
    assert book.rate(request(period=Period(date(2026, 3, 22), date(2026, 5, 11)))).total_minor == 1000


def test_a_day_without_a_reading_is_not_guessed() -> None:
    book = compile_book([version(service(formula("rain")), determinants=(RAIN,)), MARCH_TO_MAY])
    with pytest.raises(DeterminantMissing, match="not all days of the period are measured"):
        book.rate(request(period=Period(date(2026, 5, 11), date(2026, 6, 2))))


def test_a_day_is_measured_once() -> None:
    with pytest.raises(ReadingsOverlap, match="measured twice on 2026-04-30"):
        Condition(
            name="rain",
            revision=1,
            readings={
                "": (
                    reading(date(2026, 4, 1), date(2026, 5, 1), "6"),
                    reading(date(2026, 4, 30), date(2026, 6, 1), "9"),
                )
            },
        )


def test_a_season_that_begins_inside_a_period_splits_it() -> None:
    tariff = version(flat(by("season", {"summer": "3", "winter": "2"})), determinants=(SEASON,))
    assert cents(rate(tariff, 10)) == [("WATER", 1000), ("WATER", 1500)]


def test_a_season_goes_on_over_the_new_year() -> None:
    tariff = version(flat(by("season", {"summer": "3", "winter": "2"})), determinants=(SEASON,))
    assert cents(rate(tariff, 10, period=Period(date(2025, 12, 15), date(2026, 1, 15)))) == [("WATER", 2000)]


def test_without_seasons_the_calendar_gives_the_month() -> None:
    month = Determinant(name="month", kind=DeterminantKind.CHOICE, source=Source.CALENDAR)
    rates = {str(number): str(number) for number in range(1, 13)}
    tariff = version(flat(by("month", rates)), determinants=(month,))
    # 15 days of April and 15 of May.
    split = rate(tariff, 10, period=Period(MID_APRIL, date(2026, 5, 16)))
    assert cents(split) == [("WATER", 2000), ("WATER", 2500)]


def test_the_days_of_the_whole_period_count_in_every_part_of_it() -> None:
    days = Determinant(name="days", kind=DeterminantKind.COUNT, source=Source.PERIOD)
    tariff = version(flat(formula("days / 10")), determinants=(days, SEASON))
    assert cents(rate(tariff, 10)) == [("WATER", 3000)]


def test_a_billing_size_is_the_installed_one_unless_it_is_said() -> None:
    billing_size = Determinant(name="billing_size", kind=DeterminantKind.CHOICE, default_from="meter_size")
    tariff = version(
        service(by("billing_size", {"1": "10", "2": "20"})), determinants=(METER_SIZE, billing_size)
    )
    book = compile_book([tariff])
    assert book.rate(request(meter_size="2")).total_minor == 2000
    assert book.rate(request(meter_size="2", billing_size="1")).total_minor == 1000
    with pytest.raises(DeterminantMissing, match="needs meter_size"):
        book.rate(request())


def test_named_formulas_build_on_one_another_and_serve_as_keys_and_flags() -> None:
    people = Determinant(name="people", kind=DeterminantKind.COUNT, default="2")
    named = tuple(
        NamedFormula(name=name, formula=formula(text, step=step))
        for name, text, step in (
            ("need", "people * 1.5", "1"),
            ("size", 'if(need > 4, "large", "small")', "1"),
            ("many", "need > 4", "1"),
        )
    )
    tariff = version(
        service(by("size", {"small": "1", "large": "2"})),
        service("5", code="EXTRA", only_if="many"),
        determinants=(people,),
        formulas=named,
    )
    assert cents(rate(tariff)) == [("SVC", 100)]  # 3
    assert cents(rate(tariff, people="3")) == [("SVC", 200), ("EXTRA", 500)]  # 4.5, half up 5


def test_agreements_that_differ_in_events_do_not_share_a_plan() -> None:
    book = compile_book([version(one_off("45"), determinants=(RECONNECTED,))])
    happened: Dated[Decimal | str] = Dated.since(APRIL.start, "1")
    assert book.rate(request(reconnected=happened)).total_minor == 4500
    assert book.rate(request()).total_minor == 0
    assert book.rate(request(reconnected=Dated.since(APRIL.end, "1"))).total_minor == 0


@pytest.mark.parametrize("value", ["0", "-1", "no", ""])
def test_an_event_says_how_many_times(value: str) -> None:
    with pytest.raises(InvalidDeterminant):
        rate(version(one_off("45"), determinants=(RECONNECTED,)), reconnected=Dated.since(APRIL.start, value))
