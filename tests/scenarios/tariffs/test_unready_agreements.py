"""A tariff is published that agreements are not ready for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.tariffs.lifecycle import ReportNotSignedOff
from chalicelib.domain.tariffs.readiness import Lack
from chalicelib.tariff_documents.load import LoadedTariff, load_tariff
from chalicelib.usecases.report_publication import report_publications
from chalicelib.usecases.show_bill_run import excepted_accounts
from chalicelib.usecases.sign_off_report import NothingToSignOff, sign_off_report
from tests.in_process import InProcess
from tests.scenarios.tariffs.ann_and_bob import BOB, OCTOBER_10, at_desk, publish, report, reviewed, water
from tests.towns import NOVEMBER, OCTOBER, TARIFFS, the_account

BY_SIZE = "determinants:\n  meter_size: {kind: choice}\n"


def sized(version: int = 2) -> LoadedTariff:
    loaded = TARIFFS[0].replace("version: 1", f"version: {version}").replace("2020-01-01", str(OCTOBER_10))
    by_size = loaded.replace("amount: 10.00", "amount: {by: meter_size, values: {5/8: 10.00, '1': 20.00}}")
    return load_tariff(by_size + BY_SIZE, file="water")


def give_size(utility: InProcess, number: int, size: Decimal | str, *, shard: int = 1) -> None:
    whole = utility.registry.account(the_account(number, shard=shard))
    agreements = tuple(
        replace(one, determinants={"meter_size": Dated.since(OCTOBER_10, size)}) for one in whole.agreements
    )
    utility.register([replace(whole, agreements=agreements)])


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


def test_a_report_that_has_changed_must_be_signed_off_anew(utility: InProcess) -> None:
    wanted = reviewed(utility, sized())
    seen = report(utility, wanted).sha256
    sign_off_report(at_desk(utility, BOB), "WATER", 2, seen=seen)
    give_size(utility, 1, "5/8")
    assert report(utility, wanted).sha256 != seen
    with pytest.raises(ReportNotSignedOff):
        publish(utility, wanted)


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
