"""Where meters hang, told from the histories of service points."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import MeterId, PremiseId, RegisterId, ServicePointId
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.premises.service_point import (
    MeterInstallation,
    Register,
    RegisterFace,
    ServicePoint,
    meter_of,
    placements,
    register_id,
)


def a_stay(meter: str, start: date, end: date | None = None, position: str = "0") -> MeterInstallation:
    register = register_id(meter_id=MeterId(meter), position=position)
    face = Dated.since(start, RegisterFace(dials=5, decimals=0, unit=Unit.CCF))
    return MeterInstallation(
        meter_id=MeterId(meter),
        registers=(Register(register_id=register, face=face, position=position),),
        installed_on=start,
        install_values={},
        removed_on=end,
    )


def a_point(name: str, *stays: MeterInstallation) -> ServicePoint:
    return ServicePoint(service_point_id=ServicePointId(name), premise_id=PremiseId("P"), installations=stays)


def test_a_hydrant_meter_is_where_it_was_brought_last() -> None:
    here = a_point("HERE", a_stay("M", date(2024, 1, 1), date(2024, 3, 1)), a_stay("M", date(2025, 1, 1)))
    there = a_point("THERE", a_stay("M", date(2024, 6, 1), date(2024, 9, 1)))

    [placement] = placements([here, there])

    assert placement.service_point_ids == ("THERE", "HERE")
    assert placement.registers == {"0": "M.0"}


def test_meters_come_in_order_of_their_ids() -> None:
    point = a_point("P", a_stay("M-2", date(2024, 1, 1), date(2025, 1, 1)), a_stay("M-1", date(2025, 1, 1)))

    assert [placement.meter_id for placement in placements([point])] == ["M-1", "M-2"]


def test_a_register_id_names_its_meter_whatever_its_number() -> None:
    register = register_id(meter_id=MeterId("A.7.0"), position="L")

    assert (register, meter_of(register)) == (RegisterId("A.7.0.L"), "A.7.0")
