"""A year is billed, with somebody moving in, somebody moving out and a fee; simulated on the rates it was
billed on, it comes to the same cents, charge by charge and account by account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from pathlib import Path

import pytest

from chalicelib import bootstrap
from chalicelib.domain.billing.bill import BillSegment
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Month
from chalicelib.domain.metering.meter_read import MeterRead
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import BillCycle
from chalicelib.domain.tariffs.request import Position
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.bill_off_cycle import bill_off_cycle
from chalicelib.usecases.export_usage import a_year_through, determinants_of, events_of, export_usage
from chalicelib.usecases.ports.registry import Registered
from chalicelib.usecases.ports.simulation import BilledUsage
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.record_event import Happening
from chalicelib.usecases.simulate_tariff import Proposal, Simulated, simulate_tariff
from tests.in_process import InProcess
from tests.rated_elsewhere import Stack
from tests.scenarios.rates.desks import billing, events, posting
from tests.towns import CYCLE, MOVED_IN, TARIFFS, household, schedule, the_account, the_register

WATER = """
tariff: WATER
version: 2
name: Water
service_type: water
currency: USD
effective_from: 2026-09-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
proration:
  normal_days: {from: 27, to: 34}
  basis: scheduled
  tiers: true
  opening_and_closing: by_days
  shortest_opening: {days: 5, charge: usage_only}
determinants:
  meter_size: {kind: choice, default: "5/8"}
  reconnected: {kind: event}
  returned_payment: {kind: event}
charges:
  - {type: service_charge, code: SVC, label: Service, gl_account: "4010", fund: water, charge_group: water,
     amount: {by: meter_size, values: {"5/8": 10.00, "1": 17.35}}}
  - {type: commodity_tiered, code: USE, label: Usage, gl_account: "4011", fund: water, charge_group: water,
     start_is: boundary, tiers: [{start: 0, rate: 2.00}, {start: 5, rate: 3.17}]}
  - {type: one_off, code: RECONNECT, label: Reconnection, gl_account: "4012", fund: water,
     charge_group: fees, when: reconnected, amount: 45.00}
  - {type: one_off, code: RETURNED, label: Returned payment, gl_account: "4012", fund: water,
     charge_group: fees, when: returned_payment, percent: 4.5, at_least: 5.00}
  - {type: tax, code: TAX, label: City tax, gl_account: "4013", fund: water, charge_group: water,
     percent: 5.5, base: [SVC, USE, RECONNECT, RETURNED]}
