"""premises.csv, service_points.csv, meters.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import MeterId, PremiseId, RegisterId, ServicePointId
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import Columns, Row
from chalicelib.domain.premises.service_point import (
    MeterInstallation,
    Premise,
    Register,
    RegisterFace,
    ServicePoint,
    register_id,
)
from chalicelib.usecases.registry_rows.cells import ADDRESS_COLUMNS, address, number, prefixed

ATTRIBUTE = "attribute:"
PREMISES = Columns(
    required=("premise", "street", "city"), optional=ADDRESS_COLUMNS[1:], open_prefixes=(ATTRIBUTE,)
)
SERVICE_POINTS = Columns(required=("service_point", "premise"), optional=("route", "sequence"))
METERS = Columns(
    required=("service_point", "meter", "dials", "unit", "installed_on", "install_value"),
    optional=("register", "decimals", "multiplier", "from", "removed_on", "removal_value"),
)
_MOST_DIALS, _MOST_DECIMALS = 12, 6


def premise_of(row: Row) -> Premise:
    """A premise; its address is the place's and stays clear (docs/adr/0013)."""
    return Premise(
        premise_id=PremiseId(number(row, "premise")),
        address=address(row),
        attributes=prefixed(row, ATTRIBUTE),
    )


def point_of(row: Row, *, installations: tuple[MeterInstallation, ...]) -> ServicePoint:
    """A service point with the meters it has and had."""
    return ServicePoint(
        service_point_id=ServicePointId(number(row, "service_point")),
        premise_id=PremiseId(number(row, "premise")),
        route=row.cells.get("route", ""),
        sequence=row.optional("sequence", row.whole) or 0,
        installations=installations,
    )


def installations_of(
    rows: Sequence[Row], *, stored: Sequence[MeterInstallation] = ()
) -> tuple[MeterInstallation, ...]:
    """A service point's installations, oldest first: those of its rows, and the stored ones they do not name.

    One meter hangs there at a time.
    """
    groups: dict[tuple[date, str], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.date("installed_on"), number(row, "meter")), []).append(row)
    named = {key: _installation(group) for key, group in groups.items()}
    kept = {(one.installed_on, str(one.meter_id)): one for one in stored}
    found = [installation for _, installation in sorted({**kept, **named}.items())]
    for earlier, later in pairwise(found):
        if earlier.removed_on is None or earlier.removed_on > later.installed_on:
            at_fault = groups.get((later.installed_on, later.meter_id), rows)
            raise at_fault[0].refused(
                "installed_on",
                f"meter {earlier.meter_id} still hangs there on {later.installed_on}",
                f"give meter {earlier.meter_id} a removed_on no later than that",
            )
    return tuple(found)


def _installation(rows: Sequence[Row]) -> MeterInstallation:
    """One meter from installation to removal: its rows are registers, and faces of a register by day."""
    first = rows[0]
    meter = MeterId(number(first, "meter"))
    installed_on, removed_on = first.date("installed_on"), first.optional("removed_on", first.date)
    if removed_on is not None and removed_on <= installed_on:
        raise first.refused("removed_on", f"{removed_on} is not after installed_on", "correct one of them")
    by_position: dict[str, list[Row]] = {}
    for row in rows:
        by_position.setdefault(row.cells.get("register") or "0", []).append(row)
        if row.optional("removed_on", row.date) != removed_on:
            raise row.refused(
                "removed_on", f"differs from line {first.line}", "repeat it in every row of the meter"
            )
    registers, installs, removals = [], {}, {}
    for position, faces in sorted(by_position.items()):
        if not position.isalnum():
            raise faces[0].refused(
                "register", f"{position!r} is not a position", "use letters and digits: 0, L, H"
            )
        register = Register(
            register_id=register_id(meter_id=meter, position=position),
            face=_faces(faces, installed_on),
            position=position,
        )
        registers.append(register)
        installs[register.register_id] = _dials(faces[0], "install_value", register, installed_on)
        if removed_on is not None:
            removals[register.register_id] = _dials(faces[0], "removal_value", register, removed_on)
    return MeterInstallation(
        meter_id=meter,
        registers=tuple(registers),
        installed_on=installed_on,
        install_values=_sorted(installs),
        removed_on=removed_on,
        removal_values=_sorted(removals),
    )


def _faces(rows: Sequence[Row], installed_on: date) -> Dated[RegisterFace]:
    entries: list[tuple[date, RegisterFace]] = []
    for row in rows:
        start = row.optional("from", row.date) or installed_on
        if (start <= entries[-1][0]) if entries else (start != installed_on):
            raise row.refused(
                "from", f"{start} does not follow", "the first is installed_on (or empty), then rising"
            )
        entries.append((start, _face(row)))
    return Dated(tuple(entries))


def _face(row: Row) -> RegisterFace:
    dials, decimals = row.whole("dials"), row.optional("decimals", row.whole) or 0
    multiplier = row.optional("multiplier", row.decimal)
    if not 1 <= dials <= _MOST_DIALS:
        raise row.refused(
            "dials", f"{dials} is not between 1 and {_MOST_DIALS}", "count digits before the point"
        )
    if not 0 <= decimals <= _MOST_DECIMALS:
        raise row.refused("decimals", f"{decimals} is not between 0 and {_MOST_DECIMALS}")
    if multiplier is not None and multiplier <= 0:
        raise row.refused("multiplier", f"{multiplier} is not positive")
    unit = row.parsed("unit", Unit.parse)
    return RegisterFace(dials=dials, decimals=decimals, unit=unit, multiplier=multiplier or Decimal(1))


def _dials(row: Row, column: str, register: Register, day: date) -> Decimal:
    value, face = row.decimal(column), register.face.on(day)
    if not 0 <= value < face.capacity:
        raise row.refused(
            column, f"{value} does not fit {face.dials} dials", "correct the value or the dials"
        )
    return value


def _sorted(values: Mapping[RegisterId, Decimal]) -> dict[RegisterId, Decimal]:
    return dict(sorted(values.items()))
