"""A town whose sewer is charged on the winter: what it is tested with from the proposal to the bill.

Meters are read on the 10th, water is measured since November 10, 2026, so that four bills end in the winter
of 2027. Sewer costs 2.00 a ccf of winter average and is not measured itself; without an average, 5 ccf stand.

| account | bills of December to March | average |
|---|---|---|
| 1 | 12, 11, 13, 12 | 12 |
| 2 | 30, 30, 30, 30 | 30, held at 20 |
| 3 | 9, 9; moved in on January 10 | the median of 7, 12 and 30: 12 |
| 4 | 7, 8, 6, 7 | 7 |
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from chalicelib.domain.averages.rule import AveragingRule
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId, CycleCode, Month
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle
from chalicelib.domain.premises.service_agreement import LinkRole, ServiceType
from chalicelib.tariff_documents.averages import read_averaging_rule
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.registry import Registered
from chalicelib.usecases.published_tariffs import PublishedTariff, put_published
from tests.towns import CYCLE, household, schedule, the_account, the_register

WINTER = (Month(2026, 12), Month(2027, 1), Month(2027, 2), Month(2027, 3))
APRIL = Month(2027, 4)
EFFECTIVE = date(2027, 4, 1)
PROPOSED_ON = date(2027, 4, 2)
AVERAGE = "winter_average_ccf"
VALUES = {1: Decimal(12), 2: Decimal(20), 3: Decimal(12), 4: Decimal(7)}
_USED = {1: (12, 11, 13, 12), 2: (30, 30, 30, 30), 3: (0, 0, 9, 9), 4: (7, 8, 6, 7)}
_MOVED_IN, _MOVED_IN_LATE = date(2026, 11, 10), date(2027, 1, 10)

SEWER_TARIFF = """
tariff: SEWER-W
version: 1
name: Sewer by winter average
service_type: sewer
currency: USD
effective_from: 2020-01-01
effectivity: period_end
determinants:
  winter_average_ccf: {kind: count, source: history, label: Winter average, unit: ccf, default: "5"}
charges:
  - {type: service_charge, code: FLOW, label: Sewer flow, clause: "1", gl_account: "4020", fund: sewer,
     charge_group: sewer, times: winter_average_ccf, amount: 2.00}
"""
RULE = """
average: WINTER
name: Winter average of residential sewer
determinant: winter_average_ccf
service: sewer
usage_of: water
unit: ccf
window: {from: 12-01, to: 03-31}
method: mean_per_bill
least_bills: 3
rounding: {step: 1, rule: half_up}
floor: 1
cap: 20
default: [last_year, class_median]
effective: 04-01
"""


def the_rule(*changes: tuple[str, str]) -> AveragingRule:
    """The town's rule, with some text exchanged."""
    text = RULE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_averaging_rule(text, file="winter_town.py")


def publish_sewer(store: ArtefactStore) -> None:
    """Have bill runs use the tariff of the town's sewer."""
    loaded = load_tariff(SEWER_TARIFF, file="winter_town.py")
    tariff = PublishedTariff(
        code=loaded.version.code, version=loaded.version.version, canonical=loaded.canonical
    )
    put_published(store, tariff)


def the_sewer(account_id: AccountId) -> AgreementId:
    """The sewer agreement of an account."""
    return AgreementId(f"{account_id}.sewer")


def winter_town(*, shards: int = 1, cycle: CycleCode = CYCLE) -> Iterator[Registered]:
    """A cycle of `shards` shards, with the four accounts in each."""
    yield BillCycle(code=cycle, name="Hillside", shard_count=shards)
    for month in (*WINTER, APRIL):
        yield schedule(month, cycle=cycle)
    for shard in range(1, shards + 1):
        for number in _USED:
            since = _MOVED_IN_LATE if number == 3 else _MOVED_IN
            point, whole = household(number, shard=shard, cycle=cycle, since=since)
            yield point
            yield _on_winter_average(whole, since)


def _on_winter_average(whole: AccountWithAgreements, since: date) -> AccountWithAgreements:
    agreements = []
    for one in whole.agreements:
        if one.service_type is ServiceType.SEWER:
            links = tuple(replace(link, role=LinkRole.CHECK) for link in one.links)
            one = replace(one, tariff=Dated.since(since, "SEWER-W"), links=links)
        agreements.append(one)
    return replace(whole, agreements=tuple(agreements))


def winter_reads(month: Month, *, shards: int = 1, cycle: CycleCode = CYCLE) -> list[MeterRead]:
    """The month's reads; in April everybody has used 10 ccf."""
    months = [*WINTER, APRIL]
    so_far = months.index(month) + 1
    found = []
    for shard in range(1, shards + 1):
        for number, used in _USED.items():
            if number == 3 and so_far < 3:
                continue
            account_id = the_account(number, shard=shard, cycle=cycle)
            found.append(
                MeterRead(
                    register_id=the_register(account_id),
                    taken_at=datetime(month.year, month.month, 10, 9, tzinfo=UTC),
                    read_on=date(month.year, month.month, 10),
                    value=Decimal(100 + sum((*used, 10)[:so_far])),
                )
            )
    return found
