"""What is saved in a registry store, and the audit trail of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Account, Address
from chalicelib.domain.customers.sealed_person import SealedPerson, SearchToken
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    CycleCode,
    MeterId,
    PersonId,
    PremiseId,
    RegisterId,
    ServicePointId,
    UserId,
)
from chalicelib.domain.kernel.personal import Retention
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.service_agreement import (
    LinkRole,
    ServiceAgreement,
    ServicePointLink,
    ServiceType,
)
from chalicelib.domain.premises.service_point import MeterInstallation, Register, RegisterFace, ServicePoint
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.registered import Registered
from chalicelib.usecases.ports.registry import Change, RegistryBatch, RegistryStore

SPRING, SUMMER = date(2026, 3, 1), date(2026, 7, 1)


class Kept:
    """A store and the audit trail that its writes go to."""

    def __init__(self, registry: RegistryStore, audit: AuditStore) -> None:
        self.registry = registry
        self.audit = audit

    def save(self, *things: Registered, entries: tuple[AuditEntry, ...] = ()) -> None:
        self.registry.save(RegistryBatch(things=things, entries=entries))

    def change(
        self, before: Registered | None, after: Registered, *, entries: tuple[AuditEntry, ...] = ()
    ) -> None:
        self.registry.save(RegistryBatch(changes=(Change(before, after),), entries=entries))


def an_account(fresh: str, *, serial: int = 1, shard: str = "001", cycle: str = "") -> AccountWithAgreements:
    account_id = AccountId(f"{fresh}.{shard}-{serial:010d}")
    return AccountWithAgreements(
        account=Account(
            account_id=account_id,
            number=f"{fresh}-{shard}-{serial}",
            person_id=PersonId(f"person-{serial}"),
            cycle=CycleCode(cycle or fresh),
            currency="USD",
            opened_on=SPRING,
        ),
        agreements=(
            ServiceAgreement(
                agreement_id=AgreementId("SEWER"),
                account_id=account_id,
                service_type=ServiceType.SEWER,
                start=SPRING,
                end=SUMMER,
                tariff=Dated.since(SPRING, "S-1"),
                billed_until=date(2026, 5, 4),
            ),
            ServiceAgreement(
                agreement_id=AgreementId("WATER"),
                account_id=account_id,
                service_type=ServiceType.WATER,
                start=SPRING,
                tariff=Dated(((SPRING, "R-1"), (SUMMER, "R-2"))),
                # The number 2 and the text "2" are two things and must stay so.
                determinants={
                    "dwelling_units": Dated.since(SPRING, Decimal("2")),
                    "meter_size": Dated(((SPRING, "2"), (SUMMER, Decimal("0.750")))),
                },
                links=(
                    ServicePointLink(
                        service_point_id=ServicePointId("SP-1"),
                        start=SPRING,
                        role=LinkRole.SUBTRACT,
                        share=Decimal("0.3333"),
                    ),
                ),
            ),
        ),
    )


def a_service_point(name: str) -> ServicePoint:
    meter = MeterId(f"M-{name}")
    register = RegisterId(f"{meter}.0")
    faces = Dated(
        (
            (SPRING, RegisterFace(dials=5, decimals=2, unit=Unit.CUBIC_METER)),
            (SUMMER, RegisterFace(dials=6, decimals=0, unit=Unit.KGAL, multiplier=Decimal("0.10"))),
        )
    )
    return ServicePoint(
        service_point_id=ServicePointId(name),
        premise_id=PremiseId("P-1"),
        route="R7",
        sequence=40,
        installations=(
            MeterInstallation(
                meter_id=meter,
                registers=(Register(register_id=register, face=faces),),
                installed_on=SPRING,
                install_values={register: Decimal("12.50")},
                removed_on=SUMMER,
                removal_values={register: Decimal("99.00")},
            ),
        ),
    )


def a_sealed_person(name: str, *, word: str = "smith") -> SealedPerson:
    return SealedPerson(
        person_id=PersonId(name),
        fields={"name": "c2VhbGVk", "email": "c2VhbGVkIHRvbw"},
        keys={Retention.RELATIONSHIP: "a2V5", Retention.STATUTORY: "b3RoZXI"},
        tokens=(SearchToken(prefix=f"{name}-prefix", word=word),),
    )


def an_entry(entity_id: str, action: str = "updated") -> AuditEntry:
    return AuditEntry(
        entity="contract", entity_id=entity_id, action=action, actor="test",
        at=datetime(2026, 11, 1, tzinfo=UTC), unique=action,
    )  # fmt: skip


# Places and meters

AN_ADDRESS = Address(lines=("12 Weir Lane",), city="Riverbend", region="CA", postal_code="90000")


def a_user(name: str, *, person: str = "person-1") -> User:
    return User(
        user_id=UserId(name),
        person_id=PersonId(person),
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        created_by="cli:clerk",
    )


def owned(fresh: str, person: str, *serials: int) -> list[AccountWithAgreements]:
    wholes = [an_account(fresh, serial=serial) for serial in serials]
    return [replace(one, account=replace(one.account, person_id=PersonId(person))) for one in wholes]


def with_an_average(whole: AccountWithAgreements, value: str) -> ServiceAgreement:
    agreement = whole.agreements[0]
    average: dict[str, Dated[Decimal | str]] = {"winter_average_ccf": Dated.since(SUMMER, Decimal(value))}
    return replace(agreement, determinants={**agreement.determinants, **average})
