"""Freeze a shard: gather everything that rating it needs into one immutable chunk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from chalicelib.domain.billing.bill import BillKind
from chalicelib.domain.billing.bill_account import bill_id
from chalicelib.domain.billing.chunk import FrozenChunk
from chalicelib.domain.billing.inputs import AccountInputs, BilledBefore, BillingTerms, MeteringInputs
from chalicelib.domain.billing.run import BillRun, ChunkReport, RunState, Stage, Tally
from chalicelib.domain.kernel.ids import AccountId, AgreementId, RunId, ServicePointId, Shard
from chalicelib.domain.ledger.account_state import AccountState
from chalicelib.domain.premises.account_with_agreements import AccountWithAgreements
from chalicelib.domain.premises.bill_cycle import Schedule
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.domain.premises.service_point import ServicePoint
from chalicelib.usecases.ports.operations import OperationsStore
from chalicelib.usecases.ports.reads import ReadStore
from chalicelib.usecases.ports.registry import RegistryStore
from chalicelib.usecases.ports.run_artefacts import RunArtefacts
from chalicelib.usecases.read_shard_state import LedgerReader

# What validation looks back on: a year and its season's slack (domain/metering/usual_use.py).
_HISTORY = timedelta(days=400)


def freeze_chunk(
    *,
    run_id: RunId,
    shard: Shard,
    registry: RegistryStore,
    reads: ReadStore,
    ledger: LedgerReader,
    operations: OperationsStore,
    artefacts: RunArtefacts,
) -> ChunkReport:
    """Freeze the accounts of `shard` that belong to the run's cycle, and report it.

    The run holds its cycle, so nothing bills these accounts between here and the door. Safe to repeat.
    Raises RunNotReady for a run that is past this stage.
    """
    run = operations.run(run_id)
    run.require(RunState.OPEN)
    terms = run_terms(run, registry)
    found = [one for one in registry.accounts_of_shard(shard) if one.account.cycle == run.cycle]
    states = ledger.shard_states(shard)
    held: dict[AccountId, list[str]] = {}
    for hold in operations.holds_of_shard(shard):
        held.setdefault(hold.account_id, []).append(hold.reason)
    accepted = {one.account_id for one in operations.acceptances(shard, run.period)}
    accounts = tuple(
        account_inputs(
            one,
            states.get(one.account.account_id),
            terms,
            holds=tuple(held.get(one.account.account_id, ())),
            accepted=one.account.account_id in accepted,
        )
        for one in found
    )
    chunk = FrozenChunk(
        run_id=run_id,
        shard=shard,
        terms=terms,
        accounts=accounts,
        metering=metering_inputs(accounts, until=terms.schedule.window_close, registry=registry, reads=reads),
        tariffs=dict(artefacts.tariffs(run_id)),
    )
    stored = artefacts.put_frozen(chunk)
    report = ChunkReport(
        run_id=run_id,
        shard=shard,
        stage=Stage.FREEZE,
        artefact=stored.key,
        sha256=stored.sha256,
        tally=Tally(accounts=len(accounts)),
    )
    operations.report_chunk(report)
    return report


def run_terms(run: BillRun, registry: RegistryStore) -> BillingTerms:
    """What all bills of a run have in common. Raises ScheduleUnknown."""
    schedules = registry.schedules(run.cycle)
    schedule = registry.schedule(cycle=run.cycle, period=run.period)
    return BillingTerms(
        kind=BillKind.CYCLE,
        cycle=run.cycle,
        period=run.period,
        schedule=schedule,
        dates=run.dates,
        today=run.today,
        scheduled_days=scheduled_days(schedule, schedules),
    )


def scheduled_days(schedule: Schedule, schedules: Iterable[Schedule]) -> int | None:
    """Days from the expected read of the period before to that of this one; None for a cycle's first."""
    before = [other.expected_read_on for other in schedules if other.period < schedule.period]
    return (schedule.expected_read_on - max(before)).days if before else None


def account_inputs(
    found: AccountWithAgreements,
    state: AccountState | None,
    terms: BillingTerms,
    *,
    holds: tuple[str, ...],
    accepted: bool,
) -> AccountInputs:
    """An account as rating sees it: nothing that names a person, and where each agreement was billed to."""
    account = found.account
    billed = {one.agreement_id: _billed_before(one.agreement_id, state) for one in found.agreements if state}
    first_id = bill_id(terms=terms, generation=0)
    prefix = first_id.removesuffix("0")
    made = {s.transaction_id for s in state.segments if s.transaction_id.startswith(prefix)} if state else ()
    return AccountInputs(
        account_id=account.account_id,
        currency=account.currency,
        agreements=found.agreements,
        billed={key: before for key, before in billed.items() if before is not None},
        bills_made=len(made),
        holds=holds,
        accepted=accepted,
    )


def _billed_before(agreement_id: AgreementId, state: AccountState | None) -> BilledBefore | None:
    segments = [one for one in state.segments if one.agreement_id == agreement_id] if state else []
    if state is None or not segments:
        return None
    last = state.last_live_segment(agreement_id)
    return BilledBefore(
        until=last.period.end if last else None,
        reads=last.reads if last else (),
        canceled=tuple((one.period, one.generation) for one in segments if not one.is_live),
    )


def metering_inputs(
    accounts: Iterable[AccountInputs], *, until: date, registry: RegistryStore, reads: ReadStore
) -> MeteringInputs:
    """Service points of the accounts' agreements and their reads before `until`, with the history behind."""
    agreements = [
        (agreement, account.billed.get(agreement.agreement_id))
        for account in accounts
        for agreement in account.agreements
        if agreement.links
    ]
    ids = {link.service_point_id for agreement, _ in agreements for link in agreement.links}
    points = registry.service_points(sorted(ids))
    starts = [_start(agreement, before) for agreement, before in agreements]
    due = [start for start in starts if start < until]
    if not due:
        return MeteringInputs()
    registers = sorted(
        register.register_id
        for point in points.values()
        for installation in point.installations
        if installation.removed_on is None or installation.removed_on >= min(due)
        for register in installation.registers
    )
    found = reads.reads_of(registers, since=min(due) - _HISTORY, until=until)
    return MeteringInputs(service_points=_ordered(points), reads=dict(found))


def _start(agreement: ServiceAgreement, before: BilledBefore | None) -> date:
    return (before.until if before else None) or agreement.billed_until or agreement.start


def _ordered(points: Mapping[ServicePointId, ServicePoint]) -> dict[ServicePointId, ServicePoint]:
    return {key: points[key] for key in sorted(points)}
