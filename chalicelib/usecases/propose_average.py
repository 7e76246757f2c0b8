"""Propose yearly averages: open a proposal, measure it shard by shard, settle defaults, finish it.

Each shard's first whole chunk stays, so a worker that died, or two at once, change nothing. What an account
cannot be measured for is that account's alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.averages.billed_water import billed_water
from chalicelib.domain.averages.measure_agreement import Task, is_filled, measure_account, tariffs_to_fill
from chalicelib.domain.averages.proposal import (
    AccountFailed,
    ClassFigures,
    ManifestEntry,
    Measured,
    MeasuredChunk,
    Proposal,
    ProposalId,
    ProposalManifest,
    ProposalState,
    ProposalTally,
    ShardReport,
    Stage,
    proposal_id_of,
)
from chalicelib.domain.averages.rule import AveragingRule
from chalicelib.domain.averages.settle import class_figures, settle_chunk
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, Month, PremiseId, ServicePointId, Shard
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.tariffs.version import TariffVersion
from chalicelib.usecases.all_shards import all_shards
from chalicelib.usecases.ports.averages import AverageFiles, AverageProposals
from chalicelib.usecases.ports.ledger import LedgerStore
from chalicelib.usecases.ports.registry import RegistryStore

_LONGEST_REASON = 300  # characters


class WindowStillOpen(Refusal):
    """The season that is to be averaged has not ended yet."""


class ProposalUnderWay(Refusal):
    """There is a proposal of the rule for the year that has to be dealt with first."""


class ProposalIncomplete(Refusal):
    """Shards of a proposal failed or are not done."""


class ProposalDoesNotBalance(Refusal):
    """Not as many agreements came out of a proposal as went in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AverageDesk:
    """Where averages are proposed, decided and frozen: the stores, who works there, and when."""

    registry: RegistryStore
    ledger: LedgerStore
    proposals: AverageProposals
    files: AverageFiles
    actor: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """How far a stage is: reports of shards that are done, of those that failed, and shards without one."""

    done: tuple[ShardReport, ...]
    failed: tuple[ShardReport, ...]
    left: tuple[Shard, ...]

    @property
    def to_do(self) -> tuple[Shard, ...]:
        """The shards to work on now: the failed ones again."""
        return tuple(sorted({*self.left, *(report.shard for report in self.failed)}))

    def require_complete(self, proposal_id: ProposalId) -> None:
        """Raises ProposalIncomplete."""
        if not self.to_do:
            return
        why = f" ({self.failed[0].shard}: {self.failed[0].failure})" if self.failed else ""
        raise ProposalIncomplete(
            f"proposal {proposal_id} is not complete: {len(self.failed)} shards failed, {len(self.left)} are "
            f"not done{why}; the same command goes on with them",
            proposal_id=proposal_id,
            failed={report.shard: report.failure for report in self.failed},
            left=list(self.left),
        )


def open_proposal(
    desk: AverageDesk,
    *,
    rule: AveragingRule,
    year: int,
    today: date,
    tariffs: Sequence[TariffVersion],
    anew: bool = False,
) -> Proposal:
    """Open the proposal of a rule for a year, or take up the one that is there.

    With `anew` one that is not being frozen is withdrawn for a new one; one that is frozen gets a successor,
    which fills gaps: values that stand are kept. Safe to repeat. Raises WindowStillOpen, NothingDeclares,
    UnitsDiffer, KindDiffers, ProposalUnderWay.
    """
    closes = rule.window.of(year).end
    if today < closes:
        raise WindowStillOpen(
            f"the window of {year} goes on to {closes}: its bills are not all there yet", closes=closes
        )
    latest = next(
        (one for one in desk.proposals.proposals() if (one.rule.code, one.year) == (rule.code, year)), None
    )
    if latest is not None:
        if not anew and latest.state is not ProposalState.WITHDRAWN:
            return _same_rule(latest, rule)
        _make_way(desk, latest)
    number = latest.number + 1 if latest else 1
    proposal_id = proposal_id_of(rule, year, number)
    effective_on = rule.effective_on(year)
    filled = tariffs_to_fill(tariffs, rule=rule, on=effective_on)
    shards = desk.files.put_shards(proposal_id, all_shards(desk.registry))
    proposal = Proposal(
        proposal_id=proposal_id,
        number=number,
        rule=rule,
        year=year,
        effective_on=effective_on,
        tariffs=filled,
        opened_at=desk.now,
        opened_by=desk.actor,
        shards=len(shards),
    )
    entry = audit_of_proposal(desk, proposal, "opened", {"tariffs": list(filled), "shards": len(shards)})
    return _same_rule(desk.proposals.open(proposal, audit=entry), rule)


