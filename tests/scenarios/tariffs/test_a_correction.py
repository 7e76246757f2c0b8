"""A tariff that was published wrong is corrected."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.tariffs.lifecycle import MakerIsChecker, ReportNotSignedOff
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.usecases.publish_tariff import RetroactiveNotConfirmed, VersionToPublish
from chalicelib.usecases.sign_off_report import ReportChanged, sign_off_report
from tests.in_process import InProcess
from tests.scenarios.tariffs.ann_and_bob import (
    ANN,
    BOB,
    OCTOBER_10,
    at_desk,
    bills,
    publish,
    rebill,
    report,
    reviewed,
    violations,
    water,
)
from tests.towns import NOVEMBER, OCTOBER, TARIFFS, the_account, usage_ccf


def corrected(utility: InProcess) -> VersionToPublish:
    """Water was to cost 2.50, not 3.00, and November is billed already."""
    utility.bill(OCTOBER)
    publish(utility, reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00")))
    utility.bill(NOVEMBER)
    return reviewed(utility, water(3, effective_from=OCTOBER_10, rate="2.50"))


def test_a_correction_lists_the_bills_it_takes_over_and_what_they_would_be(utility: InProcess) -> None:
    wanted = corrected(utility)
    found = report(utility, wanted)
    assert (found.bill_count, found.agreements) == (6, ())
    for segment in found.segments:
        number = int(segment.account_id[-10:])
        assert segment.agreement_id == f"{segment.account_id}.water"
        assert str(segment.period) == "2026-10-10/2026-11-10"
        assert segment.tariffs == ("WATER@2",)
        assert segment.bill_number == f"C01-{int(segment.account_id[4:7])}-{number}/2611"
        assert segment.posted_minor == 1000 + 300 * usage_ccf(number)
        assert segment.rerated_minor == 1000 + 250 * usage_ccf(number)
    assert found.net_minor == {"USD": -50 * 2 * (6 + 7 + 8)}


def test_a_correction_is_published_when_it_is_meant_and_its_report_signed_off(utility: InProcess) -> None:
    wanted = corrected(utility)
    with pytest.raises(RetroactiveNotConfirmed, match="6 bills stand"):
        publish(utility, wanted)
    with pytest.raises(ReportNotSignedOff):
        publish(utility, wanted, retroactive=True)
    seen = report(utility, wanted).sha256
    with pytest.raises(MakerIsChecker):
        sign_off_report(at_desk(utility, ANN), "WATER", 3, seen=seen)
    with pytest.raises(ReportChanged):
        sign_off_report(at_desk(utility, BOB), "WATER", 3, seen="0" * 12)
    sign_off_report(at_desk(utility, BOB), "WATER", 3, seen=seen[:12])
    with pytest.raises(RetroactiveNotConfirmed):
        publish(utility, wanted)
    assert publish(utility, wanted, retroactive=True) == {"WATER@3": True}


def test_after_publishing_the_report_tells_what_is_left_to_be_corrected(utility: InProcess) -> None:
    wanted = corrected(utility)
    sign_off_report(at_desk(utility, BOB), "WATER", 3, seen=report(utility, wanted).sha256)
    publish(utility, wanted, retroactive=True)
    assert report(utility, wanted).bill_count == 6
    for segment in report(utility, wanted).segments[:2]:
        rebill(utility, segment.bill_id, segment.agreement_id)
    left = report(utility, wanted)
    assert [segment.account_id for segment in left.segments] == [
        the_account(3),
        *(the_account(number, shard=2) for number in (1, 2, 3)),
    ]
    for segment in left.segments:
        rebill(utility, segment.bill_id, segment.agreement_id)
    assert report(utility, wanted).is_clear
    assert violations(utility) == []
    again = [bill for bill in bills(utility) if bill.kind == "rebill" and bill.account_id == the_account(1)]
    assert [bill.total_minor for bill in again] == [1000 + 250 * usage_ccf(1)]


def test_a_day_inside_a_billed_period_concerns_only_the_bills_that_reach_beyond_it(
    utility: InProcess,
) -> None:
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    wanted = reviewed(utility, water(2, effective_from=date(2026, 10, 25), rate="3.00"))
    found = report(utility, wanted)
    assert {str(segment.period) for segment in found.segments} == {"2026-10-10/2026-11-10"}
    # The period has 31 days, 16 of them from the 25th on: of 6 ccf, rounded, 3 cost a dollar more.
    assert found.segments[0].difference_minor == 3 * 100


def test_a_day_after_all_bills_concerns_none(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    assert report(utility, wanted).is_clear


def test_bills_that_a_later_version_rates_are_none_of_a_corrections_concern(utility: InProcess) -> None:
    """A correction of October leaves November to the version that took over in between."""
    utility.bill(OCTOBER)
    publish(utility, reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00")))
    utility.bill(NOVEMBER)
    wanted = reviewed(utility, water(3, effective_from=date(2026, 9, 1), rate="1.50"))
    assert {str(segment.period) for segment in report(utility, wanted).segments} == {"2026-09-10/2026-10-10"}


def test_a_canceled_bill_is_not_listed(utility: InProcess) -> None:
    wanted = corrected(utility)
    before = report(utility, wanted).bill_count
    segment = report(utility, wanted).segments[0]
    rebill(
        utility, segment.bill_id, segment.agreement_id
    )  # still on WATER@2: the correction is not published
    (again,) = [one for one in report(utility, wanted).segments if one.account_id == segment.account_id]
    assert (report(utility, wanted).bill_count, again.bill_id == segment.bill_id) == (before, False)


def test_charges_that_come_out_the_same_are_counted_and_need_no_correction(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    found = report(utility, reviewed(utility, water(2, effective_from=OCTOBER_10, rate="2.00")))
    assert (found.is_clear, found.segments, found.unchanged) == (True, (), 6)


def test_the_same_amount_in_another_account_of_the_books_is_a_correction(utility: InProcess) -> None:
    utility.bill(OCTOBER)
    utility.bill(NOVEMBER)
    text = TARIFFS[0].replace("version: 1", "version: 2").replace("2020-01-01", str(OCTOBER_10))
    wanted = reviewed(utility, load_tariff(text.replace("4011", "4099"), file="water"))
    found = report(utility, wanted)
    assert [segment.difference_minor for segment in found.segments] == [0] * 6


def test_a_bill_whose_inputs_are_not_kept_is_listed_without_a_difference(utility: InProcess) -> None:
    wanted = corrected(utility)
    utility.operations = InProcess().operations  # nothing is known of any run
    (first, *_) = report(utility, wanted).segments
    assert (first.rerated_minor, first.difference_minor) == (None, None)
    assert "not kept" in first.obstacle
