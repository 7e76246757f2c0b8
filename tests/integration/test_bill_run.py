"""The bill run on the stack: state machine, functions, tables and bucket as they are deployed."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from chalicelib import bootstrap
from chalicelib.domain.billing.door import CycleBusy, CyclePeriodAlreadyPosted
from chalicelib.domain.billing.run import ApprovalPolicy, RunState
from chalicelib.domain.kernel.ids import CycleCode, Shard
from chalicelib.usecases.decide_bill_run import approve_bill_run, reject_bill_run
from tests import in_cloud
from tests.conftest import LocalCloudForTests
from tests.towns import OCTOBER, bill_minor, reads_of_town, town

pytestmark = pytest.mark.emulator

_numbers = count(int(datetime.now(UTC).timestamp() * 10))
ALWAYS_ASK = ApprovalPolicy(most_excepted_per_mille=1000, always_ask=True)


@pytest.fixture
def cycle(local_cloud: LocalCloudForTests) -> CycleCode:
    """A cycle of its own with two shards of three accounts, all read in October."""
    code = CycleCode(f"T{next(_numbers)}")
    in_cloud.register(town(shards=2, accounts=3, cycle=code))
    in_cloud.read(reads_of_town(OCTOBER, shards=2, accounts=3, cycle=code))
    return code


def bills_in(cycle: CycleCode) -> list[int]:
    ledger = bootstrap.ledger_store()
    shards = (Shard(f"{cycle}.001"), Shard(f"{cycle}.002"))
    return [t.bill.total_minor for s in shards for t in ledger.transactions_of_shard(s) if t.bill]


def test_a_run_goes_from_its_start_to_its_proof(cycle: CycleCode) -> None:
    run = in_cloud.finished(in_cloud.start(OCTOBER, run=f"{cycle}-a", cycle=cycle))

    assert run.state is RunState.CLOSED, run.failure
    assert bills_in(cycle) == [bill_minor(number) for number in (1, 2, 3)] * 2
    assert run.tally.amount_minor == 2 * (4500 + 4800 + 5100)
    with pytest.raises(CyclePeriodAlreadyPosted, match=f"{cycle}-a"):
        in_cloud.start(OCTOBER, run=f"{cycle}-b", cycle=cycle)


def test_drafts_wait_for_a_person_and_a_second_start_is_told_who_is_there(cycle: CycleCode) -> None:
    run_id = in_cloud.start(OCTOBER, run=f"{cycle}-a", cycle=cycle, policy=ALWAYS_ASK)
    assert in_cloud.finished(run_id).state is RunState.AWAITING_APPROVAL
    assert bills_in(cycle) == []
    with pytest.raises(CycleBusy, match=f"{cycle}-a"):
        in_cloud.start(OCTOBER, run=f"{cycle}-b", cycle=cycle)

    told = approve_bill_run(
        run_id=run_id,
        actor="test",
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        executions=bootstrap.run_executions(),
    )

    assert told
    assert in_cloud.finished(run_id).state is RunState.CLOSED
    assert len(bills_in(cycle)) == 6


def test_a_rejected_run_posts_nothing_and_frees_the_cycle(cycle: CycleCode) -> None:
    run_id = in_cloud.start(OCTOBER, run=f"{cycle}-a", cycle=cycle, policy=ALWAYS_ASK)
    in_cloud.finished(run_id)

    reject_bill_run(
        run_id=run_id,
        actor="test",
        reason="wrong tariff",
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        periods=bootstrap.accounting_periods(),
        executions=bootstrap.run_executions(),
    )

    assert bills_in(cycle) == []
    assert bootstrap.operations_store().holder(cycle) is None
    again = in_cloud.finished(in_cloud.start(OCTOBER, run=f"{cycle}-b", cycle=cycle))
    assert again.state is RunState.CLOSED
    assert len(bills_in(cycle)) == 6


def test_an_approval_that_comes_before_the_machine_waits_is_found_by_it(
    cycle: CycleCode, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = in_cloud.start(OCTOBER, run=f"{cycle}-a", cycle=cycle, policy=ALWAYS_ASK)
    operations = bootstrap.operations_store()
    while operations.run(run_id).state is not RunState.AWAITING_APPROVAL:
        pass

    told = approve_bill_run(
        run_id=run_id,
        actor="test",
        now=datetime.now(UTC),
        operations=_WithoutToken(operations),  # type: ignore[arg-type]
        executions=bootstrap.run_executions(),
    )

    assert not told
    if operations.task_token(run_id):  # on a slow day the machine waits already: then it must be told
        approve_bill_run(
            run_id=run_id,
            actor="test",
            now=datetime.now(UTC),
            operations=operations,
            executions=bootstrap.run_executions(),
        )
    assert in_cloud.finished(run_id).state is RunState.CLOSED


class _WithoutToken:
    """The store as it is before the machine has left its token there."""

    def __init__(self, store: object) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def task_token(self, run_id: str) -> None:
        return None
