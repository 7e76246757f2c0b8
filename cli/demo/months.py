"""A month of Riverbend: its bill run by the real state machine, the payments it brings, the books closed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time

from chalicelib import bootstrap
from chalicelib.domain.billing.door import DoorState
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunState, Stage
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, CycleCode, Month, RunId
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.ledger.transaction_ids import payment_id
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.close_accounting_period import close_accounting_period
from chalicelib.usecases.decide_bill_run import approve_bill_run
from chalicelib.usecases.show_bill_run import RunProgress, run_progress
from chalicelib.usecases.start_bill_run import RunStillWorking
from chalicelib.usecases.take_payments import PaymentReceived, take_payments
from cli.demo.customer import CURRENCY
from cli.demo.folder import CYCLE
from cli.demo.payers import Payers
from cli.desk import actor, posting_desk, starter
from cli.output import CountedProgress

BANK = "BANK"
LAST_PAYMENT_DAY = 24  # days after the bill date by which everybody has paid who will
_LOOK_EVERY_S = 0.3  # each look is seven requests to the emulator that does the work

Look = Callable[[], RunProgress]
Watch = Callable[[Look], RunProgress]


class DemoRunFailed(Refusal):
    """A bill run of the demo did not close."""


def runs_of(month: Month) -> list[BillRun]:
    """The closed runs of a month, wave by wave."""
    operations = bootstrap.operations_store()
    doors = operations.doors(CycleCode(CYCLE), month)
    return [operations.run(door.run_id) for door in doors if door.state is DoorState.CLOSED]


def has_begun(month: Month) -> bool:
    """Whether a run of the month was ever started: then all that comes before it is done."""
    return bool(bootstrap.operations_store().doors(CycleCode(CYCLE), month))


def bill_month(month: Month, *, today: date, watch: Watch) -> BillRun:
    """Bill a month, or carry on with a run that was interrupted; approve what the policy leaves to a person.

    Raises DemoRunFailed.
    """
    run_id = _run_at_work(month) or _started(month, today)
    operations = bootstrap.operations_store()

    def look() -> RunProgress:
        return run_progress(run_id, operations=operations, executions=bootstrap.run_executions())

    progress = watch(look)
    if progress.run.state is RunState.AWAITING_APPROVAL:
        _approve(run_id, today)
        progress = watch(look)
    if progress.run.state is not RunState.CLOSED:
        raise DemoRunFailed(
            f"run {run_id} is {progress.run.state.value.replace('_', ' ')}: "
            f"{progress.run.failure or 'nothing carries it on'}. `headgate billrun show {run_id}` has more; "
            "`headgate demo` tries again",
            run_id=run_id,
        )
    return progress.run


def _run_at_work(month: Month) -> RunId | None:
    """A run of the month that is under way or waits for approval."""
    operations, executions = bootstrap.operations_store(), bootstrap.run_executions()
    for door in operations.doors(CycleCode(CYCLE), month):
        if door.state is not DoorState.CLOSED:
            progress = run_progress(door.run_id, operations=operations, executions=executions)
            if progress.is_moving or progress.run.state is RunState.AWAITING_APPROVAL:
                return door.run_id
    return None


def _started(month: Month, today: date) -> RunId:
    return starter().start(
        run_id=RunId(f"{CYCLE}-{month}-{secrets.token_hex(3)}"),
        cycle=CycleCode(CYCLE),
        period=month,
        today=today,
        actor=actor(),
        now=datetime.now(UTC),
        policy=ApprovalPolicy(),
    )


def _approve(run_id: RunId, today: date) -> None:
    told = approve_bill_run(
        run_id=run_id,
        actor=actor(),
        now=datetime.now(UTC),
        operations=bootstrap.operations_store(),
        executions=bootstrap.run_executions(),
    )
    if not told:  # its execution does not wait yet, and will see the approval; or it was lost
        with suppress(RunStillWorking):
            starter().retry(
                run_id=run_id, new_run_id=run_id, today=today, actor=actor(), now=datetime.now(UTC)
            )


def quietly(bar: CountedProgress, *, before: int) -> Watch:
    """Watch a run by moving a bar of bills, of which `before` are other runs'."""

    def watch(look: Look) -> RunProgress:
        while True:
            progress = look()
            bar.update(done=before + progress.stages[Stage.POST].accounts)
            if not progress.is_moving:
                return progress
            time.sleep(_LOOK_EVERY_S)

    return watch


def accounts_by_number() -> dict[str, AccountId]:
    """Every account by the utility's number."""
    registry = bootstrap.registry_store()
    accounts = (one.account for shard in all_shards(registry) for one in registry.accounts_of_shard(shard))
    return {account.number: account.account_id for account in accounts}


def pay_month(
    payers: Payers, month: Month, *, accounts: Mapping[str, AccountId], bill_date: date, as_of: date
) -> int:
    """Take the payments that the bills of a month bring, those up to `as_of`; returns how many are new.

    An interrupted demo finds some of them there; what the others pay must not depend on that.
    """
    entered_on = min(bill_date + timedelta(days=LAST_PAYMENT_DAY), as_of)
    states = _states()
    paid = {account_id: _paid(state, month) for account_id, state in states.items()}
    owed = {
        number: states[account_id].balance_minor + paid[account_id]
        for number, account_id in accounts.items()
        if account_id in states
    }
    payments = [
        PaymentReceived(
            account_id=accounts[one.account],
            amount_minor=one.amount_minor,
            received_on=one.received_on,
            reference=_reference(month, accounts[one.account]),
        )
        for one in payers.payments(owed, period=month, bill_date=bill_date, until=entered_on)
        if not paid[accounts[one.account]]
    ]
    currencies = dict.fromkeys(accounts.values(), CURRENCY)
    desk = posting_desk(entered_on)
    for taken in take_payments(desk, currencies=currencies, payments=payments, source=BANK):
        if taken.refusal:
            raise taken.refusal
    return len(payments)


def _states() -> dict[AccountId, AccountState]:
    """What every account amounts to."""
    reader = bootstrap.ledger_reader()
    states: dict[AccountId, AccountState] = {}
    for shard in all_shards(bootstrap.registry_store()):
        states |= reader.shard_states(shard)
    return states


def _paid(state: AccountState, month: Month) -> int:
    """What an account has paid on its bill of a month already."""
    payment = payment_id(source=BANK, external_id=_reference(month, state.account_id))
    return sum(credit.amount_minor for credit in state.credits if credit.transaction_id == payment)


def _reference(month: Month, account_id: AccountId) -> str:
    return f"{month}.{account_id}"


def close_books(through: Month, *, as_of: date) -> bool:
    """Close the books of a month and of all before it; False when they are closed already."""
    closed = bootstrap.accounting_periods().closed_through()
    if closed is not None and closed >= through:
        return False
    shards = close_accounting_period(
        through,
        reader=bootstrap.ledger_reader(),
        periods=bootstrap.accounting_periods(),
        operations=bootstrap.operations_store(),
        shards=all_shards(bootstrap.registry_store()),
        actor=actor(),
        now=max(datetime.now(UTC), datetime.combine(as_of, clock_time(12), UTC)),
    )
    for _ in shards:
        pass
    return True
