"""What freezing makes of one agreement, as the registry has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chalicelib.domain.averages.freeze import DueValue, due_values, fate_of
from chalicelib.domain.averages.measure_agreement import Task
from chalicelib.domain.averages.proposal import FreezeTally, Override
from chalicelib.domain.averages.settle import settle
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AccountId, AgreementId
from chalicelib.domain.premises.service_agreement import ServiceAgreement, ServiceType
from tests.unit.domain.averages.builders import a_rule, measured

SINCE, JULY = date(2020, 1, 1), date(2026, 7, 1)
TASK = Task(rule=a_rule(), year=2026, tariffs=frozenset({"S-1"}))
ACCOUNT, SEWER = AccountId("C01.001-0000000001"), AgreementId("SA-1")
TWELVE = DueValue(account_id=ACCOUNT, agreement_id=SEWER, value=Decimal(12))


def sewer(**determinants: Dated[Decimal | str]) -> ServiceAgreement:
    return ServiceAgreement(
        agreement_id=SEWER,
        account_id=ACCOUNT,
        service_type=ServiceType.SEWER,
        start=SINCE,
        tariff=Dated.since(SINCE, "S-1"),
        determinants=determinants,
    )


def test_the_value_holds_from_the_effective_day_on_and_what_was_before_stays() -> None:
    zone: Dated[Decimal | str] = Dated.since(SINCE, "inside")
    before = sewer(winter_average_ccf=Dated.since(date(2025, 7, 1), Decimal(9)), zone=zone)
    fate = fate_of(TWELVE, before, task=TASK)
    assert fate.before == before
    assert fate.after is not None
    history = fate.after.determinants["winter_average_ccf"]
    assert (history.on(date(2026, 6, 30)), history.on(JULY)) == (Decimal(9), Decimal(12))
    assert fate.after.determinants["zone"] == zone
    assert fate.tally == FreezeTally(frozen=1, value_sum=Decimal(12))


@pytest.mark.parametrize("standing", [Decimal(12), Decimal("12.0"), "12"])
def test_the_same_value_of_the_same_day_is_frozen_already(standing: Decimal | str) -> None:
    fate = fate_of(TWELVE, sewer(winter_average_ccf=Dated.since(JULY, standing)), task=TASK)
    assert (fate.after, fate.not_frozen) == (None, None)
    assert fate.tally == FreezeTally(frozen=1, value_sum=Decimal(12))


def test_another_value_of_that_day_is_somebodys_word_and_stays() -> None:
    fate = fate_of(TWELVE, sewer(winter_average_ccf=Dated.since(JULY, Decimal(5))), task=TASK)
    assert fate.after is None
    assert fate.tally == FreezeTally(kept=1)
    assert fate.not_frozen is not None
    assert fate.not_frozen.reason == "it was given 5 from 2026-07-01 on, and keeps it; 12 was approved"


def test_a_value_of_a_later_day_still_takes_over_on_that_day() -> None:
    later: Dated[Decimal | str] = Dated.since(date(2026, 9, 1), Decimal(5))
    after = fate_of(TWELVE, sewer(winter_average_ccf=later), task=TASK).after
    assert after is not None
    history = after.determinants["winter_average_ccf"]
    assert (history.on(JULY), history.on(date(2026, 9, 1))) == (Decimal(12), Decimal(5))


def test_an_agreement_that_is_gone_is_reported() -> None:
    ended = replace(sewer(), end=date(2026, 6, 1))
    moved = replace(sewer(), tariff=Dated.since(SINCE, "S-9"))
    for agreement in (None, ended, moved):
        fate = fate_of(TWELVE, agreement, task=TASK)
        assert (fate.after, fate.tally) == (None, FreezeTally(gone=1))
        assert fate.not_frozen is not None


def test_what_has_no_value_or_is_left_out_is_counted_and_left_alone() -> None:
    assert fate_of(replace(TWELVE, value=None), sewer(), task=TASK).tally == FreezeTally(without_value=1)
    excluded = replace(TWELVE, value=None, excluded=True)
    assert fate_of(excluded, sewer(), task=TASK).tally == FreezeTally(excluded=1)


def test_an_override_stands_in_place_of_what_was_proposed() -> None:
    proposed = [
        settle(measured(exact, number=n), rule=a_rule(), classes={}) for n, exact in ((1, "9"), (2, "8"))
    ]
    word = Override(
        account_id=proposed[1].account_id,
        agreement_id=proposed[1].agreement_id,
        value=Decimal(3),
        reason="a leak",
        decided_by="clerk",
        decided_at=datetime(2026, 5, 1, tzinfo=UTC),
    )
    due = due_values(proposed, {word.agreement_id: word})
    assert [one.value for one in due] == [Decimal(9), Decimal(3)]
    left_out = replace(word, value=None)
    assert [one.excluded for one in due_values(proposed, {word.agreement_id: left_out})] == [False, True]
    added = replace(word, account_id=ACCOUNT, agreement_id=AgreementId("SA-0"), added=True)
    assert [one.agreement_id for one in due_values(proposed, {added.agreement_id: added})] == [
        "SA-0", "SA-1", "SA-2",
    ]  # fmt: skip
