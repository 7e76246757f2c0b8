"""A year's winter averages: proposed, looked at, approved by somebody else, frozen, billed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.domain.averages.proposal import (
    Basis,
    Flag,
    FreezeTally,
    ProposalNotReady,
    ProposalState,
    Stage,
)
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId, Shard
from chalicelib.domain.ledger.reversal import Undoing, cancellation_of
from chalicelib.domain.ledger.transaction import FinancialTransaction
from chalicelib.domain.premises.service_agreement import ServiceAgreement
from chalicelib.usecases.ports.registry import Change, RegistryBatch, in_batches
from chalicelib.usecases.propose_average import (
    ProposalIncomplete,
    ProposalUnderWay,
    WindowStillOpen,
)
from chalicelib.usecases.review_average import (
    override_value,
    withdraw_proposal,
)
from tests.average_office import AverageOffice
from tests.faults.writes import Writes
from tests.in_process import InProcess
from tests.towns import household, the_account
from tests.winter_town import (
    APRIL,
    AVERAGE,
    EFFECTIVE,
    VALUES,
    WINTER,
    the_rule,
    the_sewer,
    winter_reads,
    winter_town,
)

ONE, TWO, THREE, FOUR = (the_account(number) for number in VALUES)


def by_hand(office: AverageOffice, account_id: AccountId, value: str) -> None:
    """Somebody gives an account's sewer another average from the effective day on."""
    whole = office.registry.account(account_id)
    changed = tuple(
        replace(one, determinants={**one.determinants, AVERAGE: _since(one, value)})
        if one.agreement_id == the_sewer(account_id)
        else one
        for one in whole.agreements
    )
    office.stored.save(RegistryBatch(changes=(Change(whole, replace(whole, agreements=changed)),)))


def _since(agreement: ServiceAgreement, value: str) -> Dated[Decimal | str]:
    history: Dated[Decimal | str] = agreement.determinants.get(AVERAGE, Dated(()))
    return history.with_entry(EFFECTIVE, Decimal(value))


class OtherLedger:
    """The ledger, with what it answers for a shard exchanged."""

    def __init__(self, ledger: Any, change: Callable[[Shard, list[Any]], list[Any]]) -> None:
        self._ledger = ledger
        self._change = change

    def transactions_of_shard(self, shard: Shard, **options: Any) -> Iterator[FinancialTransaction]:
        yield from self._change(shard, list(self._ledger.transactions_of_shard(shard, **options)))


def in_barrels(transaction: FinancialTransaction) -> FinancialTransaction:
    bill = transaction.bill
    assert bill is not None
    segments = tuple(replace(one, unit="barrel") if one.unit else one for one in bill.segments)
    return replace(transaction, bill=replace(bill, segments=segments))


def test_from_the_proposal_to_the_bill(utility: InProcess, office: AverageOffice) -> None:
    proposal = office.propose()

    assert proposal.state is ProposalState.PROPOSED
    assert proposal.tally.bases == {"class_median": 1, "measured": 3}
    assert proposal.tally.value_sum == 12 + 20 + 12 + 7
    found = office.values()
    assert {key: one.value for key, one in found.items()} == {
        the_account(number): value for number, value in VALUES.items()
    }
    assert found[ONE].words == (
        "12 + 11 + 13 + 12 ccf over 4 bills ended 2026-12-09, 2027-01-09, 2027-02-09 and 2027-03-09 "
        "= 48 / 4 = 12; cap 20 not reached"
    )
    assert (found[TWO].flags, found[TWO].basis) == ((Flag.CAPPED,), Basis.MEASURED)
    assert (found[THREE].flags, found[THREE].basis) == ((Flag.FEW_BILLS,), Basis.CLASS_MEDIAN)
    assert found[THREE].words == (
        "2 bills in the window (9 and 9 ccf), 3 needed; median of class SEWER-W (3 agreements) = 12 ccf; "
        "cap 20 not reached"
    )

    office.approve(proposal.proposal_id)
    frozen = office.freeze(proposal.proposal_id)
    assert frozen.frozen == FreezeTally(frozen=4, value_sum=Decimal(51))
    assert office.average(ONE, date(2027, 3, 31)) is None

    utility.read(winter_reads(APRIL))
    run = utility.bill(APRIL)
    assert run.tally.billed == 4
    flows = {
        (posted.account_id, posted.bill.period): line.amount_minor
        for posted in utility.ledger_of()
        if posted.bill
        for segment in posted.bill.segments
        for line in segment.lines
        if line.charge == "FLOW"
    }
    march = WINTER[-1]
    assert {flows[account, march] for account in (ONE, TWO, THREE, FOUR)} == {1000}  # the tariff's default
    assert [flows[account, APRIL] for account in (ONE, TWO, THREE, FOUR)] == [2400, 4000, 2400, 1400]


