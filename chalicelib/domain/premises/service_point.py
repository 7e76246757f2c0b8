"""Where water is delivered and measured, and the meters that hang there over time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from chalicelib.domain.customers.person import Address
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import MeterId, PremiseId, RegisterId, ServicePointId
from chalicelib.domain.kernel.quantity import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Premise:
    """A property. Its address belongs to the place, not to a person, and stays when people move."""

    premise_id: PremiseId
    address: Address
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFace:
    """How a register's dials turn into water: value × multiplier, in `unit`.

    `dials` counts the digits before the point and `decimals` those after it; the register rolls over from
    10**dials to zero.
    """

    dials: int
    decimals: int
    unit: Unit
    multiplier: Decimal = Decimal(1)

    @property
    def capacity(self) -> Decimal:
        """The first value the dials cannot show."""
        return Decimal(10) ** self.dials


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One counting register of a meter: compound meters have two (`L`ow and `H`igh flow)."""

    register_id: RegisterId
    face: Dated[RegisterFace]
    position: str = "0"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterInstallation:
    """A meter at a service point from `installed_on` until `removed_on` (half-open; None: still there).

    `install_values` and `removal_values` are the dials of each register on those days.
    """

    meter_id: MeterId
    registers: tuple[Register, ...]
    installed_on: date
    install_values: Mapping[RegisterId, Decimal]
    removed_on: date | None = None
    removal_values: Mapping[RegisterId, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePoint:
    """A place where one service is delivered, with its whole history of meters, oldest first."""

    service_point_id: ServicePointId
    premise_id: PremiseId
    route: str = ""
    sequence: int = 0
    installations: tuple[MeterInstallation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterPlacement:
    """Where a meter has hung: its registers by position, its service points in order of installation."""

    meter_id: MeterId
    registers: Mapping[str, RegisterId]
    service_point_ids: tuple[ServicePointId, ...]


def register_id(*, meter_id: MeterId, position: str) -> RegisterId:
    """The id of a meter's register: the meter's id, a point, the position."""
    return RegisterId(f"{meter_id}.{position}")


def meter_of(register: RegisterId) -> MeterId:
    """The meter a register belongs to: what stands before the last point of its id."""
    return MeterId(register.rpartition(".")[0])


def placements(service_points: Iterable[ServicePoint]) -> list[MeterPlacement]:
    """Where the meters of `service_points` have hung, over all of them, in order of meter id."""
    hung: dict[MeterId, list[tuple[date, ServicePointId]]] = {}
    registers: dict[MeterId, dict[str, RegisterId]] = {}
    for point in service_points:
        for installation in point.installations:
            meter = installation.meter_id
            hung.setdefault(meter, []).append((installation.installed_on, point.service_point_id))
            faces = registers.setdefault(meter, {})
            faces.update({register.position: register.register_id for register in installation.registers})
    return [
        MeterPlacement(
            meter_id=meter,
            registers=registers[meter],
            # A meter that came back counts where it hangs now, not where it first hung.
            service_point_ids=tuple(dict.fromkeys(point for _, point in sorted(hung[meter], reverse=True)))[
                ::-1
            ],
        )
        for meter in sorted(hung)
    ]
