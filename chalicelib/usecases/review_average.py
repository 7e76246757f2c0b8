"""Review a proposal of averages: its figures, a person's overrides, and the approval by a second one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.averages.proposal import (
    AccountFailed,
    Decision,
    Override,
    Proposal,
    ProposalId,
    ProposalManifest,
    ProposalState,
    ProposedChunk,
    ProposedValue,
    overrides_by_agreement,
)
from chalicelib.domain.averages.review import ReviewFigures, review_figures
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.ids import AccountId, AgreementId, shard_of
from chalicelib.usecases.ports.run_artefacts import Stored
from chalicelib.usecases.propose_average import AverageDesk, audit_of_proposal

T = TypeVar("T", "_Found", Override)

_LEAST_OF_HASH = 16  # hex digits that tell one decision from every other
_MOST_DIGITS = 12
_BEFORE_FREEZING = (ProposalState.MEASURING, ProposalState.PROPOSED, ProposalState.APPROVED)


class NotInProposal(Refusal):
    """An account has no agreement that the proposal could give a value."""


class WhichAgreement(Refusal):
    """An account has several agreements in the proposal: one of them has to be named."""


class InvalidOverride(Refusal):
    """An override's value or reason cannot be taken."""


class ApprovalOfAnother(Refusal):
    """What is to be approved is not what the proposal and its overrides are now."""


class MakerApproves(Refusal):
    """Whoever made a proposal, or changed a value of it, may not approve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that a reviewer needs: the manifest, overrides, figures, and the hash to approve.

    `failed` are the first of the accounts that could not be measured; the tally counts them all.
    """

    proposal: Proposal
    manifest: ProposalManifest
    decision: Decision
    decision_sha256: str
    figures: ReviewFigures
    failed: tuple[AccountFailed, ...] = ()


def review_proposal(desk: AverageDesk, proposal_id: ProposalId, *, most_flagged: int = 20) -> Review:
    """The figures of a proposal as proposed, and what approving it would approve. Raises ProposalNotReady."""
    proposal = desk.proposals.proposal(proposal_id)
    manifest = manifest_of(desk, proposal)
    decision, stored = decision_of(desk, proposal)
    failed: list[AccountFailed] = []

    def values() -> Iterator[ProposedValue]:
        for chunk in proposed_chunks(desk, manifest):
            failed.extend(chunk.failed[: most_flagged - len(failed)])
            yield from chunk.values

    figures = review_figures(values(), most_flagged=most_flagged)
    return Review(
        proposal=proposal,
        manifest=manifest,
        decision=decision,
        decision_sha256=stored.sha256,
        figures=figures,
        failed=tuple(failed),
    )


def manifest_of(desk: AverageDesk, proposal: Proposal) -> ProposalManifest:
    """What was proposed. Raises ProposalNotReady while it is being measured."""
    if not proposal.manifest_sha256:
        proposal.require(ProposalState.PROPOSED)
    return desk.files.manifest(proposal.proposal_id, sha256=proposal.manifest_sha256)


def proposed_chunks(desk: AverageDesk, manifest: ProposalManifest) -> Iterator[ProposedChunk]:
    """All proposed values, shard by shard. Raises ArtefactAltered."""
    for entry in manifest.chunks:
        yield desk.files.proposed(entry.key, sha256=entry.sha256)


def decision_of(desk: AverageDesk, proposal: Proposal) -> tuple[Decision, Stored]:
    """What approving the proposal now would approve, or what was approved."""
    if proposal.decision_sha256:
        known = desk.files.decision(proposal.proposal_id, sha256=proposal.decision_sha256)
        return known, Stored("", proposal.decision_sha256)
    decision = Decision(
        proposal_id=proposal.proposal_id,
        manifest_sha256=proposal.manifest_sha256,
        overrides=tuple(desk.proposals.overrides(proposal.proposal_id)),
    )
    return decision, desk.files.put_decision(decision)


def override_value(
    desk: AverageDesk,
    proposal_id: ProposalId,
    *,
    account_id: AccountId,
    value: Decimal | None,
    reason: str,
    agreement_id: AgreementId | None = None,
) -> Override:
    """Give an account's agreement another value, or with None leave it out; a later word replaces this one.

    Raises ProposalNotReady, NotInProposal, WhichAgreement, InvalidOverride, ProposalChangedMeanwhile.
    """
    proposal = desk.proposals.proposal(proposal_id)
    proposal.require(ProposalState.PROPOSED)
    _check(value, reason)
    found = _find(desk, proposal, account_id, agreement_id)
    override = Override(
        account_id=account_id,
        agreement_id=found.agreement_id,
        value=value,
        reason=reason.strip(),
        decided_by=desk.actor,
        decided_at=desk.now,
        proposed=found.value,
        added=found.added,
    )
    known = overrides_by_agreement(desk.proposals.overrides(proposal_id))
    changed = proposal.changed(
        editors=tuple(sorted({*proposal.editors, desk.actor})),
        overrides=len({*known, found.agreement_id}),
    )
    entry = _audit_of_override(desk, proposal, override, "average_overridden")
    desk.proposals.override(changed, override, audit=entry)
    return override


