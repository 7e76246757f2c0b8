"""Who may decide on averages: proposing, overriding, approving, and what is told of it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from chalicelib.domain.averages.proposal import (
    FreezeTally,
    ProposalNotReady,
)
from chalicelib.domain.kernel.ids import AccountId
from chalicelib.usecases.review_average import (
    ApprovalOfAnother,
    InvalidOverride,
    MakerApproves,
    NotInProposal,
    approve_proposal,
    override_value,
    withdraw_override,
)
from tests.average_office import CHECKER, MAKER, AverageOffice
from tests.towns import the_account
from tests.winter_town import (
    VALUES,
)

ONE, TWO, THREE, FOUR = (the_account(number) for number in VALUES)


def test_the_trail_tells_who_did_what(office: AverageOffice) -> None:
    proposal = office.work()
    told = office.audit.entries(entity="average_proposal", entity_id=proposal.proposal_id)
    assert sorted((one.action, one.actor) for one in told) == [
        ("approved", CHECKER),
        ("freezing_begun", CHECKER),
        ("frozen", CHECKER),
        ("opened", MAKER),
        ("proposed", MAKER),
        ("shard_frozen", CHECKER),
    ]
    (shard,) = [one for one in told if one.action == "shard_frozen"]
    assert shard.after["agreements"] == 4
    assert shard.after["decision"] == proposal.decision_sha256


def test_whoever_proposed_may_not_approve(office: AverageOffice) -> None:
    proposal = office.propose()
    sha256 = office.review(proposal.proposal_id).decision_sha256
    with pytest.raises(MakerApproves, match="a second person approves it"):
        approve_proposal(office.desk(MAKER), proposal.proposal_id, sha256=sha256)


def test_an_override_is_approved_with_the_rest_and_by_neither_of_those_who_made_it(
    office: AverageOffice,
) -> None:
    proposal = office.propose()
    seen = office.review(proposal.proposal_id).decision_sha256
    override_value(
        office.desk("cli:second"),
        proposal.proposal_id,
        account_id=TWO,
        value=Decimal(9),
        reason="a leak, repaired in March",
    )

    with pytest.raises(ApprovalOfAnother, match="look at it again"):
        approve_proposal(office.desk(CHECKER), proposal.proposal_id, sha256=seen)
    now = office.review(proposal.proposal_id)
    assert now.decision_sha256 != seen
    assert (now.proposal.overrides, now.proposal.editors) == (1, ("cli:second",))
    for maker in (MAKER, "cli:second"):
        with pytest.raises(MakerApproves):
            approve_proposal(office.desk(maker), proposal.proposal_id, sha256=now.decision_sha256)
    approve_proposal(office.desk(CHECKER), proposal.proposal_id, sha256=now.decision_sha256[:16])
    office.freeze(proposal.proposal_id)

    assert office.average(TWO) == Decimal(9)
    told = office.audit.entries(entity="account", entity_id=TWO)[-1]
    assert (told.action, told.before, told.after["value"]) == (
        "average_overridden", {"proposed": "20"}, "9",
    )  # fmt: skip
    assert told.after["reason"] == "a leak, repaired in March"


def test_what_is_left_out_gets_nothing(office: AverageOffice) -> None:
    proposal = office.propose()
    override_value(
        office.desk(), proposal.proposal_id, account_id=FOUR, value=None, reason="not connected to the sewer"
    )
    office.approve(proposal.proposal_id)
    assert office.freeze(proposal.proposal_id).frozen == FreezeTally(
        frozen=3, excluded=1, value_sum=Decimal(44)
    )
    assert office.average(FOUR) is None


def test_an_override_can_be_taken_back(office: AverageOffice) -> None:
    proposal = office.propose()
    seen = office.review(proposal.proposal_id).decision_sha256
    override_value(office.desk(), proposal.proposal_id, account_id=TWO, value=Decimal(9), reason="a leak")
    withdraw_override(office.desk(), proposal.proposal_id, account_id=TWO)
    assert office.review(proposal.proposal_id).decision_sha256 == seen
    assert office.proposals.proposal(proposal.proposal_id).overrides == 0
    with pytest.raises(NotInProposal):
        withdraw_override(office.desk(), proposal.proposal_id, account_id=TWO)


def test_an_override_needs_a_reason_a_quantity_and_an_agreement_of_the_proposal(
    office: AverageOffice,
) -> None:
    proposal_id = office.propose().proposal_id

    def try_to(account_id: AccountId, value: str, reason: str) -> None:
        override_value(office.desk(), proposal_id, account_id=account_id, value=Decimal(value), reason=reason)

    with pytest.raises(InvalidOverride, match="needs a reason"):
        try_to(TWO, "9", " ")
    for wrong in ("-1", "NaN", "1e30"):
        with pytest.raises(InvalidOverride, match="not a quantity of water"):
            try_to(TWO, wrong, "a leak")
    with pytest.raises(NotInProposal):
        try_to(the_account(99), "9", "a leak")


def test_nothing_is_overridden_once_it_is_approved(office: AverageOffice) -> None:
    proposal = office.propose()
    office.approve(proposal.proposal_id)
    with pytest.raises(ProposalNotReady, match="is approved; this needs it to be proposed"):
        override_value(office.desk(), proposal.proposal_id, account_id=TWO, value=Decimal(9), reason="a leak")


def test_a_proposal_that_is_not_approved_is_not_frozen(office: AverageOffice) -> None:
    proposal = office.propose()
    with pytest.raises(ProposalNotReady, match="is proposed: a second person approves it first"):
        office.freeze(proposal.proposal_id)
    assert office.average(ONE) is None
