"""Start a bill run, or take up one that died: decide which, claim the cycle, start the state machine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib.domain.billing.door import Door, DoorState, already_posted, cycle_busy
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunState
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId
from chalicelib.usecases.open_bill_run import NothingToBill, RunOrder, claim_cycle
from chalicelib.usecases.ports.executions import ExecutionStatus, RunExecutions
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.registry import RegistryStore

_MOST_ATTEMPTS = 99


class RunStillWorking(Refusal):
    """A run cannot be taken up again while an execution carries it on."""


class TooManyAttempts(Refusal):
    """A run has been taken up again and again: something is wrong that retrying does not mend."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BillRunStarter:
    """Starts and retries runs. Every method is safe to repeat."""

    registry: RegistryStore
    operations: OperationsStore
    executions: RunExecutions

    def start(
        self,
        *,
        run_id: RunId,
        cycle: CycleCode,
        period: Month,
        today: date,
        actor: str,
        now: datetime,
        policy: ApprovalPolicy,
        supersede: bool = False,
    ) -> RunId:
        """Start the first wave of (cycle, period) as `run_id`; return the run that is now at work.

        A run that died before its door is superseded by the new one; one that died after it is completed
        instead. `supersede` gives up a run before its door even if it still works or waits.

        Raises ScheduleUnknown, CyclePeriodAlreadyPosted, CycleBusy; the last two name the run in the way.
        """
        doors = self.operations.doors(cycle, period)
        order = RunOrder(run_id=run_id, cycle=cycle, period=period, today=today, actor=actor, policy=policy)
        if not doors:
            return self._begin(order, now)
        door = doors[-1]
        if door.state is DoorState.CLOSED:
            raise already_posted(doors[0])
        holder = self.operations.run(door.run_id)
        if door.state is DoorState.PASSED:
            return self._complete(holder, door, actor)
        if self._is_working(holder) and not supersede:
            raise cycle_busy(holder, holder.run_id)
        return self._begin(replace(order, replaces=holder.run_id, wave=holder.wave), now)

    def retry(self, *, run_id: RunId, new_run_id: RunId, today: date, actor: str, now: datetime) -> RunId:
        """Take up a run that stopped, or bill the accounts a closed one left out, as the next wave.

        Raises RunUnknown, RunStillWorking, NothingToBill, CycleBusy, RunNotReady.
        """
        run = self.operations.run(run_id)
        if run.state is RunState.CLOSED:
            return self._next_wave(run, new_run_id, today, actor, now)
        run.require(*(state for state in RunState if not state.is_over))
        if self._is_working(run):
            raise still_working(run_id)
        self._execute(_again(run, actor))
        return run_id

    def _next_wave(self, run: BillRun, new_run_id: RunId, today: date, actor: str, now: datetime) -> RunId:
        doors = self.operations.doors(run.cycle, run.period)
        last = doors[-1]
        if last.state is not DoorState.CLOSED:
            return self.retry(run_id=last.run_id, new_run_id=new_run_id, today=today, actor=actor, now=now)
        left_out = self.operations.run(last.run_id).tally.excepted
        if not left_out:
            raise NothingToBill(
                f"{run.cycle} {run.period} has no account left out: run {last.run_id} billed or skipped all",
                run_id=last.run_id,
            )
        order = RunOrder(
            run_id=new_run_id,
            cycle=run.cycle,
            period=run.period,
            wave=last.wave + 1,
            today=today,
            actor=actor,
            policy=replace(run.policy, most_excepted_per_mille=1000, most_estimated_per_mille=1000),
        )
        return self._begin(order, now)

    def _begin(self, order: RunOrder, now: datetime) -> RunId:
        claim_cycle(order=order, now=now, registry=self.registry, operations=self.operations)
        self._execute(order)
        return order.run_id

    def _complete(self, run: BillRun, door: Door, actor: str) -> RunId:
        if self._is_working(run):
            raise already_posted(door)
        self._execute(_again(run, actor))
        return run.run_id

    def _execute(self, order: RunOrder) -> None:
        """Start the next execution of the order's run that has not been started yet."""
        for attempt in range(order.attempt, _MOST_ATTEMPTS):
            name = execution_name(order.run_id, attempt)
            if self.executions.start(name, order_document(order, attempt)):
                return
            if self.executions.status(name) is ExecutionStatus.RUNNING:
                raise still_working(order.run_id)
        raise TooManyAttempts(f"run {order.run_id} was taken up {_MOST_ATTEMPTS} times", run_id=order.run_id)

    def _is_working(self, run: BillRun) -> bool:
        """Whether an execution of the run is running; later attempts than the recorded one may have begun."""
        for attempt in range(run.attempt, _MOST_ATTEMPTS):
            status = self.executions.status(execution_name(run.run_id, attempt))
            if status is ExecutionStatus.RUNNING:
                return True
            if status is ExecutionStatus.UNKNOWN:
                return False
        return False


def still_working(run_id: RunId) -> RunStillWorking:
    """The refusal to take up a run twice at once."""
    return RunStillWorking(
        f"run {run_id} is at work: `headgate billrun watch {run_id}` shows it", run_id=run_id
    )


def execution_name(run_id: RunId, attempt: int) -> str:
    """The name of a run's execution: the first bears the run's own."""
    return str(run_id) if attempt == 1 else f"{run_id}-{attempt}"


def order_document(order: RunOrder, attempt: int) -> dict[str, object]:
    """The order as the input of an execution."""
    return {
        "run_id": order.run_id,
        "correlation_id": order.run_id,
        "cycle": order.cycle,
        "period": str(order.period),
        "wave": order.wave,
        "today": order.today.isoformat(),
        "actor": order.actor,
        "attempt": attempt,
        "replaces": order.replaces or "",
        "policy": {
            "most_excepted_per_mille": order.policy.most_excepted_per_mille,
            "most_estimated_per_mille": order.policy.most_estimated_per_mille,
            "always_ask": order.policy.always_ask,
        },
    }


def read_order(document: dict[str, object]) -> RunOrder:
    """The order that `order_document` wrote. Raises KeyError, TypeError, ValueError, InvalidMonth."""
    policy = document.get("policy") or {}
    if not isinstance(policy, dict):
        raise TypeError("policy must be an object")
    return RunOrder(
        run_id=RunId(str(document["run_id"])),
        cycle=CycleCode(str(document["cycle"])),
        period=Month.parse(str(document["period"])),
        wave=int(str(document.get("wave", 1))),
        today=date.fromisoformat(str(document["today"])),
        actor=str(document["actor"]),
        attempt=int(str(document.get("attempt", 1))),
        replaces=RunId(str(document["replaces"])) if document.get("replaces") else None,
        policy=ApprovalPolicy(**policy),
    )


def _again(run: BillRun, actor: str) -> RunOrder:
    return RunOrder(
        run_id=run.run_id,
        cycle=run.cycle,
        period=run.period,
        wave=run.wave,
        today=run.today,
        actor=actor,
        policy=run.policy,
        attempt=run.attempt + 1,
    )
