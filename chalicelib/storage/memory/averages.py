"""Proposals of averages in memory, for tests: the same refusals, the same atomic steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.averages.proposal import Override, Proposal, ProposalId, ShardReport, Stage
from chalicelib.domain.kernel.ids import AgreementId, Shard
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.averages import proposal_changed, proposal_unknown


class MemoryAverageProposals:
    """AverageProposals in dicts. Entries go to `audit`."""

    def __init__(self, *, audit: AuditStore) -> None:
        self._audit = audit
        self._lock = Lock()
        self._proposals: dict[ProposalId, Proposal] = {}
        self._overrides: dict[tuple[ProposalId, AgreementId], Override] = {}
        self._reports: dict[tuple[ProposalId, Stage, Shard], ShardReport] = {}

    def open(self, proposal: Proposal, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        with self._lock:
            if proposal.proposal_id not in self._proposals:
                self._audit.add(audit)
                self._proposals[proposal.proposal_id] = proposal
            return self._proposals[proposal.proposal_id]

    def change(self, proposal: Proposal, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        with self._lock:
            return self._change(proposal, audit)

    def override(self, proposal: Proposal, override: Override, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        with self._lock:
            changed = self._change(proposal, audit)
            self._overrides[proposal.proposal_id, override.agreement_id] = override
            return changed

    def withdraw_override(self, proposal: Proposal, override: Override, *, audit: AuditEntry) -> Proposal:
        """See AverageProposals."""
        with self._lock:
            changed = self._change(proposal, audit)
            self._overrides.pop((proposal.proposal_id, override.agreement_id), None)
            return changed

    def proposal(self, proposal_id: ProposalId) -> Proposal:
        """See AverageProposals."""
        if proposal_id not in self._proposals:
            raise proposal_unknown(proposal_id)
        return self._proposals[proposal_id]

    def proposals(self) -> Sequence[Proposal]:
        """See AverageProposals."""
        return sorted(
            self._proposals.values(), key=lambda one: (one.year, one.rule.code, one.number), reverse=True
        )

    def overrides(self, proposal_id: ProposalId) -> Sequence[Override]:
        """See AverageProposals."""
        found = [one for key, one in self._overrides.items() if key[0] == proposal_id]
        return sorted(found, key=lambda one: (one.account_id, one.agreement_id))

    def report_shard(self, report: ShardReport) -> ShardReport:
        """See AverageProposals."""
        key = (report.proposal_id, report.stage, report.shard)
        with self._lock:
            standing = self._reports.get(key)
            if standing is None or not standing.is_done:
                self._reports[key] = report
            return self._reports[key]

    def shard_reports(self, proposal_id: ProposalId, stage: Stage) -> Sequence[ShardReport]:
        """See AverageProposals."""
        return [one for key, one in sorted(self._reports.items()) if key[:2] == (proposal_id, stage)]

    def _change(self, proposal: Proposal, audit: AuditEntry) -> Proposal:
        if self.proposal(proposal.proposal_id).version != proposal.version:
            raise proposal_changed(proposal.proposal_id)
        self._audit.add(audit)
        changed = replace(proposal, version=proposal.version + 1)
        self._proposals[proposal.proposal_id] = changed
        return changed
