"""A tariff is published that agreements are not ready for."""

from __future__ import annotations

import pytest

from chalicelib.domain.tariffs.lifecycle import ReportNotSignedOff
from chalicelib.domain.tariffs.readiness import Lack
from chalicelib.usecases.report_publication import report_publications
from chalicelib.usecases.show_bill_run import excepted_accounts
from chalicelib.usecases.sign_off_report import NothingToSignOff, sign_off_report
from tests.in_process import InProcess
from tests.scenarios.tariffs.ann_and_bob import (
    BOB,
    OCTOBER_10,
    at_desk,
    give_size,
    publish,
    report,
    reviewed,
    sized,
    water,
)
from tests.towns import NOVEMBER, OCTOBER, the_account


def test_agreements_without_a_fact_are_listed_and_their_bills_become_exceptions(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    for shard in (1, 2):
        give_size(utility, 1, "5/8", shard=shard)
    give_size(utility, 2, "3")
    wanted = reviewed(utility, sized())

    found = report(utility, wanted)
    assert [(one.account_id, one.determinant, one.lack) for one in found.agreements] == [
        (the_account(2), "meter_size", Lack.NOT_IN_TABLE),
        (the_account(3), "meter_size", Lack.MISSING),
        (the_account(2, shard=2), "meter_size", Lack.MISSING),
        (the_account(3, shard=2), "meter_size", Lack.MISSING),
    ]
    with pytest.raises(ReportNotSignedOff, match="agreements unbilled"):
        publish(utility, wanted)
    sign_off_report(at_desk(utility, BOB), "WATER", 2, seen=found.sha256[:12])
    publish(utility, wanted)

    run = utility.bill(NOVEMBER)
    assert (run.tally.billed, run.tally.excepted) == (2, 4)
    left_out = {
        one.account_id: one.exceptions
        for one in excepted_accounts(run.run_id, operations=utility.operations, artefacts=utility.artefacts)
    }
    (why,) = left_out[the_account(3)]
    assert (why.code, why.agreement_id) == ("determinant_missing", f"{the_account(3)}.water")
    assert "tariff WATER@2 needs meter_size" in why.message
    (why,) = left_out[the_account(2)]
    assert (why.code, "meter_size '3'" in why.message) == ("not_in_table", True)


def test_a_finding_more_must_be_signed_off_anew_and_is_told(utility: InProcess) -> None:
    give_size(utility, 1, "5/8")
    wanted = reviewed(utility, sized())
    seen = report(utility, wanted).sha256
    sign_off_report(at_desk(utility, BOB), "WATER", 2, seen=seen)
    give_size(utility, 1, "3")
    told = rf"since cli:bob signed off {seen[:12]}, new are 1 agreements left unbilled, 0 charges"
    with pytest.raises(ReportNotSignedOff, match=told):
        publish(utility, wanted)
    sign_off_report(at_desk(utility, BOB), "WATER", 2, seen=report(utility, wanted).sha256)
    assert publish(utility, wanted) == {"WATER@2": True}


def test_a_finding_that_was_mended_meanwhile_needs_no_new_signature(utility: InProcess) -> None:
    wanted = reviewed(utility, sized())
    seen = report(utility, wanted).sha256
    sign_off_report(at_desk(utility, BOB), "WATER", 2, seen=seen)
    give_size(utility, 1, "5/8")
    assert report(utility, wanted).sha256 != seen
    assert publish(utility, wanted) == {"WATER@2": True}


def test_once_every_agreement_has_its_fact_there_is_nothing_to_sign_off(utility: InProcess) -> None:
    wanted = reviewed(utility, sized())
    for shard in (1, 2):
        for number in (1, 2, 3):
            give_size(utility, number, "1", shard=shard)
    with pytest.raises(NothingToSignOff):
        sign_off_report(at_desk(utility, BOB), "WATER", 2, seen=report(utility, wanted).sha256)
    assert publish(utility, wanted) == {"WATER@2": True}


def test_of_versions_published_together_each_is_held_against_its_own_days(utility: InProcess) -> None:
    """The next version no longer needs the fact: from its day on nobody lacks it."""
    needs = reviewed(utility, sized())
    spares = reviewed(utility, water(3, effective_from=OCTOBER_10, rate="3.00"))
    assert publish(utility, needs, spares) == {"WATER@2": True, "WATER@3": True}


def test_shards_are_counted_while_they_go_by(utility: InProcess) -> None:
    wanted = reviewed(utility, sized())
    seen: list[tuple[int, int]] = []
    desk = at_desk(utility, BOB)
    report_publications(desk, [desk.life(*wanted[:2])], watch=lambda done, of: seen.append((done, of)))
    assert seen == [(0, 2), (1, 2), (2, 2)]
