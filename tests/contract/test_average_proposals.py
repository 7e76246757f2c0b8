"""What every AverageProposals promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.averages.proposal import (
    FreezeTally,
    NotFrozen,
    Override,
    Proposal,
    ProposalState,
    ProposalTally,
    ShardReport,
    Stage,
    proposal_id_of,
)
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Shard
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.averages import MemoryAverageProposals
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.averages import (
    AverageProposals,
    ProposalChangedMeanwhile,
    ProposalUnknown,
)
from tests.winter_town import the_rule

NOW = datetime(2027, 4, 2, 9, tzinfo=UTC)
ONE, TWO = Shard("C01.001"), Shard("C01.002")
_numbers = count(int(datetime.now(UTC).timestamp() * 1000))


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def stores(request: pytest.FixtureRequest) -> tuple[AverageProposals, AuditStore]:
    if request.param == "memory":
        audit = MemoryAuditStore()
        return MemoryAverageProposals(audit=audit), audit
    request.getfixturevalue("local_cloud")
    from chalicelib import bootstrap

    return bootstrap.average_proposals(), bootstrap.audit_store()


@pytest.fixture
def proposals(stores: tuple[AverageProposals, AuditStore]) -> AverageProposals:
    return stores[0]


@pytest.fixture
def proposal() -> Proposal:
    rule = the_rule(("average: WINTER", f"average: W{next(_numbers)}"))
    return Proposal(
        proposal_id=proposal_id_of(rule, 2027, 1),
        number=1,
        rule=rule,
        year=2027,
        effective_on=date(2027, 4, 1),
        tariffs=("S-1", "S-2"),
        opened_at=NOW,
        opened_by="maker",
        shards=2,
    )


def entry(proposal: Proposal, action: str) -> AuditEntry:
    return AuditEntry(
        entity="average_proposal",
        entity_id=proposal.proposal_id,
        action=action,
        actor="test",
        at=NOW,
        unique=f"{action}.{proposal.version}",
    )


def an_override(number: int, value: str | None = "7") -> Override:
    return Override(
        account_id=AccountId(f"C01.001-{number:010d}"),
        agreement_id=AgreementId(f"SA-{number}"),
        value=None if value is None else Decimal(value),
        reason="a leak",
        decided_by="maker",
        decided_at=NOW,
        proposed=Decimal("12.5"),
    )


def actions(audit: AuditStore, proposal: Proposal) -> list[str]:
    told = audit.entries(entity="average_proposal", entity_id=proposal.proposal_id)
    return sorted(one.action for one in told)


def test_a_proposal_is_opened_once(stores: tuple[AverageProposals, AuditStore], proposal: Proposal) -> None:
    proposals, audit = stores
    assert proposals.open(proposal, audit=entry(proposal, "opened")) == proposal
    later = replace(proposal, opened_by="somebody else")
    assert proposals.open(later, audit=entry(proposal, "opened again")) == proposal
    assert proposals.proposal(proposal.proposal_id) == proposal
    assert actions(audit, proposal) == ["opened"]


def test_a_proposal_nobody_opened_is_unknown(proposals: AverageProposals, proposal: Proposal) -> None:
    with pytest.raises(ProposalUnknown, match=proposal.proposal_id):
        proposals.proposal(proposal.proposal_id)


def test_a_change_is_stored_once_and_only_by_who_read_the_last_version(
    stores: tuple[AverageProposals, AuditStore], proposal: Proposal
) -> None:
    proposals, audit = stores
    opened = proposals.open(proposal, audit=entry(proposal, "opened"))
    proposed = opened.changed(
        state=ProposalState.PROPOSED,
        manifest_sha256="a" * 64,
        tally=ProposalTally(agreements=2, value_sum=Decimal("19.5"), bases={"measured": 2}),
    )
    stored = proposals.change(proposed, audit=entry(proposed, "proposed"))
    assert stored == replace(proposed, version=1)
    assert proposals.proposal(proposal.proposal_id) == stored
    with pytest.raises(ProposalChangedMeanwhile, match="changed by somebody else"):
        proposals.change(opened.changed(shards=9), audit=entry(opened, "withdrawn"))
    assert proposals.proposal(proposal.proposal_id) == stored
    assert actions(audit, proposal) == ["opened", "proposed"]


def test_overrides_come_with_the_proposals_new_version(
    proposals: AverageProposals, proposal: Proposal
) -> None:
    opened = proposals.open(proposal, audit=entry(proposal, "opened"))
    two = proposals.override(opened.changed(overrides=1), an_override(2), audit=entry(opened, "two"))
    one = proposals.override(two.changed(overrides=2), an_override(1, None), audit=entry(two, "one"))
    again = proposals.override(one, an_override(2, "8"), audit=entry(one, "two again"))
    assert (again.version, again.overrides) == (3, 2)
    assert proposals.overrides(proposal.proposal_id) == [an_override(1, None), an_override(2, "8")]
    with pytest.raises(ProposalChangedMeanwhile):
        proposals.override(two, an_override(3), audit=entry(two, "three"))
    assert len(proposals.overrides(proposal.proposal_id)) == 2

    left = proposals.withdraw_override(again, an_override(1, None), audit=entry(again, "withdrawn"))
    assert left.version == 4
    assert proposals.overrides(proposal.proposal_id) == [an_override(2, "8")]


def test_the_first_report_that_is_done_stays(proposals: AverageProposals, proposal: Proposal) -> None:
    failed = ShardReport(
        proposal_id=proposal.proposal_id, shard=ONE, stage=Stage.FREEZE, failure="the ledger is torn"
    )
    done = replace(
        failed,
        failure="",
        frozen=FreezeTally(frozen=3, kept=1, value_sum=Decimal(31)),
        not_frozen=(
            NotFrozen(account_id=AccountId("C01.001-1"), agreement_id=AgreementId("SA-1"), reason="kept"),
        ),
    )
    assert proposals.report_shard(failed) == failed
    assert proposals.report_shard(done) == done  # a failure gives way
    assert proposals.report_shard(failed) == done
    assert proposals.report_shard(replace(done, key="b")) == done
    assert list(proposals.shard_reports(proposal.proposal_id, Stage.FREEZE)) == [done]


def test_reports_are_listed_by_stage_and_shard(proposals: AverageProposals, proposal: Proposal) -> None:
    for shard in (TWO, ONE):
        for stage in (Stage.MEASURE, Stage.SETTLE):
            proposals.report_shard(
                ShardReport(proposal_id=proposal.proposal_id, shard=shard, stage=stage, key=f"{stage}")
            )
    found = proposals.shard_reports(proposal.proposal_id, Stage.MEASURE)
    assert [(one.shard, one.key) for one in found] == [(ONE, "measure"), (TWO, "measure")]


def test_proposals_are_listed_newest_first(proposals: AverageProposals, proposal: Proposal) -> None:
    others = [
        replace(proposal, number=10, proposal_id=proposal_id_of(proposal.rule, 2027, 10)),
        replace(proposal, year=2028, proposal_id=proposal_id_of(proposal.rule, 2028, 1)),
        replace(proposal, number=2, proposal_id=proposal_id_of(proposal.rule, 2027, 2)),
    ]
    for one in (proposal, *others):
        proposals.open(one, audit=entry(one, "opened"))
    mine = [one for one in proposals.proposals() if one.rule.code == proposal.rule.code]
    assert [(one.year, one.number) for one in mine] == [(2028, 1), (2027, 10), (2027, 2), (2027, 1)]