"""
MONTHS = [Month(2026, 9).plus(number) for number in range(1, 13)]  # October to September
MOVED_OUT, IN_JANUARY, IN_MARCH = date(2027, 4, 20), date(2027, 1, 25), date(2027, 3, 7)
BIGGER_METER = date(2026, 12, 20)
LEAVER, NEWCOMER, LATECOMER, GROWER, SILENT = 2, 3, 4, 5, 6
SINCE = {1: MOVED_IN, LEAVER: MOVED_IN, NEWCOMER: IN_JANUARY, LATECOMER: IN_MARCH, GROWER: MOVED_IN}
SINCE[SILENT] = MOVED_IN


def water(number: int) -> AgreementId:
    return AgreementId(f"{the_account(number)}.water")


def customers() -> Iterator[Registered]:
    yield BillCycle(code=CYCLE, name="Riverside")
    yield from (schedule(month) for month in [Month(2026, 9), *MONTHS])
    for number, since in SINCE.items():
        point, account = household(number, since=since)
        yield point
        if number == LEAVER:
            account = _with(account, end=MOVED_OUT)
        if number == GROWER:
            sizes: Dated[Decimal | str] = Dated(((since, "5/8"), (BIGGER_METER, "1")))
            account = _with(account, determinants={"meter_size": sizes})
        yield account


def _with(account: AccountWithAgreements, **changes: object) -> AccountWithAgreements:
    agreements = tuple(replace(one, **changes) for one in account.agreements)  # type: ignore[arg-type]
    return replace(account, agreements=agreements)


def shown_on(number: int, day: date) -> MeterRead:
    """A dial that began at 100 and counts a third of a unit a day and household number."""
    return MeterRead(
        register_id=the_register(the_account(number)),
        taken_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC),
        read_on=day,
        value=Decimal(100 + (day - SINCE[number]).days * number // 3),
    )


def reads() -> Iterator[MeterRead]:
    for number, since in SINCE.items():
        days = {date(month.year, month.month, 10) for month in MONTHS} | {MOVED_OUT}
        for day in sorted(days):
            missing = number == SILENT and day == date(2027, 2, 10)
            if day > since and not missing and not (number == LEAVER and day > MOVED_OUT):
                yield shown_on(number, day)


@pytest.fixture(scope="module")
def utility() -> InProcess:
    made = InProcess()
    made.publish(load_tariff(WATER, file="year.py"))
    made.register(customers())
    made.read(reads())
    for event, day, value in (
        ("reconnected", date(2026, 11, 3), "1"),
        ("returned_payment", date(2026, 11, 5), "212.40"),
    ):
        events(made).record(
            Happening(account_id=the_account(1), agreement_id=water(1), event=event, day=day, value=value)
        )
    for month in MONTHS:
        run = made.bill(month)
        if month == Month(2027, 2):  # the window closes without a read: it is estimated
            made.retry(run, on=date(2027, 2, 18))
            anew(made, NEWCOMER, opening_of(made, NEWCOMER))
        if month == Month(2027, 5):
            made.read([shown_on(1, date(2027, 5, 24))])
            bill_off_cycle(
                desk=billing(made),
                posting=posting(made, date(2027, 5, 24)),
                artefacts=made.artefacts,
                account_id=the_account(1),
                through=date(2027, 5, 24),
                reason="asked for",
            )
    return made


def opening_of(utility: InProcess, number: int) -> str:
    first = min(
        utility.ledger_reader.account_state(the_account(number)).live_segments(water(number)),
        key=lambda one: one.period,
    )
    return first.transaction_id


def anew(utility: InProcess, number: int, bill_id: str) -> None:
    rebill_segment(
        desk=billing(utility),
        posting=posting(utility, date(2027, 2, 20)),
        artefacts=utility.artefacts,
        account_id=the_account(number),
        bill_id=bill_id,  # type: ignore[arg-type]
        agreement_id=water(number),
        reason="test",
    )


def live_segments(utility: InProcess) -> Iterator[tuple[AccountId, BillSegment]]:
    """What is billed and not canceled, from the ledger."""
    for posted in utility.ledger_of():
        state = utility.ledger_reader.account_state(posted.account_id)
        live = {(one.transaction_id, one.agreement_id) for one in state.segments if one.is_live}
        for segment in posted.bill.segments if posted.bill else ():
            if (posted.transaction_id, segment.agreement_id) in live:
                yield posted.account_id, segment


def exported(utility: InProcess) -> list[BilledUsage]:
    found = export_usage(
        shards=all_shards(utility.registry),
        window=a_year_through(date(2027, 9, 30)),
        registry=utility.registry,
        reader=utility.ledger_reader,
        events=("reconnected", "returned_payment"),
    )
    return list(chain.from_iterable(found))


def simulated(rows: Iterable[BilledUsage], file: Path, *, stack: Stack | None = None) -> Simulated:
    loaded = [load_tariff(text, file="year.py") for text in (WATER, *TARIFFS[1:])]
    dearer = load_tariff(WATER.replace("version: 2", "version: 3").replace("17.35", "20.00"), file="p")
    current = [bootstrap.read_tariff(one.canonical) for one in loaded]
    proposed = [bootstrap.read_tariff(dearer.canonical)]
    names = (*determinants_of(current), *events_of(current))
    bootstrap.usage_writer(file).write(rows, determinants=names)
    documents = {one.version.fingerprint: one.canonical for one in (*loaded, dearer)}
    source = bootstrap.usage_source(
        str(file),
        rating=stack.rating(documents) if stack else None,
        rows_a_part=40 if stack else 200_000,
    )
    return simulate_tariff(Proposal(current=current, proposed=proposed), source=source)


@pytest.mark.parametrize(
    ("name", "on_stack"), [("usage.csv", False), ("usage.parquet", False), ("usage.parquet", True)]
)
def test_every_charge_of_every_account_comes_to_the_cents_that_were_billed(
    name: str, on_stack: bool, utility: InProcess, tmp_path: Path
) -> None:
    by_charge: Counter[tuple[str, str]] = Counter()
    by_account: Counter[str] = Counter()
    for account_id, segment in live_segments(utility):
        for line in segment.lines:
            by_charge[line.tariff.partition("@")[0], line.charge] += line.amount_minor
            by_account[account_id] += line.amount_minor
    stack = Stack() if on_stack else None
    simulation, left_out = simulated(exported(utility), tmp_path / name, stack=stack)
    found = simulation.comparison
    charged: Counter[tuple[str, str]] = Counter()
    for row in found.by_charge:
        charged[row.tariff, row.charge] += row.revenue.now_minor
    assert list(left_out) == []
    assert charged == by_charge
    assert {one.account: one.revenue.now_minor for one in found.accounts} == by_account
    assert simulation.is_proved
    owed = sum(utility.ledger_reader.account_state(the_account(n)).balance_minor for n in SINCE)
    assert found.total.now_minor == owed, "nobody has paid: what was billed is owed"
    assert (charged["WATER", "RECONNECT"], charged["WATER", "RETURNED"]) == (4500, 956)


def test_the_file_says_where_bills_stand_and_what_happened(utility: InProcess) -> None:
    rows = {(row.account, row.start): row for row in exported(utility) if row.tariff == "WATER"}
    stand = {key: row.position for key, row in rows.items() if row.position is not Position.REGULAR}
    openings = {(the_account(number), since): Position.OPENING for number, since in SINCE.items()}
    assert stand == {**openings, (the_account(LEAVER), date(2027, 4, 10)): Position.CLOSING}
    assert rows[the_account(1), date(2026, 10, 10)].determinants == {
        "reconnected": "2026-11-03=1",
        "returned_payment": "2026-11-05=212.40",
    }
    grown = [rows[the_account(GROWER), date(2026, month, 10)] for month in (11, 12)]
    assert [row.determinants["meter_size"] for row in grown] == ["5/8", "5/8; 2026-12-20=1"]
    assert {row.scheduled_days for row in rows.values()} == {28, 30, 31}
    assert rows[the_account(NEWCOMER), IN_JANUARY].scheduled_days == 31


def test_without_what_the_file_says_of_them_the_cents_would_be_others(
    utility: InProcess, tmp_path: Path
) -> None:
    """The tests above would not hold of a file that says less."""
    rows = exported(utility)
    billed = simulated(rows, tmp_path / "all.csv").simulation.comparison.total.now_minor
    for less in (
        {"position": Position.REGULAR},
        {"scheduled_days": 30},
        {"determinants": {}},
    ):
        changed = [replace(row, **less) for row in rows]  # type: ignore[arg-type]
        total = simulated(changed, tmp_path / "less.csv").simulation.comparison.total.now_minor
        assert total != billed, less


def test_the_bill_of_an_opening_made_anew_is_an_opening_bill(utility: InProcess) -> None:
    bills = [
        segment
        for posted in utility.ledger_of()
        for segment in (posted.bill.segments if posted.bill else ())
        if segment.agreement_id == water(NEWCOMER) and segment.period.start == IN_JANUARY
    ]
    first, second = bills
    assert first.lines == second.lines
    assert first.period.end - first.period.start == timedelta(days=16)
