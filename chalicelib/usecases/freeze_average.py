"""Freeze an approved proposal: every agreement gets its value from the effective day on, exactly once.

A value is written only where the day has none yet, and only if the agreement is as it was read; so a repeat
after a death writes nothing twice, and what a person has set by hand stays and is reported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.averages.freeze import DueValue, Fate, due_values, fate_of
from chalicelib.domain.averages.proposal import (
    FreezeTally,
    ManifestEntry,
    NotFrozen,
    Override,
    Proposal,
    ProposalId,
    ProposalState,
    ShardReport,
    Stage,
    overrides_by_agreement,
)
from chalicelib.domain.kernel.ids import AgreementId, Shard, shard_of
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.usecases.ports.registry import Change, ChangedMeanwhile, RegistryBatch
from chalicelib.usecases.propose_average import (
    AverageDesk,
    ProposalDoesNotBalance,
    audit_of_proposal,
    reported,
    stage_progress,
    task_of,
)

_BATCH = 90  # agreements in one transaction
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovedWork:
    """What is to be frozen, read once for all shards."""

    proposal: Proposal
    chunks: Mapping[Shard, ManifestEntry]
    overrides: Mapping[Shard, Mapping[AgreementId, Override]]

    @property
    def agreements(self) -> int:
        """How many agreements something is due to, or decided on."""
        added = sum(one.added for by_id in self.overrides.values() for one in by_id.values())
        return sum(entry.tally.agreements for entry in self.chunks.values()) + added


def begin_freezing(desk: AverageDesk, proposal_id: ProposalId) -> ApprovedWork:
    """Take an approved proposal through its door: from here on it can only be completed. Safe to repeat.

    Raises ProposalNotReady, ProposalChangedMeanwhile, ArtefactAltered.
    """
    proposal = desk.proposals.proposal(proposal_id)
    proposal.require(ProposalState.APPROVED, ProposalState.FREEZING, ProposalState.FROZEN)
    decision = desk.files.decision(proposal_id, sha256=proposal.decision_sha256)
    manifest = desk.files.manifest(proposal_id, sha256=decision.manifest_sha256)
    if proposal.state is ProposalState.APPROVED:
        freezing = proposal.changed(state=ProposalState.FREEZING, freezing_since=desk.now)
        told = {"decision": proposal.decision_sha256}
        entry = audit_of_proposal(desk, freezing, "freezing_begun", told)
        proposal = desk.proposals.change(freezing, audit=entry)
    by_shard: dict[Shard, list[Override]] = {}
    for override in decision.overrides:
        by_shard.setdefault(shard_of(override.account_id), []).append(override)
    return ApprovedWork(
        proposal=proposal,
        chunks={entry.shard: entry for entry in manifest.chunks},
        overrides={shard: overrides_by_agreement(mine) for shard, mine in by_shard.items()},
    )


def freeze_shard(
    desk: AverageDesk, work: ApprovedWork, shard: Shard, *, transient: tuple[type[Exception], ...] = ()
) -> ShardReport:
    """Write what is due to a shard's agreements, and report it. Safe to repeat and to run twice at once."""
    proposal = work.proposal

    def freeze() -> ShardReport:
        entry = work.chunks[shard]
        chunk = desk.files.proposed(entry.key, sha256=entry.sha256)
        tally, not_frozen = FreezeTally(), list[NotFrozen]()
        due = due_values(chunk.values, work.overrides.get(shard, {}))
        for first in range(0, len(due), _BATCH):
            for fate in _freeze_batch(desk, proposal, shard, first, due[first : first + _BATCH]):
                tally += fate.tally
                not_frozen += [fate.not_frozen] if fate.not_frozen else []
        return ShardReport(
            proposal_id=proposal.proposal_id,
            shard=shard,
            stage=Stage.FREEZE,
            frozen=tally,
            not_frozen=tuple(not_frozen),
        )

    return reported(desk, proposal, shard, Stage.FREEZE, freeze, transient)


def finish_freezing(desk: AverageDesk, work: ApprovedWork) -> Proposal:
    """Close a proposal whose shards are frozen: as many agreements came out as went in. Safe to repeat.

    Raises ProposalIncomplete, ProposalDoesNotBalance, ProposalChangedMeanwhile.
    """
    proposal = desk.proposals.proposal(work.proposal.proposal_id)
    if proposal.state is ProposalState.FROZEN:
        return proposal
    proposal.require(ProposalState.FREEZING)
    progress = stage_progress(desk, proposal.proposal_id, Stage.FREEZE)
    progress.require_complete(proposal.proposal_id)
    tally = sum((report.frozen for report in progress.done), start=FreezeTally())
    if tally.agreements != work.agreements:
        raise ProposalDoesNotBalance(
            f"proposal {proposal.proposal_id} decides on {work.agreements} agreements, {tally.agreements} "
            "were dealt with: look at its shards' reports",
            proposal_id=proposal.proposal_id,
        )
    frozen = proposal.changed(state=ProposalState.FROZEN, frozen=tally)
    told = {"frozen": tally.frozen, "kept": tally.kept, "value_sum": tally.value_sum}
    return desk.proposals.change(frozen, audit=audit_of_proposal(desk, frozen, "frozen", told))


def _freeze_batch(
    desk: AverageDesk, proposal: Proposal, shard: Shard, first: int, batch: Sequence[DueValue]
) -> list[Fate]:
    """Raises ChangedMeanwhile when others keep changing the same agreements."""
    task = task_of(proposal)
    for attempt in range(_ATTEMPTS):
        standing = _agreements(desk, shard)
        fates = [fate_of(due, standing.get(due.agreement_id), task=task) for due in batch]
        written = [fate.after for fate in fates if fate.after is not None]
        changes = tuple(Change(fate.before, fate.after) for fate in fates if fate.after is not None)
        try:
            if changes:
                entry = _audit_of_batch(desk, proposal, shard, first, written)
                desk.registry.save(RegistryBatch(changes=changes, entries=(entry,)))
        except ChangedMeanwhile:
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            return fates
    raise AssertionError("unreachable: the last attempt returns or raises")


def _agreements(desk: AverageDesk, shard: Shard) -> dict[AgreementId, ServiceAgreement]:
    return {
        agreement.agreement_id: agreement
        for whole in desk.registry.accounts_of_shard(shard)
        for agreement in whole.agreements
    }


def _audit_of_batch(
    desk: AverageDesk, proposal: Proposal, shard: Shard, first: int, written: Sequence[ServiceAgreement]
) -> AuditEntry:
    """One entry for all agreements of a batch, under a key that follows from what it writes."""
    determinant, day = proposal.rule.determinant, proposal.effective_on
    lines = [f"{one.agreement_id}={one.determinants[determinant].on(day)}" for one in written]
    sha256 = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return AuditEntry(
        entity="average_proposal",
        entity_id=proposal.proposal_id,
        action="shard_frozen",
        actor=desk.actor,
        at=proposal.freezing_since or desk.now,
        unique=f"{shard}.{first:04d}.{sha256[:16]}",
        correlation_id=proposal.proposal_id,
        after={
            "determinant": determinant,
            "from": str(day),
            "shard": shard,
            "agreements": len(written),
            "sha256": sha256,
            "decision": proposal.decision_sha256,
        },
    )
