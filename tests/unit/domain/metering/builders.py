"""Small meters, service points and reads for the tests of metering."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    MeterId,
    PremiseId,
    RegisterId,
    ServicePointId,
)
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.meter_read import MeterRead, ReadQuality
from chalicelib.domain.premises.service_agreement import (
    LinkRole,
    ServiceAgreement,
    ServicePointLink,
    ServiceType,
)
from chalicelib.domain.premises.service_point import MeterInstallation, Register, RegisterFace, ServicePoint

LONG_AGO = date(2020, 1, 1)
CUBIC_METERS = RegisterFace(dials=6, decimals=0, unit=Unit.CUBIC_METER)


def a_face(
    *, dials: int = 6, decimals: int = 0, unit: Unit = Unit.CUBIC_METER, multiplier: str = "1"
) -> RegisterFace:
    return RegisterFace(dials=dials, decimals=decimals, unit=unit, multiplier=Decimal(multiplier))


def a_register(register_id: str = "r1", *faces: tuple[date, RegisterFace]) -> Register:
    return Register(register_id=RegisterId(register_id), face=Dated(faces or ((LONG_AGO, CUBIC_METERS),)))


def hung(
    *registers: Register,
    on: date = LONG_AGO,
    at: str | Sequence[str] = "0",
    removed_on: date | None = None,
    removed_at: str | None = None,
) -> MeterInstallation:
    """A meter hung on a day at some dials, perhaps taken down at others."""
    ids = [register.register_id for register in registers]
    values = [at] * len(ids) if isinstance(at, str) else at
    return MeterInstallation(
        meter_id=MeterId("m-" + ids[0]),
        registers=registers,
        installed_on=on,
        install_values=dict(zip(ids, map(Decimal, values), strict=True)),
        removed_on=removed_on,
        removal_values={} if removed_at is None else dict.fromkeys(ids, Decimal(removed_at)),
    )


def a_point(*installations: MeterInstallation, sp: str = "sp1") -> ServicePoint:
    return ServicePoint(
        service_point_id=ServicePointId(sp), premise_id=PremiseId("p1"), installations=installations
    )


def a_link(
    sp: str = "sp1",
    *,
    role: LinkRole = LinkRole.ADD,
    share: str = "1",
    start: date = LONG_AGO,
    end: date | None = None,
) -> ServicePointLink:
    return ServicePointLink(
        service_point_id=ServicePointId(sp), start=start, end=end, role=role, share=Decimal(share)
    )


def an_agreement(*links: ServicePointLink, end: date | None = None) -> ServiceAgreement:
    return ServiceAgreement(
        agreement_id=AgreementId("sa1"),
        account_id=AccountId("C01.000-AAAAAAAAAA"),
        service_type=ServiceType.WATER,
        start=LONG_AGO,
        end=end,
        tariff=Dated.since(LONG_AGO, "RES"),
        links=links or (a_link(),),
    )


def points(*service_points: ServicePoint) -> dict[ServicePointId, ServicePoint]:
    return {point.service_point_id: point for point in service_points}


def a_read(
    day: date,
    value: str,
    *,
    register_id: str = "r1",
    quality: ReadQuality = ReadQuality.ACTUAL,
    hour: int = 9,
) -> MeterRead:
    return MeterRead(
        register_id=RegisterId(register_id),
        taken_at=datetime.combine(day, time(hour), UTC),
        read_on=day,
        value=Decimal(value),
        quality=quality,
    )


def by_register(*reads: MeterRead) -> dict[RegisterId, list[MeterRead]]:
    found: dict[RegisterId, list[MeterRead]] = {}
    for read in reads:
        found.setdefault(read.register_id, []).append(read)
    return found
