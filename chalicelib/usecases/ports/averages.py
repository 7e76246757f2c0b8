"""Ports of yearly averages: the state of proposals, and what they leave on S3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.averages.proposal import (
    Decision,
    MeasuredChunk,
    Override,
    Proposal,
    ProposalId,
    ProposalManifest,
    ProposedChunk,
    ShardReport,
    Stage,
)
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import Shard
from chalicelib.usecases.ports.run_artefacts import Stored


class ProposalUnknown(Refusal):
    """No proposal has this id."""


class ProposalChangedMeanwhile(Refusal):
    """Somebody else changed a proposal since it was read. Read it again and decide anew."""


class AverageProposals(Protocol):
    """What is known of proposals. Nothing here names a person; a write is one atomic step with its entry.

    A proposal is written whole and only if nobody changed it since it was read (`version`).
    """

    def open(self, proposal: Proposal, *, audit: AuditEntry) -> Proposal:
        """Store a proposal unless one of its id is there, and return the one that is."""

    def change(self, proposal: Proposal, *, audit: AuditEntry) -> Proposal:
        """Store a changed proposal; returns it with its new version. Raises ProposalChangedMeanwhile."""

    def override(self, proposal: Proposal, override: Override, *, audit: AuditEntry) -> Proposal:
        """Store a changed proposal and, in the same step, an override in place of an earlier one.

        Raises ProposalChangedMeanwhile.
        """

    def withdraw_override(self, proposal: Proposal, override: Override, *, audit: AuditEntry) -> Proposal:
        """Store a changed proposal and, in the same step, take an override away.

        Raises ProposalChangedMeanwhile.
        """

    def proposal(self, proposal_id: ProposalId) -> Proposal:
        """A proposal. Raises ProposalUnknown."""

    def proposals(self) -> Sequence[Proposal]:
        """All proposals, newest year first."""

    def overrides(self, proposal_id: ProposalId) -> Sequence[Override]:
        """The overrides of a proposal, in order of account and agreement."""

    def report_shard(self, report: ShardReport) -> ShardReport:
        """Store what became of a shard unless its stage is done, and return the report that stands.

        The first report that is done stays the only one; a failure gives way to whatever comes.
        """

    def shard_reports(self, proposal_id: ProposalId, stage: Stage) -> Sequence[ShardReport]:
        """The reports of one stage, in order of shard."""


class AverageFiles(Protocol):
    """Chunks, manifests and decisions, each under a key that holds its hash.

    Equal objects give equal bytes. Readers raise ArtefactMissing, and ArtefactAltered when the content has
    another hash.
    """

    def put_shards(self, proposal_id: ProposalId, shards: Sequence[Shard]) -> tuple[Shard, ...]:
        """Store which shards a proposal goes over unless that is stored, and return those that are."""

    def shards(self, proposal_id: ProposalId) -> tuple[Shard, ...]:
        """The shards a proposal goes over."""

    def put_measured(self, chunk: MeasuredChunk) -> Stored:
        """Store what a shard's bills gave."""

    def measured(self, report: ShardReport) -> MeasuredChunk:
        """The chunk that a report of MEASURE names."""

    def put_proposed(self, chunk: ProposedChunk) -> Stored:
        """Store what a shard's agreements are to have."""

    def proposed(self, key: str, *, sha256: str) -> ProposedChunk:
        """A chunk of proposed values."""

    def put_manifest(self, manifest: ProposalManifest) -> Stored:
        """Store the manifest of all proposed values."""

    def manifest(self, proposal_id: ProposalId, *, sha256: str) -> ProposalManifest:
        """The manifest with this hash."""

    def put_decision(self, decision: Decision) -> Stored:
        """Store what is to be approved."""

    def decision(self, proposal_id: ProposalId, *, sha256: str) -> Decision:
        """The decision with this hash."""


def proposal_unknown(proposal_id: ProposalId) -> ProposalUnknown:
    """The refusal to look for a proposal that was never opened."""
    return ProposalUnknown(
        f"there is no proposal {proposal_id}: `headgate average list` shows those there are",
        proposal_id=proposal_id,
    )


def proposal_changed(proposal_id: ProposalId) -> ProposalChangedMeanwhile:
    """The refusal of a change that came too late."""
    return ProposalChangedMeanwhile(
        f"proposal {proposal_id} was changed by somebody else: look at it again and decide anew",
        proposal_id=proposal_id,
    )
