"""What every AccountingPeriods promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.kernel.ids import Month, RunId
from chalicelib.storage.memory.accounting_periods import MemoryAccountingPeriods
from chalicelib.usecases.ports.accounting_periods import (
    AccountingPeriods,
    ClosingNotBegun,
    PeriodBusy,
    PeriodNotOpen,
    PeriodState,
)
from tests.ledger_builders import DECEMBER, NOVEMBER, OCTOBER

RUN, OTHER = RunId("run-1"), RunId("run-2")


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def periods(request: pytest.FixtureRequest) -> AccountingPeriods:
    if request.param == "memory":
        return MemoryAccountingPeriods()
    from chalicelib.bootstrap import aws_client
    from chalicelib.storage.accounting_periods import DynamoAccountingPeriods

    names = request.getfixturevalue("local_cloud").settings
    client = aws_client("dynamodb")
    # The books are one item for the whole utility: each test begins with none.
    client.delete_item(TableName=names.operations_table, Key={"pk": {"S": "BOOKS"}, "sk": {"S": "BOOKS"}})
    return DynamoAccountingPeriods(client, table=names.operations_table, audit_table=names.audit_table)


def signed(period: Month, action: str) -> AuditEntry:
    now = datetime.now(UTC)
    return AuditEntry(
        entity="accounting_period", entity_id=str(period), action=action, actor="test", at=now, unique=action
    )


def begin(periods: AccountingPeriods, period: Month) -> None:
    periods.begin_closing(period, audit=signed(period, "began closing"))


def close(periods: AccountingPeriods, period: Month) -> None:
    begin(periods, period)
    periods.finish_closing(period, audit=signed(period, "closed"))


def test_a_month_nobody_has_closed_is_open(periods: AccountingPeriods) -> None:
    assert periods.state(NOVEMBER) is PeriodState.OPEN
    assert periods.closed_through() is None


def test_whoever_is_inside_an_earlier_month_is_inside_a_later_one_too(periods: AccountingPeriods) -> None:
    """Closing a month closes those before it: whoever closes must know all who are in the way."""
    periods.enter(OCTOBER, RUN)
    periods.enter(NOVEMBER, OTHER)
    assert periods.in_flight(NOVEMBER) == {RUN, OTHER}
    assert periods.in_flight(OCTOBER) == {RUN}


def test_a_run_is_in_flight_from_entering_to_leaving(periods: AccountingPeriods) -> None:
    periods.enter(NOVEMBER, RUN)
    periods.enter(NOVEMBER, RUN)
    periods.enter(NOVEMBER, OTHER)
    assert periods.in_flight(NOVEMBER) == {RUN, OTHER}

    periods.leave(NOVEMBER, RUN)
    periods.leave(NOVEMBER, RUN)
    assert periods.in_flight(NOVEMBER) == {OTHER}
    assert periods.in_flight(OCTOBER) == frozenset()


def test_closing_waits_for_runs_inside_the_period_or_an_earlier_one(periods: AccountingPeriods) -> None:
    periods.enter(OCTOBER, RUN)
    periods.enter(DECEMBER, OTHER)

    with pytest.raises(PeriodBusy, match="2026-10 run-1"):
        begin(periods, NOVEMBER)
    assert periods.state(NOVEMBER) is PeriodState.OPEN

    periods.leave(OCTOBER, RUN)
    begin(periods, NOVEMBER)
    assert periods.state(NOVEMBER) is PeriodState.CLOSING


def test_nothing_enters_a_period_that_is_closing_or_closed(periods: AccountingPeriods) -> None:
    begin(periods, NOVEMBER)
    with pytest.raises(PeriodNotOpen, match="closing"):
        periods.enter(NOVEMBER, RUN)
    with pytest.raises(PeriodNotOpen, match="closing"):
        periods.enter(OCTOBER, RUN)

    close(periods, NOVEMBER)
    with pytest.raises(PeriodNotOpen, match="closed"):
        periods.enter(NOVEMBER, RUN)
    periods.enter(DECEMBER, RUN)


def test_closing_is_safe_to_repeat_and_takes_earlier_months_along(periods: AccountingPeriods) -> None:
    for _ in range(2):
        close(periods, NOVEMBER)
    close(periods, OCTOBER)

    assert periods.closed_through() == NOVEMBER
    assert [periods.state(month) for month in (OCTOBER, NOVEMBER, DECEMBER)] == [
        PeriodState.CLOSED,
        PeriodState.CLOSED,
        PeriodState.OPEN,
    ]


def test_a_closing_that_has_not_begun_cannot_be_finished(periods: AccountingPeriods) -> None:
    with pytest.raises(ClosingNotBegun):
        periods.finish_closing(NOVEMBER, audit=signed(NOVEMBER, "closed"))


def test_a_run_that_races_a_closing_is_inside_or_refused_never_both(periods: AccountingPeriods) -> None:
    def enter(number: int) -> bool:
        try:
            periods.enter(NOVEMBER, RunId(f"racer-{number}"))
        except PeriodNotOpen:
            return False
        return True

    def try_to_close(_: int) -> bool:
        try:
            begin(periods, NOVEMBER)
        except PeriodBusy:
            return False
        return True

    with ThreadPoolExecutor(max_workers=6) as pool:
        closing = pool.submit(try_to_close, 0)
        entered = list(pool.map(enter, range(12)))
        closed = closing.result()

    inside = periods.in_flight(NOVEMBER)
    assert len(inside) == sum(entered)
    assert not (closed and inside)
