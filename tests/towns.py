"""Small towns for bill runs: simple tariffs, regular reads, figures that can be worked in the head.

Water costs 10.00 and 2.00 a ccf, sewer 5.00 and 1.00 a ccf, trash 12.00. Meters are read on the 10th; account
number n uses 5 + n ccf a month, so that its bill is 10 + 5 + 12 + 3 × (5 + n) dollars.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.person import Account
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import (
    AccountId,
    AgreementId,
    CycleCode,
    MeterId,
    Month,
    PersonId,
    PremiseId,
    RegisterId,
    ServicePointId,
)
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import AtWindowClose, BillCycle, Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement, ServicePointLink, ServiceType
from chalicelib.domain.premises.service_point import MeterInstallation, Register, RegisterFace, ServicePoint
from chalicelib.usecases.ports.registered import Registered

CYCLE = CycleCode("C01")
SEPTEMBER, OCTOBER, NOVEMBER = Month(2026, 9), Month(2026, 10), Month(2026, 11)
MOVED_IN = date(2026, 9, 10)
READ_DAY = 10

_METERED = """
tariff: {code}
version: 1
name: {code}
service_type: {service}
currency: USD
effective_from: 2020-01-01
effectivity: service_day
usage: {{unit: ccf, step: 1, rounding: down}}
charges:
  - {{type: service_charge, code: SVC, label: Service, clause: "1", gl_account: "40{n}0", fund: {service},
     charge_group: {service}, amount: {fixed}}}
  - {{type: commodity_flat, code: USE, label: Usage, clause: "2", gl_account: "40{n}1", fund: {service},
     charge_group: {service}, rate: {rate}}}
"""
_FLAT = """
tariff: TRASH
version: 1
name: Trash
service_type: trash
currency: USD
effective_from: 2020-01-01
effectivity: service_day
charges:
  - {type: service_charge, code: BIN, label: Bin, clause: "1", gl_account: "4030", fund: trash,
     charge_group: trash, amount: 12.00}
"""
TARIFFS = (
    _METERED.format(code="WATER", service="water", n=1, fixed="10.00", rate="2.00"),
    _METERED.format(code="SEWER", service="sewer", n=2, fixed="5.00", rate="1.00"),
    _FLAT,
)


def schedule(
    month: Month, *, cycle: CycleCode = CYCLE, policy: AtWindowClose = AtWindowClose.ESTIMATE
) -> Schedule:
    """Read on the 10th (window 5th to 17th, estimates from the 14th), billed on the 12th, due on the 1st."""
    return Schedule(
        cycle=cycle,
        period=month,
        window_open=_day(month, 5),
        expected_read_on=_day(month, READ_DAY),
        estimate_from=_day(month, 14),
        window_close=_day(month, 18),
        accounting_date=_day(month, 12),
        bill_date=_day(month, 12),
        due_on=_day(month.plus(1), 1),
        at_window_close=policy,
    )


def the_account(number: int, *, shard: int = 1, cycle: CycleCode = CYCLE) -> AccountId:
    """The id of account `number`."""
    return AccountId(f"{cycle}.{shard:03d}-{number:010d}")


def the_register(account_id: AccountId) -> RegisterId:
    """The register that measures an account's water."""
    return RegisterId(f"REG-{account_id}")


def usage_ccf(number: int) -> int:
    """What account `number` uses in a month."""
    return 5 + number


def bill_minor(number: int) -> int:
    """The month's bill of account `number`: water, sewer and trash."""
    return (10 + 5 + 12 + 3 * usage_ccf(number)) * 100


def household(
    number: int, *, shard: int = 1, cycle: CycleCode = CYCLE, since: date = MOVED_IN
) -> tuple[ServicePoint, AccountWithAgreements]:
    """An account with water and sewer behind one meter, and trash, all since `since`."""
    account_id = the_account(number, shard=shard, cycle=cycle)
    point_id, register_id = ServicePointId(f"SP-{account_id}"), the_register(account_id)
    face = RegisterFace(dials=6, decimals=0, unit=Unit.CCF)
    point = ServicePoint(
        service_point_id=point_id,
        premise_id=PremiseId(f"PR-{account_id}"),
        installations=(
            MeterInstallation(
                meter_id=MeterId(f"M-{account_id}"),
                registers=(Register(register_id=register_id, face=Dated.since(since, face)),),
                installed_on=since,
                install_values={register_id: Decimal(100)},
            ),
        ),
    )
    link = ServicePointLink(service_point_id=point_id, start=since)

    def agreement(service: ServiceType, *links: ServicePointLink) -> ServiceAgreement:
        return ServiceAgreement(
            agreement_id=AgreementId(f"{account_id}.{service.value}"),
            account_id=account_id,
            service_type=service,
            start=since,
            tariff=Dated.since(since, service.value.upper()),
            links=links,
        )

    account = Account(
        account_id=account_id,
        number=f"{cycle}-{shard}-{number}",
        person_id=PersonId(f"P-{account_id}"),
        cycle=cycle,
        currency="USD",
        opened_on=since,
    )
    agreements = (
        agreement(ServiceType.SEWER, link),
        agreement(ServiceType.TRASH),
        agreement(ServiceType.WATER, link),
    )
    return point, AccountWithAgreements(account=account, agreements=agreements)


def a_read(
    number: int,
    month: Month,
    *,
    shard: int = 1,
    cycle: CycleCode = CYCLE,
    value: int | None = None,
    day: int = READ_DAY,
) -> MeterRead:
    """The month's read of an account's meter, which showed 100 on moving in."""
    months = (month.year - MOVED_IN.year) * 12 + month.month - MOVED_IN.month
    on = _day(month, day)
    return MeterRead(
        register_id=the_register(the_account(number, shard=shard, cycle=cycle)),
        taken_at=datetime(on.year, on.month, on.day, 9, tzinfo=UTC),
        read_on=on,
        value=Decimal(100 + usage_ccf(number) * months if value is None else value),
    )


def town(
    *,
    shards: int = 1,
    accounts: int = 3,
    cycle: CycleCode = CYCLE,
    months: Iterable[Month] = (OCTOBER, NOVEMBER),
) -> Iterator[Registered]:
    """A cycle of `shards` shards with `accounts` households each, numbered from 1 in every shard."""
    yield BillCycle(code=cycle, name="Riverside", shard_count=shards)
    for month in months:
        yield schedule(month, cycle=cycle)
    for shard in range(1, shards + 1):
        for number in range(1, accounts + 1):
            yield from household(number, shard=shard, cycle=cycle)


def reads_of_town(
    month: Month, *, shards: int = 1, accounts: int = 3, cycle: CycleCode = CYCLE
) -> list[MeterRead]:
    """The month's read of every meter."""
    return [
        a_read(number, month, shard=shard, cycle=cycle)
        for shard in range(1, shards + 1)
        for number in range(1, accounts + 1)
    ]


def entry(entity_id: str = "town") -> AuditEntry:
    """An audit entry for setting things up."""
    return AuditEntry(
        entity="test",
        entity_id=entity_id,
        action="set_up",
        actor="test",
        at=datetime(2026, 9, 1, tzinfo=UTC),
        unique="1",
    )


def on_day(month: Month, day: int) -> date:
    """A day of a month."""
    return _day(month, day)


def _day(month: Month, day: int) -> date:
    return date(month.year, month.month, day)