def measure_shard(
    desk: AverageDesk, proposal: Proposal, shard: Shard, *, transient: tuple[type[Exception], ...] = ()
) -> ShardReport:
    """Measure the agreements of a shard and report it. `transient` errors are raised on. Safe to repeat."""

    def work() -> ShardReport:
        chunk = _measured_chunk(desk, proposal, shard)
        stored = desk.files.put_measured(chunk)
        return ShardReport(
            proposal_id=proposal.proposal_id,
            shard=shard,
            stage=Stage.MEASURE,
            key=stored.key,
            sha256=stored.sha256,
            proposed=ProposalTally(agreements=len(chunk.measured), failed_accounts=len(chunk.failed)),
        )

    return reported(desk, proposal, shard, Stage.MEASURE, work, transient)


def measured_classes(desk: AverageDesk, proposal: Proposal) -> Mapping[str, ClassFigures]:
    """What all rate classes measured. Raises ProposalIncomplete."""
    progress = stage_progress(desk, proposal.proposal_id, Stage.MEASURE)
    progress.require_complete(proposal.proposal_id)
    return class_figures(one for report in progress.done for one in desk.files.measured(report).measured)


def settle_shard(
    desk: AverageDesk,
    proposal: Proposal,
    shard: Shard,
    *,
    classes: Mapping[str, ClassFigures],
    transient: tuple[type[Exception], ...] = (),
) -> ShardReport:
    """Settle what the agreements of a measured shard are to have, and report it. Safe to repeat."""

    def work() -> ShardReport:
        reports = desk.proposals.shard_reports(proposal.proposal_id, Stage.MEASURE)
        measured = desk.files.measured(next(one for one in reports if one.shard == shard))
        chunk = settle_chunk(measured, rule=proposal.rule, classes=classes)
        stored = desk.files.put_proposed(chunk)
        return ShardReport(
            proposal_id=proposal.proposal_id,
            shard=shard,
            stage=Stage.SETTLE,
            key=stored.key,
            sha256=stored.sha256,
            proposed=chunk.tally,
        )

    return reported(desk, proposal, shard, Stage.SETTLE, work, transient)


def finish_proposal(
    desk: AverageDesk, proposal_id: ProposalId, *, classes: Mapping[str, ClassFigures]
) -> Proposal:
    """Write the manifest of a proposal whose shards are settled: it is ready to be reviewed. Safe to repeat.

    Raises ProposalIncomplete, ProposalDoesNotBalance, ProposalChangedMeanwhile.
    """
    proposal = desk.proposals.proposal(proposal_id)
    if proposal.state is not ProposalState.MEASURING:
        return proposal
    measured = stage_progress(desk, proposal_id, Stage.MEASURE)
    settled = stage_progress(desk, proposal_id, Stage.SETTLE)
    settled.require_complete(proposal_id)
    manifest = ProposalManifest(
        proposal_id=proposal_id,
        rule=proposal.rule,
        year=proposal.year,
        effective_on=proposal.effective_on,
        classes=classes,
        chunks=tuple(
            ManifestEntry(shard=one.shard, key=one.key, sha256=one.sha256, tally=one.proposed)
            for one in settled.done
        ),
    )
    tally = manifest.tally
    went_in = sum(report.proposed.agreements for report in measured.done)
    if not tally.balances or tally.agreements != went_in:
        raise ProposalDoesNotBalance(
            f"proposal {proposal_id} measured {went_in} agreements and proposes for {tally.agreements}: "
            "make it anew",
            proposal_id=proposal_id,
        )
    sha256 = desk.files.put_manifest(manifest).sha256
    proposed = proposal.changed(state=ProposalState.PROPOSED, manifest_sha256=sha256, tally=tally)
    told = {"manifest": sha256, "agreements": tally.agreements, "failed_accounts": tally.failed_accounts}
    return desk.proposals.change(proposed, audit=audit_of_proposal(desk, proposed, "proposed", told))


def stage_progress(desk: AverageDesk, proposal_id: ProposalId, stage: Stage) -> StageProgress:
    """How far a stage of a proposal is, from its shards' own reports."""
    reports = {report.shard: report for report in desk.proposals.shard_reports(proposal_id, stage)}
    shards = desk.files.shards(proposal_id)
    known = [reports[shard] for shard in shards if shard in reports]
    return StageProgress(
        done=tuple(report for report in known if report.is_done),
        failed=tuple(report for report in known if not report.is_done),
        left=tuple(shard for shard in shards if shard not in reports),
    )


