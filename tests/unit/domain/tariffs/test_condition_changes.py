"""From which day on a revision says something else than the one before it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition, Reading

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))


def declared(*entries: tuple[date, str], key: str = EVERYWHERE, by: str | None = None) -> Condition:
    return Condition(name="stage", revision=1, by=by, histories={key: Dated(entries)})


def measured(*amounts: str, start: int = 5) -> Condition:
    days = [date(2026, start + place, 1) for place in range(len(amounts) + 1)]
    readings = [
        Reading(Period(days[place], days[place + 1]), Decimal(amount)) for place, amount in enumerate(amounts)
    ]
    return Condition(name="et", revision=1, readings={EVERYWHERE: readings})


def test_a_value_added_changes_the_days_from_its_own_on() -> None:
    assert declared((MAY, "0")).first_change(declared((MAY, "0"), (JULY, "2"))) == JULY


def test_a_value_withdrawn_changes_the_days_it_held() -> None:
    assert declared((MAY, "0"), (JULY, "2")).first_change(declared((MAY, "0"))) == JULY


def test_a_day_moved_changes_the_days_between() -> None:
    before, after = declared((MAY, "0"), (AUGUST, "2")), declared((MAY, "0"), (JUNE, "2"))
    assert before.first_change(after) == after.first_change(before) == JUNE


def test_saying_the_same_again_changes_nothing() -> None:
    before = declared((MAY, "0"))
    assert before.first_change(before) is None
    assert before.first_change(declared((MAY, "0"), (JULY, "0"))) is None


def test_another_way_to_differ_changes_everything() -> None:
    assert declared((MAY, "0")).first_change(declared((JULY, "0"), key="1", by="zone")) == MAY


def test_days_that_were_not_measured_may_be_measured_later() -> None:
    assert measured("5.1").first_change(measured("5.1", "6.2")) is None
    assert measured("6.2", start=6).first_change(measured("5.1", "6.2")) is None


def test_a_reading_corrected_or_withdrawn_changes_its_days() -> None:
    before = measured("5.1", "6.2", "7.0")
    assert before.first_change(measured("5.1", "6.3", "7.0")) == JUNE
    assert before.first_change(measured("5.1", "6.2")) == JULY


def test_many_readings_are_found_by_their_days() -> None:
    daily = [
        Reading(Period(date.fromordinal(day), date.fromordinal(day + 1)), Decimal(1))
        for day in range(date(2020, 1, 1).toordinal(), date(2026, 1, 1).toordinal())
    ]
    weather = Condition(name="et", revision=1, readings={EVERYWHERE: daily})
    assert weather.over(Period(date(2025, 6, 1), date(2025, 7, 1))) == 30
    assert weather.over(Period(date(2025, 12, 31), date(2026, 1, 1))) == 1
    assert weather.over(Period(date(2025, 12, 31), date(2026, 1, 2))) is None
    assert weather.over(Period(date(2019, 12, 31), date(2020, 1, 2))) is None
