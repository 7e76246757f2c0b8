"""Premises, service points, meters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise

from chalicelib.domain.kernel.ids import MeterId, PremiseId, ServicePointId
from chalicelib.domain.kernel.rows import Row, RowRefused
from chalicelib.domain.premises.service_point import ServicePoint, placements
from chalicelib.usecases.ports.registry import Change
from chalicelib.usecases.registry_load.intake import Candidate, Groups, Intake
from chalicelib.usecases.registry_load.known import Known
from chalicelib.usecases.registry_load.people import ROWS_AT_ONCE, in_chunks
from chalicelib.usecases.registry_rows.place_rows import (
    METERS,
    PREMISES,
    SERVICE_POINTS,
    installations_of,
    point_of,
    premise_of,
)


def load_premises(intake: Intake, known: Known) -> None:
    """premises.csv."""

    def candidates() -> Iterator[Candidate]:
        for rows in in_chunks(intake.unique("premises.csv", PREMISES, "premise"), ROWS_AT_ONCE):
            stored = intake.registry.premises(PremiseId(row.cells["premise"]) for row in rows)
            for row in rows:
                try:
                    premise = premise_of(row)
                except RowRefused as refused:
                    intake.refuse(refused)
                    continue
                known.premises.add(premise.premise_id)
                before = stored.get(premise.premise_id)
                yield Candidate(
                    entity="premise",
                    entity_id=premise.premise_id,
                    before=before,
                    after=premise,
                    change=Change(before, premise),
                    rows=[row],
                )

    intake.keep(candidates())


def load_service_points(intake: Intake, known: Known) -> None:
    """service_points.csv and meters.csv: each point with its meters or not at all.

    A point that meters.csv alone names must be stored already. Installations that are stored and not named
    stay.
    """
    meters = intake.groups("meters.csv", METERS, "service_point")
    own = {
        row.cells["service_point"]: row
        for row in intake.unique("service_points.csv", SERVICE_POINTS, "service_point")
    }
    known.find_premises(PremiseId(row.cells["premise"]) for row in own.values())
    keys = list(dict.fromkeys([*own, *meters.rows]))
    stored = intake.registry.service_points(map(ServicePointId, keys))
    built: dict[ServicePointId, Candidate] = {}
    for key in keys:
        before = stored.get(ServicePointId(key))
        rows = [*([own[key]] if key in own else ()), *meters.rows.get(key, ())]
        try:
            candidate = _point(key, own.get(key), meters, before, known)
        except RowRefused as refused:
            intake.refuse(refused, together=rows)
        else:
            if blocker := meters.blocker(key):
                intake.hold_back(rows, because=blocker)
            else:
                built[ServicePointId(key)] = replace(candidate, rows=rows)
    elsewhere = _points_elsewhere(intake, built)
    _refuse_meters_in_two_places(intake, built, elsewhere)
    known.points |= set(built)
    intake.keep(built.values())
    _keep_placements(intake, [*elsewhere.values(), *(candidate.after for candidate in built.values())])


def _point(key: str, own: Row | None, meters: Groups, before: ServicePoint | None, known: Known) -> Candidate:
    rows = meters.rows.get(key, [])
    if own is None and before is None:
        raise rows[0].refused("service_point", f"{key!r} is not known", "add it to service_points.csv")
    installations = before.installations if before else ()
    if rows:
        installations = installations_of(rows, stored=installations)
    if own is not None:
        point = point_of(own, installations=installations)
        known.require(own, "premise", found=point.premise_id in known.premises, file="premises.csv")
        if point.route:
            known.require(own, "route", found=point.route in known.routes, file="routes.csv")
    else:
        assert before is not None
        point = replace(before, installations=installations)
    return Candidate(
        entity="service_point",
        entity_id=point.service_point_id,
        before=before,
        after=point,
        change=Change(before, point),
    )


def _meters_of(points: Mapping[ServicePointId, Candidate]) -> set[str]:
    return {
        installation.meter_id
        for candidate in points.values()
        for point in (candidate.before, candidate.after)
        if point is not None
        for installation in point.installations
    }


def _points_elsewhere(
    intake: Intake, built: Mapping[ServicePointId, Candidate]
) -> dict[ServicePointId, ServicePoint]:
    """Stored points that the load does not touch and where one of its meters hangs or hung."""
    found = intake.registry.find_meters(_meters_of(built))
    others = {point for placement in found.values() for point in placement.service_point_ids}
    return dict(intake.registry.service_points(others - set(built)))


def _refuse_meters_in_two_places(
    intake: Intake,
    built: dict[ServicePointId, Candidate],
    elsewhere: Mapping[ServicePointId, ServicePoint],
) -> None:
    """Take points out of `built` where a meter hangs that hangs elsewhere at the same time."""
    hung: dict[MeterId, list[tuple[date, date, ServicePointId]]] = {}
    for point in (*elsewhere.values(), *(candidate.after for candidate in built.values())):
        for one in point.installations:
            stay = (one.installed_on, one.removed_on or date.max, point.service_point_id)
            hung.setdefault(one.meter_id, []).append(stay)
    for meter, stays in hung.items():
        for (_, gone, there), (came, _, here) in pairwise(sorted(stays)):
            fault = here if here in built else there
            if gone > came and fault in built:
                candidate = built.pop(fault)
                row = next(
                    (row for row in candidate.rows if row.cells.get("meter") == meter), candidate.rows[0]
                )
                other = there if fault == here else here
                reason = f"meter {meter} hangs at {other} at the same time"
                intake.refuse(
                    row.refused("meter", reason, "correct its dates or its number"), together=candidate.rows
                )


def _keep_placements(intake: Intake, points: list[ServicePoint]) -> None:
    now = placements(points)
    stored = intake.registry.find_meters(placement.meter_id for placement in now)
    intake.keep(
        Candidate(
            entity="meter",
            entity_id=placement.meter_id,
            before=stored.get(placement.meter_id),
            after=placement,
            change=Change(stored.get(placement.meter_id), placement),
        )
        for placement in now
    )
