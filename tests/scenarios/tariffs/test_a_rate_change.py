"""A rate change goes from the draft to the bill."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.tariffs.lifecycle import MakerIsChecker, NotReviewed, TariffState, VersionIsPublished
from chalicelib.usecases.declare_condition import ConditionUnfit
from chalicelib.usecases.list_tariffs import list_tariffs, show_tariff
from chalicelib.usecases.publish_tariff import VersionToPublish, publish_tariffs
from chalicelib.usecases.rates_desk import TariffUnknown
from chalicelib.usecases.review_tariff import review_tariff
from tests import drought
from tests.in_process import InProcess
from tests.scenarios.tariffs.ann_and_bob import (
    ANN,
    BOB,
    OCTOBER_10,
    at_desk,
    bills,
    drafted,
    publish,
    report,
    reviewed,
    states,
    water,
)
from tests.towns import NOVEMBER, OCTOBER, bill_minor, the_account, usage_ccf


def test_a_rate_change_goes_from_draft_to_bill(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    dearer = water(2, effective_from=OCTOBER_10, rate="3.00")

    wanted = drafted(utility, dearer)
    assert states(utility, OCTOBER_10) == {"WATER@1": TariffState.PUBLISHED, "WATER@2": TariffState.DRAFT}
    with pytest.raises(NotReviewed):
        publish(utility, wanted)
    with pytest.raises(MakerIsChecker):
        review_tariff(at_desk(utility, ANN), "WATER", 2, seen=wanted.fingerprint)

    review_tariff(at_desk(utility, BOB), "WATER", 2, seen=wanted.fingerprint)
    assert states(utility, OCTOBER_10)["WATER@2"] is TariffState.REVIEWED
    assert report(utility, wanted).is_clear
    assert publish(utility, wanted) == {"WATER@2": True}
    assert states(utility, date(2026, 10, 9))["WATER@1"] is TariffState.PUBLISHED
    assert states(utility, OCTOBER_10)["WATER@1"] is TariffState.SUPERSEDED

    utility.bill(NOVEMBER)
    of_one = [bill.total_minor for bill in bills(utility) if bill.account_id == the_account(1)]
    assert of_one == [bill_minor(1), bill_minor(1) + 100 * usage_ccf(1)]


def test_what_was_done_is_in_the_audit_trail_with_the_document_it_was_done_to(utility: InProcess) -> None:
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    publish(utility, wanted)
    entries = utility.audit.entries(entity="tariff", entity_id="WATER@2")
    assert [(one.action, one.actor, one.after["fingerprint"]) for one in entries] == [
        ("drafted", ANN, wanted.fingerprint),
        ("reviewed", BOB, wanted.fingerprint),
        ("published", ANN, wanted.fingerprint),
    ]


def test_a_review_shows_the_version_that_is_taken_over_from(utility: InProcess) -> None:
    drafted(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    shown = show_tariff(at_desk(utility, BOB), "WATER", 2, today=OCTOBER_10)
    assert shown.before is not None
    assert shown.before.reference == "WATER@1"
    assert '"rate":"2"' in (shown.canonical_before or "")
    assert '"rate":"3"' in shown.canonical


def test_publishing_again_changes_nothing_and_another_document_is_refused(utility: InProcess) -> None:
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    assert publish(utility, wanted) == {"WATER@2": True}
    assert publish(utility, wanted) == {"WATER@2": False}
    with pytest.raises(VersionIsPublished, match="version 3"):
        drafted(utility, water(2, effective_from=OCTOBER_10, rate="4.00"))


def test_of_several_versions_all_are_published_or_none(utility: InProcess) -> None:
    first = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    second = drafted(utility, water(3, effective_from=date(2027, 10, 10), rate="4.00"))
    with pytest.raises(NotReviewed):
        publish(utility, first, second)
    assert states(utility, OCTOBER_10)["WATER@2"] is TariffState.REVIEWED


def test_publishing_that_broke_off_is_seen_and_made_up_for_by_publishing_again(utility: InProcess) -> None:
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    desk = at_desk(utility, ANN)

    class Unplugged(type(utility.store)):  # type: ignore[misc]
        def put_new(self, key: str, body: bytes) -> bool:
            raise ConnectionError

    unplugged = Unplugged()
    unplugged.__dict__.update(utility.store.__dict__)
    with pytest.raises(ConnectionError):
        publish_tariffs(replace(desk, store=unplugged), [wanted])
    (standing,) = [one for one in list_tariffs(desk, today=OCTOBER_10) if one.life.reference == "WATER@2"]
    assert standing.is_interrupted
    assert publish(utility, wanted) == {"WATER@2": True}
    assert not show_tariff(desk, "WATER", 2, today=OCTOBER_10).standing.is_interrupted


def test_a_version_that_was_published_before_lives_were_kept_is_known_and_never_changes(
    utility: InProcess,
) -> None:
    loaded = water(2, effective_from=OCTOBER_10, rate="3.00")
    utility.store.put("tariffs/WATER/2.json", loaded.canonical.encode())
    assert states(utility, OCTOBER_10) == {
        "WATER@1": TariffState.SUPERSEDED,
        "WATER@2": TariffState.PUBLISHED,
    }
    wanted = drafted(utility, loaded)
    assert publish(utility, wanted) == {"WATER@2": False}
    with pytest.raises(VersionIsPublished):
        drafted(utility, water(2, effective_from=OCTOBER_10, rate="4.00"))


def test_what_was_never_drafted_is_not_published(utility: InProcess) -> None:
    with pytest.raises(TariffUnknown, match="headgate tariff draft"):
        publish(utility, VersionToPublish("WATER", 9, "f" * 64))


def test_a_tariff_that_cannot_read_what_is_declared_is_not_published(utility: InProcess) -> None:
    stage = drought.stage(1, day_2026_01_01="0", day_2026_10_01="two")
    drought.declare(
        drought.condition_desk(utility.store, utility.lives, utility.now), stage, since=OCTOBER_10
    )
    by_stage = "determinants:\n  drought_stage: {kind: count, source: utility}\n"
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00", determinants=by_stage))
    with pytest.raises(ConditionUnfit, match="tariff WATER@2 cannot use condition:drought_stage@1"):
        publish(utility, wanted)
    assert states(utility, OCTOBER_10)["WATER@2"] is TariffState.REVIEWED