def reported(
    desk: AverageDesk,
    proposal: Proposal,
    shard: Shard,
    stage: Stage,
    work: Callable[[], ShardReport],
    transient: tuple[type[Exception], ...],
) -> ShardReport:
    """What `work` made of a shard, or its failure, reported; returns the report that stands."""
    try:
        report = work()
    except transient:
        raise
    except Exception as error:
        report = ShardReport(
            proposal_id=proposal.proposal_id, shard=shard, stage=stage, failure=_reason_of(error)
        )
    return desk.proposals.report_shard(report)


def task_of(proposal: Proposal) -> Task:
    """What a proposal is made for."""
    return Task(rule=proposal.rule, year=proposal.year, tariffs=frozenset(proposal.tariffs))


def audit_of_proposal(
    desk: AverageDesk, proposal: Proposal, action: str, after: Mapping[str, object]
) -> AuditEntry:
    """The entry about a step of a proposal."""
    return AuditEntry(
        entity="average_proposal",
        entity_id=proposal.proposal_id,
        action=action,
        actor=desk.actor,
        at=desk.now,
        unique=f"{action}.{proposal.version}",
        correlation_id=proposal.proposal_id,
        after={"determinant": proposal.rule.determinant, "from": str(proposal.effective_on), **after},
    )


def _same_rule(found: Proposal, rule: AveragingRule) -> Proposal:
    if found.rule == rule:
        return found
    raise ProposalUnderWay(
        f"proposal {found.proposal_id} ({found.state}) was made by another wording of rule {rule.code}: "
        + ("withdraw it, or propose anew (--anew)" if not found.state.is_over else "propose anew (--anew)"),
        proposal_id=found.proposal_id,
    )


def _make_way(desk: AverageDesk, latest: Proposal) -> None:
    """Withdraw the latest proposal, if it is not over. Raises ProposalUnderWay while it is being frozen."""
    if latest.state is ProposalState.FREEZING:
        raise ProposalUnderWay(
            f"proposal {latest.proposal_id} is being frozen: `headgate average freeze {latest.proposal_id}` "
            "completes it",
            proposal_id=latest.proposal_id,
        )
    if not latest.state.is_over:
        withdrawn = latest.changed(state=ProposalState.WITHDRAWN)
        entry = audit_of_proposal(desk, withdrawn, "withdrawn", {"reason": "proposed anew"})
        desk.proposals.change(withdrawn, audit=entry)


def _measured_chunk(desk: AverageDesk, proposal: Proposal, shard: Shard) -> MeasuredChunk:
    task, premises_of = task_of(proposal), _premises_of(desk.registry)
    found = [
        whole
        for whole in desk.registry.accounts_of_shard(shard)
        if any(is_filled(agreement, task) for agreement in whole.agreements)
    ]
    first = min(window.start for _, window in proposal.rule.windows(proposal.year))
    posted = _by_account(desk.ledger.transactions_of_shard(shard, since=Month.of(first).plus(-1)))
    measured: list[Measured] = []
    failed: list[AccountFailed] = []
    for whole in found:
        account_id = whole.account.account_id
        try:
            water = billed_water(posted.get(account_id, ()))
            measured += measure_account(whole, task=task, water=water, premises_of=premises_of)
        except Exception as error:
            failed.append(AccountFailed(account_id=account_id, reason=_reason_of(error)))
    return MeasuredChunk(
        proposal_id=proposal.proposal_id, shard=shard, measured=tuple(measured), failed=tuple(failed)
    )


def _by_account(
    transactions: Iterable[FinancialTransaction],
) -> dict[AccountId, list[FinancialTransaction]]:
    found: dict[AccountId, list[FinancialTransaction]] = {}
    for transaction in transactions:
        if transaction.bill is not None or transaction.reverses is not None:
            found.setdefault(transaction.account_id, []).append(transaction)
    return found


def _premises_of(
    registry: RegistryStore,
) -> Callable[[frozenset[ServicePointId]], frozenset[PremiseId]]:
    """Looks premises up only for the few agreements that need it."""
    known: dict[ServicePointId, PremiseId] = {}

    def premises_of(points: frozenset[ServicePointId]) -> frozenset[PremiseId]:
        asked = [point for point in sorted(points) if point not in known]
        if asked:
            found = registry.service_points(asked)
            known.update({point: one.premise_id for point, one in found.items()})
        return frozenset(known[point] for point in points if point in known)

    return premises_of


def _reason_of(error: Exception) -> str:
    """Why something failed, without what a foreign error may quote of a customer."""
    if isinstance(error, Refusal):
        return f"{error.code}: {error.message}"[:_LONGEST_REASON]
    return f"fault of this program: {type(error).__name__}"
