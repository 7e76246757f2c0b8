"""The generated town: the same for everyone, and every story really happens on the dials."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.quantity import Quantity, Unit
from cli.demo.calendar import BillingYear
from cli.demo.cast import Kind, Story
from cli.demo.customer import Customer, TakenRead
from cli.demo.riverbend import Riverbend, account_number

AS_OF = date(2026, 11, 24)
YEAR = BillingYear(AS_OF, BusinessCalendar())


def town(*, seed: int = 7, accounts: int = 20, as_of: date = AS_OF) -> list[Customer]:
    year = BillingYear(as_of, BusinessCalendar())
    return list(Riverbend(seed=seed, accounts=accounts, year=year).customers())


def someone(story: Story, *, seed: int = 7) -> Customer:
    return next(customer for customer in town(seed=seed) if story in customer.stories)


def usages(customer: Customer) -> list[tuple[date, Decimal]]:
    """Dial units counted up to each read of the first meter, rollovers unwound."""
    meter = customer.points[0].hung[0]
    capacity = meter.dials["0"].face.capacity
    reads = [read for read in customer.reads if read.meter == meter.meter]
    return [(after.on, (after.value - before.value) % capacity) for before, after in pairwise(reads)]


def test_the_same_seed_gives_the_same_town() -> None:
    assert town() == town()


def test_another_seed_gives_other_people_and_other_water() -> None:
    mine, other = town(seed=7), town(seed=8)
    assert [c.owner.name for c in mine] != [c.owner.name for c in other]
    assert [c.reads for c in mine] != [c.reads for c in other]


def test_a_larger_town_begins_with_the_smaller_one() -> None:
    assert town(accounts=60)[:20] == town(accounts=20)


@pytest.mark.parametrize("day", [1, 2, 3, 15, 28, 31])
def test_no_read_lies_after_the_day_of_the_demo(day: int) -> None:
    as_of = date(2026, 10, day)
    assert max(read.on for c in town(accounts=160, as_of=as_of) for read in c.reads) <= as_of


@pytest.mark.parametrize("day", [1, 2, 3, 15, 28, 31])
def test_every_read_lies_in_the_window_of_a_schedule_or_starts_the_history(day: int) -> None:
    year = BillingYear(date(2026, 10, day), BusinessCalendar())
    windows = [(dates.window_open, dates.window_close) for dates in year.schedules()]
    for customer in town(accounts=160, as_of=date(2026, 10, day)):
        for read in customer.reads:
            in_window = any(start <= read.on < end for start, end in windows)
            assert in_window or read.on == customer.billed_until


def test_the_smallest_demo_has_every_kind_of_customer_and_every_story() -> None:
    customers = town(accounts=20)
    assert {customer.kind for customer in customers} == set(Kind)
    assert {story for customer in customers for story in customer.stories} == set(Story)


def test_a_town_of_five_hundred_excepts_a_handful_this_month() -> None:
    unusual = {Story.NO_READ_NOW, Story.MISREAD_NOW, Story.BURST_NOW}
    told = [story for c in town(accounts=500) for story in c.stories if story in unusual]
    assert (
        sorted(told, key=lambda story: story.name)
        == [Story.BURST_NOW] * 3 + [Story.MISREAD_NOW] * 2 + [Story.NO_READ_NOW] * 4
    )


def test_gardens_drink_in_summer() -> None:
    garden = next(customer for customer in town() if customer.kind is Kind.GARDEN)
    by_month = {on.month: used for on, used in usages(garden)}
    assert by_month[8] > 5 * by_month[1]  # ± 12 % of mood on a garden that goes from 100 % to 5 %


def test_a_leak_runs_day_and_night() -> None:
    # Without leaks a home's use differs from month to month by season and ± 12 % only. The garden of this
    # one is drawn from 0 to 379 gallons a day; its leak of at least 120 a day lasts 40 days or more.
    leaking = [used for _, used in usages(someone(Story.LEAK))]
    assert max(leaking) > Decimal("1.5") * sorted(leaking)[len(leaking) // 2]


def test_nobody_draws_water_indoors_on_vacation() -> None:
    away = someone(Story.VACATION)
    assert min(used for _, used in usages(away)) < max(used for _, used in usages(away)) * Decimal("0.8")


def test_a_rollover_passes_zero_and_counts_on() -> None:
    rolled = someone(Story.ROLLOVER)
    values = [read.value for read in rolled.reads]
    falls = [(before, after) for before, after in pairwise(values) if after < before]
    capacity = rolled.points[0].hung[0].dials["0"].face.capacity
    assert len(falls) == 1
    before, after = falls[0]
    assert (after - before) % capacity < capacity / 100  # a month's use, not the dials turned back


def test_an_exchange_hangs_a_meter_of_another_unit_between_two_reads() -> None:
    customer = someone(Story.EXCHANGE)
    old, new = customer.points[0].hung
    assert old.removed_on == new.installed_on
    assert old.dials["0"].face.unit is not new.dials["0"].face.unit
    before = [read for read in customer.reads if read.meter == old.meter]
    after = [read for read in customer.reads if read.meter == new.meter]
    assert before[-1].on < new.installed_on < after[0].on
    assert old.removal_values["0"] > before[-1].value


def test_a_newcomer_has_no_reads_before_moving_in_and_nothing_billed_elsewhere() -> None:
    newcomer = someone(Story.NEWCOMER)
    assert newcomer.billed_until is None
    assert newcomer.debts == ()
    assert min(read.on for read in newcomer.reads) > newcomer.opened_on
    assert newcomer.points[0].hung[0].install_values == {"0": Decimal(0)}


def test_one_read_is_skipped_and_one_is_sent_in_by_the_customer() -> None:
    skipped = someone(Story.SKIPPED_READ)
    days = YEAR.read_days(skipped.route)
    assert len(set(days) - {read.on for read in skipped.reads}) == 1
    told = someone(Story.CUSTOMER_READ)
    assert [read.by_customer for read in told.reads].count(True) == 1


def test_this_month_lacks_a_read_has_a_dial_turned_back_and_a_burst_pipe() -> None:
    unread = someone(Story.NO_READ_NOW)
    assert YEAR.read_day(YEAR.current, unread.route) not in {read.on for read in unread.reads}
    misread = [read.value for read in someone(Story.MISREAD_NOW).reads]
    assert misread[-1] < misread[-2]
    burst = [used for _, used in usages(someone(Story.BURST_NOW))]
    assert burst[-1] > 10 * burst[-2]


def test_dials_never_show_more_than_they_have() -> None:
    for customer in town(accounts=200):
        faces = {
            (hung.meter, position): dial.face
            for point in customer.points
            for hung in point.hung
            for position, dial in hung.dials.items()
        }
        for read in customer.reads:
            face = faces[read.meter, read.position]
            assert 0 <= read.value < face.capacity
            assert -read.value.as_tuple().exponent <= face.decimals  # type: ignore[operator]


def test_without_a_story_dials_only_ever_rise() -> None:
    for customer in town(accounts=200):
        if customer.stories & {Story.ROLLOVER, Story.MISREAD_NOW}:
            continue
        by_dial: dict[tuple[str, str], list[TakenRead]] = {}
        for read in customer.reads:
            by_dial.setdefault((read.meter, read.position), []).append(read)
        for reads in by_dial.values():
            assert all(a.on < b.on and a.value <= b.value for a, b in pairwise(reads))


def test_a_deduct_meter_never_counts_more_than_the_main_before_it() -> None:
    for customer in town(accounts=600):
        if customer.kind is not Kind.BUSINESS_DEDUCT:
            continue
        gallons = []
        for point in customer.points:
            hung = point.hung[0]
            face = hung.dials["0"].face
            values = [r.value * face.multiplier for r in customer.reads if r.meter == hung.meter]
            gallons.append(
                [Quantity.of(b - a, face.unit).to(Unit.US_GALLON).value for a, b in pairwise(values)]
            )
        assert all(main >= garden for main, garden in zip(*gallons, strict=True))


def test_no_two_things_share_a_number() -> None:
    customers = town(accounts=600)
    for numbers in (
        [customer.account for customer in customers],
        [customer.owner.number for customer in customers],
        [served.number for customer in customers for served in customer.services],
        [point.number for customer in customers for point in customer.points],
        [hung.meter for customer in customers for point in customer.points for hung in point.hung],
    ):
        assert len(numbers) == len(set(numbers))


def test_account_numbers_are_unique_and_carry_a_check_digit() -> None:
    assert account_number(137) == "20-000137-1"  # 2·1 + 1·2 + 3·1 + 7·2 = 21
    assert len({account_number(index) for index in range(5000)}) == 5000


def test_thirteen_months_are_billed_and_the_next_is_scheduled() -> None:
    assert len(YEAR.history) == 12
    assert [str(dates.period) for dates in YEAR.schedules()][::13] == ["2025-11", "2026-12"]
    assert YEAR.current == YEAR.history[-1].plus(1)


def test_bills_fall_due_three_weeks_later_on_a_business_day() -> None:
    monday = date(2025, 12, 22)
    assert YEAR.schedules()[0].bill_date == date(2025, 11, 30)  # and 21 days later is a Sunday
    assert YEAR.schedules()[0].due_on == monday
    closed = BillingYear(AS_OF, BusinessCalendar(holidays=frozenset({monday})))
    assert closed.schedules()[0].due_on == monday + timedelta(days=1)


@pytest.mark.parametrize("day", range(1, 32))
def test_on_the_day_of_the_demo_reads_are_still_waited_for(day: int) -> None:
    as_of = date(2026, 10, day)
    current = BillingYear(as_of, BusinessCalendar()).schedules()[-2]
    assert current.expected_read_on <= as_of < current.estimate_from < current.window_close


def test_earlier_months_are_billed_when_their_windows_have_closed() -> None:
    assert all(dates.window_close < dates.bill_date for dates in YEAR.schedules())