def test_what_was_set_by_hand_since_stays_and_is_reported(office: AverageOffice) -> None:
    proposal = office.propose()
    office.approve(proposal.proposal_id)
    by_hand(office, ONE, "3")
    by_hand(office, TWO, "20")  # the same as approved

    frozen = office.freeze(proposal.proposal_id)

    assert frozen.frozen == FreezeTally(frozen=3, kept=1, value_sum=Decimal(39))
    assert office.average(ONE) == Decimal(3)
    (report,) = office.reports(proposal.proposal_id, Stage.FREEZE)
    assert [(one.agreement_id, one.reason) for one in report.not_frozen] == [
        (the_sewer(ONE), "it was given 3 from 2027-04-01 on, and keeps it; 12 was approved")
    ]


def test_what_is_set_by_hand_while_a_worker_is_about_to_write_stays_too(utility: InProcess) -> None:
    calm = AverageOffice.of(winter_town(), ledger=utility.ledger)
    calm.work()
    write = calm.writes.names.index("registry.save")
    writes = Writes(meanwhile={write: lambda: by_hand(shaken, ONE, "3")})
    shaken = AverageOffice.of(winter_town(), ledger=utility.ledger, writes=writes)

    frozen = shaken.work()

    assert shaken.writes.names.count("registry.save") == 2  # the first was refused whole
    assert shaken.average(ONE) == Decimal(3)
    assert frozen.frozen == FreezeTally(frozen=3, kept=1, value_sum=Decimal(39))
    assert [shaken.average(account) for account in (TWO, THREE, FOUR)] == [20, 12, 7]


def test_an_account_that_cannot_be_measured_disturbs_no_other(
    utility: InProcess, office: AverageOffice
) -> None:
    office.ledger = OtherLedger(  # type: ignore[assignment]
        utility.ledger,
        lambda _, posted: [in_barrels(one) if one.account_id == TWO else one for one in posted],
    )
    proposal = office.propose()
    assert (proposal.tally.agreements, proposal.tally.failed_accounts) == (3, 1)
    failed = office.review(proposal.proposal_id).failed
    assert [(one.account_id, one.reason.split(":")[0]) for one in failed] == [(TWO, "UnknownUnit")]
    assert office.values()[THREE].value == Decimal(10)  # the median of 12 and 7 is 9.5

    override_value(office.desk(), proposal.proposal_id, account_id=TWO, value=Decimal(18), reason="by hand")
    office.approve(proposal.proposal_id)
    assert office.freeze(proposal.proposal_id).frozen.frozen == 4
    assert office.average(TWO) == Decimal(18)


def test_a_shard_that_fails_is_done_again_by_the_same_command(utility: InProcess) -> None:
    def fails(shard: Shard, posted: list[Any]) -> list[Any]:
        raise RuntimeError(f"{shard} is torn")

    office = AverageOffice.over(utility)
    office.ledger = OtherLedger(utility.ledger, fails)  # type: ignore[assignment]
    with pytest.raises(ProposalIncomplete, match=r"C01\.001: fault of this program: RuntimeError"):
        office.propose()
    office.ledger = utility.ledger
    assert office.propose().tally.agreements == 4


