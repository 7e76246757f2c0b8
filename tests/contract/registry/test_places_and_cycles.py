"""What every registry store promises of places, meters, cycles and the utility itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.kernel.calendar import BusinessCalendar
from chalicelib.domain.kernel.ids import CycleCode, MeterId, Month, PremiseId, RegisterId, ServicePointId
from chalicelib.domain.premises.bill_cycle import AtWindowClose, BillCycle, Route, Schedule
from chalicelib.domain.premises.service_point import MeterPlacement, Premise
from chalicelib.domain.utility.profile import UtilityProfile
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.usecases.ports.registry import (
    CycleUnknown,
    RegisterUnknown,
    ScheduleUnknown,
    UtilityUnknown,
    save_all,
)
from tests.contract.registry.kept import AN_ADDRESS, Kept, a_service_point
from tests.people import RIVERBEND


def test_service_points_come_in_batches_with_their_meter_history(kept: Kept, fresh: str) -> None:
    points = [a_service_point(f"{fresh}-{number}") for number in range(130)]
    save_all(kept.registry, points)

    found = kept.registry.service_points([*(p.service_point_id for p in points), ServicePointId("none")])

    assert found == {point.service_point_id: point for point in points}


def test_a_premise_is_read_back(kept: Kept, fresh: str) -> None:
    premise = Premise(premise_id=PremiseId(fresh), address=AN_ADDRESS, attributes={"lot_size_sqft": "7200"})
    kept.save(premise)

    assert kept.registry.premises([premise.premise_id, PremiseId("none")]) == {premise.premise_id: premise}


def test_registers_are_found_by_the_number_on_the_meter(kept: Kept, fresh: str) -> None:
    low, high = RegisterId(f"{fresh}.L"), RegisterId(f"{fresh}.H")
    compound = MeterPlacement(
        meter_id=MeterId(fresh),
        registers={"L": low, "H": high},
        service_point_ids=(ServicePointId("OLD"), ServicePointId("NEW")),
    )
    kept.save(compound)

    assert kept.registry.find_meters([fresh, "none"]) == {fresh: compound}
    assert kept.registry.find_register(meter_number=fresh, position="H") == high
    assert kept.registry.find_register(meter_number=fresh) is None
    assert kept.registry.service_point_of_register(low) == "NEW"
    with pytest.raises(RegisterUnknown):
        kept.registry.service_point_of_register(RegisterId(f"{fresh}.X"))


def test_a_cycle_lists_its_routes_in_the_order_they_are_walked(kept: Kept, fresh: str) -> None:
    code = CycleCode(fresh)
    kept.save(
        BillCycle(code=code, name="North", shard_count=7),
        Route(cycle=code, code="A", position=2),
        Route(cycle=code, code="B", position=1, name="Riverside"),
    )

    assert kept.registry.cycle(code) == BillCycle(code=code, name="North", routes=("B", "A"), shard_count=7)
    assert kept.registry.cycle(code) in kept.registry.cycles()
    assert [route.name for route in kept.registry.routes(code)] == ["Riverside", ""]
    with pytest.raises(CycleUnknown, match="no bill cycle has the code 'none'"):
        kept.registry.cycle(CycleCode("none"))


def test_schedules_are_found_by_period(kept: Kept, fresh: str) -> None:
    november = Schedule(
        cycle=CycleCode(fresh),
        period=Month(2026, 11),
        window_open=date(2026, 11, 1),
        expected_read_on=date(2026, 11, 4),
        estimate_from=date(2026, 11, 8),
        window_close=date(2026, 11, 12),
        accounting_date=date(2026, 11, 12),
        bill_date=date(2026, 11, 13),
        due_on=date(2026, 12, 4),
        at_window_close=AtWindowClose.EXCEPT,
    )
    december = replace(november, period=Month(2026, 12))
    kept.save(december, november)

    assert kept.registry.schedule(cycle=CycleCode(fresh), period=Month(2026, 11)) == november
    assert kept.registry.schedules(CycleCode(fresh)) == [november, december]
    with pytest.raises(ScheduleUnknown, match="2027-01"):
        kept.registry.schedule(cycle=CycleCode(fresh), period=Month(2027, 1))


def test_the_utility_is_the_last_profile_saved(kept: Kept) -> None:
    try:
        before: UtilityProfile | None = kept.registry.utility()  # the store may outlive the test
    except UtilityUnknown:
        before = None
    for name in ("Riverbend Water", "Lakeside Water"):
        profile = replace(RIVERBEND, name=name)
        kept.change(before, profile)
        assert kept.registry.utility() == profile
        before = profile


def test_a_utility_that_never_said_who_it_is_is_asked_to() -> None:
    with pytest.raises(UtilityUnknown, match="headgate utility publish"):
        MemoryRegistryStore().utility()


def test_the_calendar_is_the_last_one_saved(kept: Kept) -> None:
    for holidays in (frozenset({date(2026, 7, 3)}), frozenset({date(2026, 7, 3), date(2026, 12, 25)})):
        after = BusinessCalendar(weekend=frozenset({4, 5}), holidays=holidays)
        kept.change(kept.registry.calendar(), after)

        assert kept.registry.calendar() == BusinessCalendar(weekend=frozenset({4, 5}), holidays=holidays)
