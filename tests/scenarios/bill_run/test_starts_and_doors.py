"""Who may run, who may post, and what becomes of a run that stopped."""

from __future__ import annotations

import pytest

from chalicelib.domain.billing.door import CycleBusy, CyclePeriodAlreadyPosted
from chalicelib.domain.billing.run import ApprovalPolicy, RunNotReady, RunState, Stage
from chalicelib.domain.kernel.ids import Month
from chalicelib.usecases.decide_bill_run import approve_bill_run, reject_bill_run
from chalicelib.usecases.ports.accounting_periods import PeriodNotOpen
from tests.in_process import InProcess
from tests.towns import NOVEMBER, OCTOBER, entry, on_day, reads_of_town, town

ASK = ApprovalPolicy(always_ask=True)


@pytest.fixture
def utility() -> InProcess:
    made = InProcess()
    made.register(town(shards=2, accounts=2))
    made.read(reads_of_town(OCTOBER, shards=2, accounts=2))
    return made


def posted(utility: InProcess) -> int:
    return len(utility.ledger_of("C01.001", "C01.002"))


def test_a_posted_period_is_not_run_again_and_the_refusal_names_the_run(utility: InProcess) -> None:
    utility.bill(OCTOBER, run="first")
    with pytest.raises(CyclePeriodAlreadyPosted, match="first"):
        utility.bill(OCTOBER, run="second")
    assert posted(utility) == 4


def test_while_a_run_waits_no_other_starts_in_its_cycle(utility: InProcess) -> None:
    utility.bill(OCTOBER, run="first", policy=ASK)
    for month in (OCTOBER, NOVEMBER):
        with pytest.raises(CycleBusy, match="first"):
            utility.bill(month, run="second")


def test_a_waiting_run_posts_when_it_is_approved_and_not_before(utility: InProcess) -> None:
    run = utility.bill(OCTOBER, policy=ASK)
    assert (run.state, posted(utility)) == (RunState.AWAITING_APPROVAL, 0)
    approve_bill_run(
        run_id=run.run_id,
        actor="alice",
        now=utility.now,
        operations=utility.operations,
        executions=utility.executions,
    )
    closed = utility.operations.run(run.run_id)
    assert (closed.state, closed.approved_by, posted(utility)) == (RunState.CLOSED, "alice", 4)


def test_a_rejected_run_leaves_the_books_and_the_cycle(utility: InProcess) -> None:
    run = utility.bill(OCTOBER, policy=ASK)
    reject_bill_run(
        run_id=run.run_id,
        actor="alice",
        reason="wrong tariff",
        now=utility.now,
        operations=utility.operations,
        periods=utility.periods,
        executions=utility.executions,
    )
    assert utility.operations.holder(run.cycle) is None
    assert not utility.periods.in_flight(OCTOBER)
    assert posted(utility) == 0
    assert utility.bill(OCTOBER, run="again").state is RunState.CLOSED


def test_a_posted_run_cannot_be_rejected(utility: InProcess) -> None:
    run = utility.bill(OCTOBER)
    with pytest.raises(RunNotReady):
        reject_bill_run(
            run_id=run.run_id,
            actor="alice",
            reason="too late",
            now=utility.now,
            operations=utility.operations,
            periods=utility.periods,
            executions=utility.executions,
        )


def test_a_waiting_run_can_be_superseded_on_demand(utility: InProcess) -> None:
    utility.bill(OCTOBER, run="first", policy=ASK)
    second = utility.bill(OCTOBER, run="second", supersede=True)
    assert second.state is RunState.CLOSED
    assert {run.run_id: run.state for run in utility.operations.runs()} == {
        "first": RunState.SUPERSEDED,
        "second": RunState.CLOSED,
    }
    assert posted(utility) == 4


def test_a_run_with_a_failed_chunk_stops_before_the_door_and_is_retried_for_that_chunk_alone(
    utility: InProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = utility.reads.reads_of

    def broken(ids, **when):  # type: ignore[no-untyped-def]
        if any("C01.002" in one for one in ids):
            raise RuntimeError("a fault in one shard")
        return whole(ids, **when)

    monkeypatch.setattr(utility.reads, "reads_of", broken)
    run = utility.bill(OCTOBER)
    assert (run.state, posted(utility)) == (RunState.STOPPED, 0)
    reports = utility.operations.chunk_reports(run.run_id, Stage.FREEZE)
    assert [(r.shard, r.is_done) for r in reports] == [("C01.001", True), ("C01.002", False)]

    monkeypatch.setattr(utility.reads, "reads_of", whole)
    again = utility.retry(run, on=on_day(OCTOBER, 13))

    assert again.run_id == run.run_id
    assert again.state is RunState.CLOSED
    assert utility.artefacts.todo(run.run_id, Stage.FREEZE) == ({"shard": "C01.002"},)
    assert posted(utility) == 4


def test_a_run_cannot_post_into_closed_books_and_gives_its_claim_back(utility: InProcess) -> None:
    utility.periods.begin_closing(Month(2026, 10), audit=entry())
    run = utility.bill(OCTOBER)
    assert run.state is RunState.REJECTED
    assert isinstance(utility.executions.errors[run.run_id], PeriodNotOpen)
    assert utility.operations.holder(run.cycle) is None
