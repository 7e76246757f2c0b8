"""What an account is supplied with, on which rate, measured where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId, ServicePointId


class ServiceType(StrEnum):
    """The service an agreement is for."""

    WATER = "water"
    SEWER = "sewer"
    STORMWATER = "stormwater"
    TRASH = "trash"
    IRRIGATION = "irrigation"
    FIRE = "fire"
    HYDRANT = "hydrant"


class LinkRole(StrEnum):
    """What a service point's usage does to the agreement's."""

    ADD = "add"
    SUBTRACT = "subtract"  # a deduct meter: irrigation water that never reaches the sewer
    CHECK = "check"  # compared, never billed


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePointLink:
    """A dated link from an agreement to a service point; `share` of its usage counts (0 < share ≤ 1)."""

    service_point_id: ServicePointId
    start: date
    end: date | None = None
    role: LinkRole = LinkRole.ADD
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceAgreement:
    """One service to one account from `start` until `end` (half-open; None: still running).

    `tariff` is the rate code in force by day. `determinants` are the dated facts that rating looks up:
    meter_size (billing size), dwelling_units, exemptions and whatever else a tariff declares. An agreement
    without links is flat: it is billed without usage. `billed_until` is the day up to which a former system
    has billed: the first segment made here starts there. None: nothing was billed before `start`.
    """

    agreement_id: AgreementId
    account_id: AccountId
    service_type: ServiceType
    start: date
    end: date | None = None
    tariff: Dated[str]
    determinants: Mapping[str, Dated[Decimal | str]] = field(default_factory=dict)
    links: tuple[ServicePointLink, ...] = ()
    billed_until: date | None = None

    @property
    def is_metered(self) -> bool:
        """Whether usage is measured for this agreement."""
        return any(link.role is not LinkRole.CHECK for link in self.links)
