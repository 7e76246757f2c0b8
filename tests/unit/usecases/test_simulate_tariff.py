"""What a proposal would change, on figures worked by hand (tests/usage_files.py)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.simulation.figures import Band, Change, Effect, Measure
from chalicelib.domain.simulation.simulation import Simulation
from chalicelib.usecases.ports.simulation import NothingToRate
from chalicelib.usecases.simulate_tariff import CurrenciesDiffer, MovedToNowhere, NothingToGroupBy
from tests.unit.domain.tariffs.builders import RECONNECTED, flat, one_off, service, version
from tests.usage_files import NOW, PROPOSED, YEAR, simulated, written


@pytest.fixture
def simulation(tmp_path: Path) -> Simulation:
    return simulated(written(tmp_path)).simulation


def effect(simulation: Simulation, dimension: str, value: str) -> Effect:
    (found,) = [one.effect for one in simulation.comparison.groups_of(dimension) if one.value == value]
    return found


def test_revenue_is_summed_by_charge_tariff_class_and_month(simulation: Simulation) -> None:
    found = simulation.comparison
    # 36.00 + 28.00 + 60.00, and 36.00 + 26.00 + 66.00
    assert (found.total, found.total.minor, found.total.percent) == (
        Change(12400, 12800),
        400,
        Decimal("3.23"),
    )
    assert {(row.charge, row.rate_class): row.revenue for row in found.by_charge} == {
        ("SVC", "homes"): Change(4000, 3200),
        ("SVC", "shops"): Change(2000, 1600),
        ("WATER", "homes"): Change(2400, 3000),
        ("WATER", "shops"): Change(4000, 5000),
    }
    assert {row.name: row.revenue for row in found.by_class} == {
        "homes": Change(6400, 6200),
        "shops": Change(6000, 6600),
    }
    assert [(row.name, row.rows) for row in found.by_month] == [("2026-01", 3), ("2026-03", 3)]
    (tariff,) = found.by_tariff
    assert (tariff.tariff, tariff.rows, tariff.usage) == ("R-1", 6, {Unit.CCF: Decimal(32)})


def test_accounts_pay_less_the_same_or_more(simulation: Simulation) -> None:
    found = simulation.comparison
    overall = found.overall
    assert (overall.accounts, overall.less, overall.same, overall.more) == (3, 1, 1, 1)
    # 60 days: −2.00 × 365 / 720 = −1.0139, and 6.00 × 365 / 720 = 3.0417
    assert {one.account: one.monthly_minor for one in found.accounts} == {
        "Less": -101,
        "Same": 0,
        "More": 304,
    }
    assert overall.quantiles_minor == (-101, -101, 0, 304, 304)
    assert overall.quantiles_percent == tuple(map(Decimal, ("-7.14", "-7.14", "0.00", "10.00", "10.00")))
    assert [one.account for one in found.most_affected(2)] == ["More", "Less"]


def test_accounts_stand_in_groups(simulation: Simulation) -> None:
    assert simulation.comparison.dimensions == ["class", "meter_size", "quintile"]
    homes = effect(simulation, "class", "homes")
    assert (homes.accounts, homes.less, homes.same, homes.more) == (2, 1, 1, 0)
    assert effect(simulation, "meter_size", "1").revenue == Change(6000, 6600)
    # Two homes: the thriftier one stands in the first fifth, the other at half of the way, in the third.
    assert effect(simulation, "quintile", "1").accounts == 2
    assert effect(simulation, "quintile", "3").revenue == Change(3600, 3600)


def test_bands_are_round_and_hold_every_account_by_its_exact_change(simulation: Simulation) -> None:
    bands = simulation.comparison.bands
    # The largest change is 3.04: six bands of 1.00 reach it, six of 0.50 do not.
    assert bands[Measure.MONEY] == (
        Band(low=-200, high=-100, accounts=1),
        Band(low=-100, high=0, accounts=0),
        Band(low=0, high=0, accounts=1),
        Band(low=0, high=100, accounts=0),
        Band(low=100, high=200, accounts=0),
        Band(low=200, high=300, accounts=0),
        Band(low=300, high=400, accounts=1),
    )
    assert sum(band.accounts for band in bands[Measure.PERCENT]) == 3
    assert Band(low=800, high=1000, accounts=1) in bands[Measure.PERCENT], "10 % is not over 10 %"


def test_every_control_total_agrees_and_one_that_does_not_is_seen(simulation: Simulation) -> None:
    assert simulation.is_proved
    assert len(simulation.controls) == 23
    found = replace(simulation.comparison, by_class=simulation.comparison.by_class[1:])
    broken = [one.name for one in replace(simulation, comparison=found).controls if not one.holds]
    assert broken == [
        "rows rated = rows by class",
        "now: total = sum of classes",
        "proposed: total = sum of classes",
    ]


def test_a_rise_of_exactly_a_tenth_is_not_over_a_tenth(tmp_path: Path, simulation: Simulation) -> None:
    assert effect(simulation, "class", "shops").much_more == 0, "60.00 to 66.00"
    dearer = replace(PROPOSED, charges=(service("8.00"), flat("2.51")))
    found = simulated(written(tmp_path), proposed=[dearer]).simulation
    assert (found.comparison.overall.much_more, effect(found, "class", "shops").much_more) == (1, 1)
    free = replace(NOW, charges=(flat("0.00"),))
    new = simulated(written(tmp_path), current=[free]).simulation
    assert new.comparison.overall.much_more == 3, "who pays nothing now pays much more"


def test_an_average_month_is_that_of_all_its_accounts_and_days(simulation: Simulation) -> None:
    # 64.00 and 62.00 over 120 days of two homes: times 365, by 12 × 120
    assert effect(simulation, "class", "homes").average_month == Change(1622, 1572)
    fifths = {
        (one.rate_class, one.quintile): one.effect.average_month for one in simulation.comparison.fifths
    }
    # Less pays 28.00 and 26.00 over 60 days, Same 36.00 on both sides, More 60.00 and 66.00
    assert fifths == {
        ("homes", "1"): Change(1419, 1318),
        ("homes", "3"): Change(1825, 1825),
        ("shops", "1"): Change(3042, 3346),
    }
    assert {one.rate_class for one in simulation.comparison.largest_class} == {"homes"}


def test_what_is_needed_is_rounded_to_cents_of_the_currency(tmp_path: Path) -> None:
    assert simulated(written(tmp_path), needed=Decimal("130.005")).simulation.needed_minor == 13001
    assert simulated(written(tmp_path)).simulation.needed_minor is None


def test_events_that_a_tariff_charges_for_and_the_usage_does_not_tell_of_are_named(tmp_path: Path) -> None:
    fee = replace(
        PROPOSED,
        determinants=(*PROPOSED.determinants, RECONNECTED),
        charges=(*PROPOSED.charges, one_off("45")),
    )
    silent = simulated(written(tmp_path), proposed=[fee]).simulation
    assert (silent.events, silent.events_untold, silent.tells_positions) == ((), ["reconnected"], False)
    told = YEAR.replace("meter_size", "meter_size,position,reconnected").replace(
        "2,ccf,5/8\n", "2,ccf,5/8,regular,2026-01-05=2\n", 1
    )
    rows = [line if line.count(",") == 10 else f"{line},," for line in told.splitlines()]
    found = simulated(written(tmp_path, "\n".join(rows)), proposed=[fee]).simulation
    assert (found.events, found.events_untold, found.tells_positions) == (("reconnected",), [], True)
    assert found.comparison.total == Change(12400, 12800 + 2 * 4500)


def test_a_year_with_a_rate_change_is_still_compared_like_with_like(tmp_path: Path) -> None:
    old = replace(NOW, charges=(service("1.00"), flat("1.00")), effective_from=date(2020, 1, 1))
    new = replace(NOW, version=3, effective_from=date(2026, 2, 1))
    later = replace(PROPOSED, version=4, effective_from=date(2030, 1, 1))
    simulation = simulated(written(tmp_path), current=[old, new], proposed=[later]).simulation
    assert simulation.current_on == date(2026, 3, 1)
    assert [one.reference for one in simulation.current] == ["R-1@3"]
    assert [(one.reference, one.effective_from) for one in simulation.proposed] == [
        ("R-1@4", date(2030, 1, 1))
    ]
    assert simulation.comparison.total == Change(12400, 12800)
    before = simulated(
        written(tmp_path), current=[old, new], proposed=[later], current_on=date(2026, 1, 31)
    ).simulation
    assert [one.reference for one in before.current] == ["R-1@1"]


def test_a_tariff_the_proposal_does_not_touch_is_the_same_on_both_sides(tmp_path: Path) -> None:
    sewer = version(service("5.00"), code="S-1", usage=None)
    file = written(tmp_path, YEAR + "Same,S2,homes,S-1,2026-01-01,2026-01-31,,,\n")
    simulation = simulated(file, current=[NOW, sewer]).simulation
    assert simulation.unchanged_tariffs == ["S-1"]
    assert {row.tariff: row.revenue for row in simulation.comparison.by_tariff}["S-1"] == Change(500, 500)
    assert simulation.comparison.overall.accounts == 3


def test_agreements_can_be_moved_to_another_tariff(tmp_path: Path) -> None:
    other = version(service("1.00"), flat("3.00"), code="R-2")
    simulation = simulated(written(tmp_path), proposed=[other], moved={"R-1": "R-2"}).simulation
    assert simulation.comparison.total == Change(12400, 6 * 100 + 32 * 300)
    assert [row.tariff for row in simulation.comparison.by_charge if row.revenue.now_minor == 0] == [
        "R-2"
    ] * 4
    assert simulation.is_proved
    with pytest.raises(MovedToNowhere, match="no document given has that tariff"):
        simulated(written(tmp_path), moved={"R-1": "R-9"})


def test_rows_that_one_side_refuses_count_on_neither_and_are_named(tmp_path: Path) -> None:
    text = (
        YEAR
        + "Odd,O1,homes,R-1,2026-01-01,2026-01-31,3,ccf,2\n"  # the proposal has no such meter
        + "Odd,O2,homes,X-9,2026-01-01,2026-01-31,3,ccf,2\n"
        + "Odd,O3,homes,R-1,2026-01-01,2026-01-31,,ccf,1\n"
        + "Odd,O4,homes,R-1,2026-01-01,never,3,ccf,1\n"
    )
    simulation, left_out = simulated(written(tmp_path, text))
    found = simulation.comparison
    assert (simulation.rows_read, found.rows_rated, found.rows_refused, simulation.rows_rejected) == (
        10,
        6,
        3,
        1,
    )
    assert found.total == Change(12400, 12800)
    assert sorted((row.line, row.column) for row in left_out) == [
        (8, "proposed"),
        (9, "now"),
        (10, "now"),
        (11, "to"),
    ]
    assert {(one.side, one.rows) for one in found.refused} == {("proposed", 1), ("now", 1)}
    assert sum(one.rows for one in found.refused) == 3
    assert simulation.is_proved


def test_the_same_reason_on_other_days_is_one_reason(tmp_path: Path) -> None:
    text = YEAR.replace(",R-1,", ",X-9,", 2)
    (reason,) = simulated(written(tmp_path, text)).simulation.comparison.refused
    assert reason.rows == 2
    assert "2026" not in reason.reason


def test_accounts_that_are_charged_nothing_now_have_no_percentage(tmp_path: Path) -> None:
    free = replace(NOW, charges=(service("0.00"),))
    found = simulated(written(tmp_path), current=[free]).simulation.comparison
    assert (found.without_percentage, found.bands[Measure.PERCENT], found.total.percent) == (3, (), None)
    assert found.overall.quantiles_percent == ()
    assert found.overall.more == 3


def test_units_may_differ_between_rows(tmp_path: Path) -> None:
    text = YEAR.replace("2026-03-02,10,ccf", "2026-03-02,7480.52,gal")  # a little over ten ccf
    found = simulated(written(tmp_path, text)).simulation
    assert found.comparison.total == Change(12400, 12800)
    assert found.comparison.by_tariff[0].usage == {Unit.CCF: Decimal(22), Unit.US_GALLON: Decimal("7480.52")}
    assert found.is_proved


def test_what_cannot_be_compared_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CurrenciesDiffer, match="R-1@1 in CAD and R-1@2 in USD"):
        simulated(written(tmp_path), current=[replace(NOW, currency="CAD")])
    with pytest.raises(NothingToGroupBy, match="grouped by zone: the usage has meter_size"):
        simulated(written(tmp_path), by=["zone"])
    with pytest.raises(NothingToRate, match=r"not one of the 6 rows can be rated, such as usage.csv:2"):
        simulated(written(tmp_path), current=[replace(NOW, code="Z")], proposed=[])