def withdraw_override(
    desk: AverageDesk,
    proposal_id: ProposalId,
    *,
    account_id: AccountId,
    agreement_id: AgreementId | None = None,
) -> Override:
    """Let what was proposed stand again. Raises as override_value; NotInProposal where nothing was."""
    proposal = desk.proposals.proposal(proposal_id)
    proposal.require(ProposalState.PROPOSED)
    known = overrides_by_agreement(desk.proposals.overrides(proposal_id))
    mine = [one for one in known.values() if one.account_id == account_id]
    override = _one_of(proposal, account_id, mine, agreement_id)
    changed = proposal.changed(
        editors=tuple(sorted({*proposal.editors, desk.actor})), overrides=len(known) - 1
    )
    entry = _audit_of_override(desk, proposal, override, "average_override_withdrawn")
    desk.proposals.withdraw_override(changed, override, audit=entry)
    return override


def approve_proposal(desk: AverageDesk, proposal_id: ProposalId, *, sha256: str) -> Proposal:
    """Approve exactly what `sha256` (or its first digits) names. Safe to repeat.

    Raises ProposalNotReady, MakerApproves, ApprovalOfAnother, ProposalChangedMeanwhile.
    """
    proposal = desk.proposals.proposal(proposal_id)
    if proposal.state is not ProposalState.APPROVED:
        proposal.require(ProposalState.PROPOSED)
    if desk.actor in {proposal.opened_by, *proposal.editors}:
        raise MakerApproves(
            f"{desk.actor} made proposal {proposal_id} or changed a value of it: a second person approves it",
            proposal_id=proposal_id,
            actor=desk.actor,
        )
    _, stored = decision_of(desk, proposal)
    if len(sha256) < _LEAST_OF_HASH or not stored.sha256.startswith(sha256.lower()):
        raise ApprovalOfAnother(
            f"{sha256} is not what proposal {proposal_id} and its overrides are now: look at it again "
            f"(`headgate average show {proposal_id}`) and give at least {_LEAST_OF_HASH} digits of its hash",
            proposal_id=proposal_id,
        )
    if proposal.state is ProposalState.APPROVED:
        return proposal
    approved = proposal.changed(
        state=ProposalState.APPROVED, decision_sha256=stored.sha256, approved_by=desk.actor
    )
    told = {"decision": stored.sha256, "overrides": proposal.overrides}
    return desk.proposals.change(approved, audit=audit_of_proposal(desk, approved, "approved", told))


def withdraw_proposal(desk: AverageDesk, proposal_id: ProposalId, *, reason: str) -> Proposal:
    """Give a proposal up before it is frozen. Safe to repeat. Raises ProposalNotReady."""
    proposal = desk.proposals.proposal(proposal_id)
    if proposal.state is ProposalState.WITHDRAWN:
        return proposal
    proposal.require(*_BEFORE_FREEZING)
    withdrawn = proposal.changed(state=ProposalState.WITHDRAWN)
    entry = audit_of_proposal(desk, withdrawn, "withdrawn", {"reason": reason})
    return desk.proposals.change(withdrawn, audit=entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    agreement_id: AgreementId
    value: Decimal | None
    added: bool


def _find(
    desk: AverageDesk, proposal: Proposal, account_id: AccountId, agreement_id: AgreementId | None
) -> _Found:
    manifest, shard = manifest_of(desk, proposal), shard_of(account_id)
    entry = next((one for one in manifest.chunks if one.shard == shard), None)
    candidates: list[_Found] = []
    if entry is not None:
        chunk = desk.files.proposed(entry.key, sha256=entry.sha256)
        candidates = [_of(value) for value in chunk.values if value.account_id == account_id]
        if any(one.account_id == account_id for one in chunk.failed):
            agreements = desk.registry.account(account_id).agreements
            service = proposal.rule.service
            candidates = [
                _Found(agreement_id=one.agreement_id, value=None, added=True)
                for one in agreements
                if one.service_type is service
            ]
    return _one_of(proposal, account_id, candidates, agreement_id)


def _of(value: ProposedValue) -> _Found:
    return _Found(agreement_id=value.agreement_id, value=value.value, added=False)


def _one_of(
    proposal: Proposal, account_id: AccountId, candidates: list[T], agreement_id: AgreementId | None
) -> T:
    found = [one for one in candidates if agreement_id in (None, one.agreement_id)]
    if len(found) == 1:
        return found[0]
    names = [one.agreement_id for one in candidates]
    if found:
        raise WhichAgreement(
            f"account {account_id} has several agreements in {proposal.proposal_id}: name one of "
            f"{', '.join(names)} with --agreement",
            agreements=names,
        )
    raise NotInProposal(
        f"proposal {proposal.proposal_id} has no such agreement of account {account_id}"
        + (f": it has {', '.join(names)}" if names else ""),
        proposal_id=proposal.proposal_id,
        account_id=account_id,
    )


def _check(value: Decimal | None, reason: str) -> None:
    if not reason.strip():
        raise InvalidOverride("an override needs a reason: say in a few words why")
    if value is not None and (not value.is_finite() or value < 0 or value.adjusted() > _MOST_DIGITS):
        raise InvalidOverride(f"{value} is not a quantity of water: write a number from 0", value=str(value))


def _audit_of_override(desk: AverageDesk, proposal: Proposal, override: Override, action: str) -> AuditEntry:
    return AuditEntry(
        entity="account",
        entity_id=override.account_id,
        action=action,
        actor=desk.actor,
        at=desk.now,
        unique=f"{proposal.proposal_id}.{proposal.version}",
        correlation_id=proposal.proposal_id,
        before={"proposed": override.proposed},
        after={
            "agreement_id": override.agreement_id,
            "determinant": proposal.rule.determinant,
            "from": str(proposal.effective_on),
            "value": override.value,
            "excluded": override.value is None,
            "reason": override.reason,
        },
    )