def test_what_was_canceled_does_not_count(utility: InProcess) -> None:
    water = AgreementId(the_sewer(ONE).replace("sewer", "water"))
    posted = [one for one in utility.ledger_of() if one.bill and one.account_id == ONE]
    undoing = Undoing(
        reason="misread", entered_on=date(2027, 3, 20), accounting_period=WINTER[-1], recorded_at=utility.now
    )
    canceled = cancellation_of(posted[2], water, undoing)  # the 13 of February
    office = AverageOffice.over(utility)
    office.ledger = OtherLedger(utility.ledger, lambda _, found: [*found, canceled])  # type: ignore[assignment]
    office.propose()
    assert office.values()[ONE].words.startswith("12 + 11 + 12 ccf over 3 bills")


def test_the_season_must_have_ended(office: AverageOffice) -> None:
    with pytest.raises(WindowStillOpen, match="goes on to 2027-04-01"):
        office.open(today=date(2027, 3, 31))


def test_proposing_again_shows_what_is_there_and_another_wording_is_refused(office: AverageOffice) -> None:
    proposal = office.propose()
    assert office.propose() == proposal
    other = the_rule(("cap: 20", "cap: 15"))
    with pytest.raises(ProposalUnderWay, match="another wording"):
        office.propose(other)

    anew = office.propose(other, anew=True)

    assert (anew.proposal_id, anew.state) == ("WINTER-2027-2", ProposalState.PROPOSED)
    assert office.proposals.proposal(proposal.proposal_id).state is ProposalState.WITHDRAWN
    assert office.values()[TWO].value == Decimal(15)


def test_a_proposal_can_be_given_up_until_it_is_being_frozen(office: AverageOffice) -> None:
    proposal = office.propose()
    office.approve(proposal.proposal_id)
    given_up = withdraw_proposal(office.desk(), proposal.proposal_id, reason="the council postponed it")
    assert given_up.state is ProposalState.WITHDRAWN
    with pytest.raises(ProposalNotReady):
        office.freeze(proposal.proposal_id)
    again = office.propose()
    assert again.proposal_id == "WINTER-2027-2"
    office.approve(again.proposal_id)
    office.freeze(again.proposal_id)
    with pytest.raises(ProposalNotReady):
        withdraw_proposal(office.desk(), again.proposal_id, reason="too late")


def test_a_second_proposal_fills_the_gaps_and_keeps_what_stands(
    utility: InProcess, office: AverageOffice
) -> None:
    office.work()
    point, newcomer = household(5, since=date(2027, 3, 20))
    sewer = next(one for one in newcomer.agreements if one.agreement_id.endswith("sewer"))
    on_average = replace(sewer, tariff=office.sewer(ONE).tariff.since(date(2027, 3, 20), "SEWER-W"))
    others = tuple(one for one in newcomer.agreements if one is not sewer)
    for batch in in_batches([point, replace(newcomer, agreements=(on_average, *others))]):
        utility.registry.save(batch)

    second = office.propose(the_rule(("cap: 20", "cap: 15")), anew=True)
    assert office.values()[ONE].flags == (Flag.SET_ALREADY,)
    office.approve(second.proposal_id)
    frozen = office.freeze(second.proposal_id)

    assert office.average(the_account(5)) == Decimal(12)
    assert office.average(TWO) == Decimal(20)
    assert (frozen.frozen.kept, frozen.frozen.frozen) == (1, 4)  # 20 stands where 15 was approved


def test_the_next_year_knows_what_was_last_year(office: AverageOffice) -> None:
    office.work()
    office.propose(year=2028, today=date(2028, 4, 1))
    found = office.values()
    assert {one.basis for one in found.values()} == {Basis.LAST_YEAR}
    assert {key: one.value for key, one in found.items()} == {
        the_account(number): value for number, value in VALUES.items()
    }
