"""Open a bill run: claim its cycle, enter the books, list its chunks. Or take up one that stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.billing.run import ApprovalPolicy, BillRun, RunState, Stage
from chalicelib.domain.billing.run_dates import run_dates
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import CycleCode, Month, RunId, Shard
from chalicelib.usecases.ports.accounting_periods import AccountingPeriods, PeriodNotOpen
from chalicelib.usecases.ports.artefacts import ArtefactStore
from chalicelib.usecases.ports.operations import OperationsStore, RunUnknown
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.rates_in_force import rates_in_force


class NothingToBill(Refusal):
    """A cycle has no accounts, or a wave no account that was left out before."""


class Next(StrEnum):
    """Where an opened run goes on."""

    FREEZE = "freeze"
    ASK = "ask"
    DOOR = "door"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What to run. `replaces` is a run of the same cycle that is given up for this one."""

    run_id: RunId
    cycle: CycleCode
    period: Month
    today: date
    actor: str
    wave: int = 1
    policy: ApprovalPolicy = field(default_factory=ApprovalPolicy)
    replaces: RunId | None = None
    attempt: int = 1


def claim_cycle(
    *, order: RunOrder, now: datetime, registry: RegistryStore, operations: OperationsStore
) -> BillRun:
    """Claim the cycle for a new run. From here on the cycle is frozen. Safe to repeat.

    Raises ScheduleUnknown, CycleBusy and CyclePeriodAlreadyPosted (both name the run in the way).
    """
    schedule = registry.schedule(cycle=order.cycle, period=order.period)
    dates = run_dates(schedule=schedule, today=order.today, calendar=registry.calendar())
    run = BillRun(
        run_id=order.run_id,
        cycle=order.cycle,
        period=order.period,
        wave=order.wave,
        opened_at=now,
        today=order.today,
        dates=dates,
        policy=order.policy,
    )
    told = {"cycle": run.cycle, "period": str(run.period), "wave": run.wave, "replaces": order.replaces or ""}
    audit = audit_of_run(run, action="opened", actor=order.actor, at=now, after=told)
    return operations.open_run(run, replaces=order.replaces, audit=audit)


def open_bill_run(
    *,
    order: RunOrder,
    now: datetime,
    registry: RegistryStore,
    operations: OperationsStore,
    periods: AccountingPeriods,
    artefacts: RunArtefacts,
    store: ArtefactStore,
) -> Next:
    """Bring a run to where its stages can go on, and say where that is. Safe to repeat.

    Raises what claim_cycle raises, PeriodNotOpen, NothingToBill, and RunNotReady for a run that is over.
    """
    try:
        run = operations.run(order.run_id)
    except RunUnknown:
        run = claim_cycle(order=order, now=now, registry=registry, operations=operations)
    run.require(*(state for state in RunState if not state.is_over))
    if order.attempt > run.attempt:
        run = operations.change_run(replace(run, attempt=order.attempt))
    if run.state in {RunState.APPROVED, RunState.POSTING}:
        return Next.DOOR
    if run.state is RunState.AWAITING_APPROVAL:
        return Next.ASK
    if not run.chunks:
        run = _prepare(order, run, now, registry, operations, periods, artefacts, store)
    if run.state is RunState.STOPPED or run.failure:
        run = operations.change_run(run.into(RunState.OPEN))
    shards = artefacts.shards(run.run_id)
    for stage in (Stage.FREEZE, Stage.RATE):
        done = {report.shard for report in operations.chunk_reports(run.run_id, stage) if report.is_done}
        left = [{"shard": str(shard)} for shard in shards if shard not in done]
        artefacts.put_todo(run.run_id, stage, left)
    return Next.FREEZE


def _prepare(
    order: RunOrder,
    run: BillRun,
    now: datetime,
    registry: RegistryStore,
    operations: OperationsStore,
    periods: AccountingPeriods,
    artefacts: RunArtefacts,
    store: ArtefactStore,
) -> BillRun:
    """Enter the books, freeze rates and the list of shards. What cannot be billed gives its claim back."""
    try:
        periods.enter(run.dates.accounting_period, run.run_id)
        if order.replaces is not None:
            periods.leave(operations.run(order.replaces).dates.accounting_period, order.replaces)
        shards = _shards(run, registry, operations, artefacts)
    except (PeriodNotOpen, NothingToBill) as refusal:
        given_up = run.into(RunState.REJECTED, failure=refusal.message)
        audit = audit_of_run(run, action="refused", actor=order.actor, at=now, after={"why": refusal.code})
        operations.release_run(given_up, audit=audit)
        periods.leave(run.dates.accounting_period, run.run_id)
        raise
    artefacts.put_shards(run.run_id, shards)
    documents = {document.reference: document.canonical for document in rates_in_force(store)}
    artefacts.put_tariffs(run.run_id, documents)
    return operations.change_run(replace(run, chunks=len(shards)))


def _shards(
    run: BillRun, registry: RegistryStore, operations: OperationsStore, artefacts: RunArtefacts
) -> Sequence[Shard]:
    """A cycle's shards; for a later wave only those where accounts were left out before."""
    if run.wave == 1:
        found = registry.shards_of_cycle(run.cycle)
    else:
        door = next(door for door in operations.doors(run.cycle, run.period) if door.wave == run.wave - 1)
        before = artefacts.manifest(door.run_id, sha256=door.manifest_hash)
        found = [entry.shard for entry in before.chunks if entry.tally.excepted]
    if not found:
        raise NothingToBill(
            f"{run.cycle} {run.period} has nothing to bill in wave {run.wave}: "
            + ("no account is in the cycle" if run.wave == 1 else "no account was left out before"),
            cycle=run.cycle,
            period=str(run.period),
        )
    return found


def audit_of_run(
    run: BillRun, *, action: str, actor: str, at: datetime, after: Mapping[str, object], unique: str = ""
) -> AuditEntry:
    """The entry of one act on a run. `unique` tells acts of the same name apart."""
    return AuditEntry(
        entity="bill_run",
        entity_id=run.run_id,
        action=action,
        actor=actor,
        at=at,
        unique=f"{action}.{unique or run.version}",
        correlation_id=run.run_id,
        before={"state": run.state.value},
        after=after,
    )
