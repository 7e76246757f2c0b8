"""A rate change from draft to bill; one that was published wrong; one that agreements are not ready for.

Ann writes tariffs, Bob checks them. Water costs 10.00 and 2.00 a ccf until the council says otherwise;
account number n uses 5 + n ccf a month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from chalicelib.domain.billing.bill import Bill
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AgreementId, BillId
from chalicelib.domain.ledger.invariants.violation import Violation
from chalicelib.domain.tariffs.lifecycle import (
    MakerIsChecker,
    NotReviewed,
    ReportNotSignedOff,
    TariffState,
    VersionIsPublished,
)
from chalicelib.domain.tariffs.publication import PublicationReport
from chalicelib.domain.tariffs.readiness import Lack
from chalicelib.tariff_documents.load import LoadedTariff, load_tariff
from chalicelib.usecases.account_inputs import BillingDesk
from chalicelib.usecases.declare_condition import ConditionUnfit
from chalicelib.usecases.draft_tariff import draft_tariff
from chalicelib.usecases.list_tariffs import list_tariffs, show_tariff
from chalicelib.usecases.ports.tariff_lives import TariffChangedMeanwhile
from chalicelib.usecases.post_transaction import Desk
from chalicelib.usecases.publish_tariff import RetroactiveNotConfirmed, VersionToPublish, publish_tariffs
from chalicelib.usecases.rates_desk import RatesDesk, TariffUnknown
from chalicelib.usecases.rebill_segment import rebill_segment
from chalicelib.usecases.report_publication import Watch, report_publications
from chalicelib.usecases.review_tariff import review_tariff
from chalicelib.usecases.show_bill_run import excepted_accounts
from chalicelib.usecases.sign_off_report import NothingToSignOff, ReportChanged, sign_off_report
from chalicelib.usecases.verify_ledger import verify_shard
from tests import drought
from tests.in_process import InProcess, read_rate_document
from tests.towns import (
    CYCLE,
    NOVEMBER,
    OCTOBER,
    TARIFFS,
    bill_minor,
    reads_of_town,
    the_account,
    town,
    usage_ccf,
)

ANN, BOB = "cli:ann", "cli:bob"
OCTOBER_10 = date(2026, 10, 10)  # the day up to which October is billed


@pytest.fixture
def utility() -> InProcess:
    made = InProcess()
    made.register(town(shards=2))
    for month in (OCTOBER, NOVEMBER):
        made.read(reads_of_town(month, shards=2))
    return made


def water(version: int, *, effective_from: date, rate: str, determinants: str = "") -> LoadedTariff:
    text = TARIFFS[0].replace("version: 1", f"version: {version}").replace("2020-01-01", str(effective_from))
    return load_tariff(text.replace("rate: 2.00", f"rate: {rate}") + determinants, file="water")


def at_desk(utility: InProcess, actor: str) -> RatesDesk:
    return utility.rates_desk(actor)


def drafted(utility: InProcess, loaded: LoadedTariff) -> VersionToPublish:
    life = draft_tariff(at_desk(utility, ANN), loaded.version, canonical=loaded.canonical)
    return VersionToPublish(life.code, life.version, life.fingerprint)


def reviewed(utility: InProcess, loaded: LoadedTariff) -> VersionToPublish:
    wanted = drafted(utility, loaded)
    review_tariff(at_desk(utility, BOB), wanted.code, wanted.version, seen=wanted.fingerprint[:12])
    return wanted


def publish(utility: InProcess, *wanted: VersionToPublish, retroactive: bool = False) -> dict[str, bool]:
    return publish_tariffs(at_desk(utility, ANN), wanted, retroactive=retroactive)


def report(utility: InProcess, wanted: VersionToPublish) -> PublicationReport:
    desk = at_desk(utility, BOB)
    (found,) = report_publications(desk, [desk.life(wanted.code, wanted.version)])
    return found


def bills(utility: InProcess) -> list[Bill]:
    return [one.bill for one in utility.ledger_of("C01.001", "C01.002") if one.bill is not None]


def states(utility: InProcess, today: date) -> dict[str, TariffState]:
    standings = list_tariffs(at_desk(utility, ANN), today=today)
    return {one.life.reference: one.state for one in standings if one.life.code == "WATER"}


def violations(utility: InProcess) -> list[Violation]:
    shards = utility.registry.shards_of_cycle(CYCLE)
    return [found for shard in shards for found in verify_shard(utility.ledger_reader, shard).violations]


# --- from the draft to the bill ---


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


# --- a published error is corrected ---


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


def rebill(utility: InProcess, bill_id: BillId, agreement_id: AgreementId) -> None:
    today = date(2026, 11, 20)
    rebill_segment(
        desk=BillingDesk(
            registry=utility.registry,
            reads=utility.reads,
            ledger=utility.ledger_reader,
            operations=utility.operations,
            store=utility.store,
            read_rate_document=read_rate_document,
        ),
        posting=Desk(
            ledger=utility.ledger,
            periods=utility.periods,
            actor=BOB,
            now=datetime(2026, 11, 20, 15, tzinfo=UTC),
            today=today,
        ),
        artefacts=utility.artefacts,
        account_id=agreement_id.rpartition(".")[0],  # type: ignore[arg-type]
        bill_id=bill_id,
        agreement_id=agreement_id,
        reason="WATER@2 was published with a wrong rate",
    )


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


# --- agreements that are not ready ---

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
    utility.change(whole, replace(whole, agreements=agreements))


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


# --- two at once ---


def at_the_last_moment(act: Callable[[], object]) -> Watch:
    """Somebody else acts once the last shard was looked at, before anything is written."""
    return lambda done, of: act() and None if done == of else None


def test_an_agreement_that_loses_its_fact_while_a_version_is_published_is_an_exception_of_its_run(
    utility: InProcess,
) -> None:
    utility.bill(OCTOBER)
    for shard in (1, 2):
        for number in (1, 2, 3):
            give_size(utility, number, "1", shard=shard)
    wanted = reviewed(utility, sized())
    late = at_the_last_moment(lambda: give_size(utility, 2, "9"))

    assert publish_tariffs(at_desk(utility, ANN), [wanted], watch=late) == {"WATER@2": True}

    run = utility.bill(NOVEMBER)
    assert (run.tally.billed, run.tally.excepted) == (5, 1)
    assert [one.account_id for one in report(utility, wanted).agreements] == [the_account(2)]
    give_size(utility, 2, "5/8")
    assert utility.retry(run, on=date(2026, 11, 20)).tally.billed == 1
    assert report(utility, wanted).is_clear


def test_bills_that_are_posted_while_a_correction_is_published_are_listed_afterwards(
    utility: InProcess,
) -> None:
    utility.bill(OCTOBER)
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    late = at_the_last_moment(lambda: utility.bill(NOVEMBER))

    assert publish_tariffs(at_desk(utility, ANN), [wanted], watch=late) == {"WATER@2": True}

    assert report(utility, wanted).bill_count == 6
    for segment in report(utility, wanted).segments:
        rebill(utility, segment.bill_id, segment.agreement_id)
    assert report(utility, wanted).is_clear


def test_of_two_versions_published_at_once_the_second_is_weighed_up_again(utility: InProcess) -> None:
    """The needs of one hold until the day of the other: each was looked at as if it were alone."""
    needs = reviewed(utility, sized())
    spares = reviewed(utility, water(3, effective_from=OCTOBER_10, rate="3.00"))
    late = at_the_last_moment(lambda: publish(utility, needs, spares))
    other = reviewed(utility, water(4, effective_from=date(2027, 1, 10), rate="4.00"))

    with pytest.raises(TariffChangedMeanwhile, match="publishing WATER@4 was weighed up"):
        publish_tariffs(at_desk(utility, ANN), [other], watch=late)

    assert states(utility, OCTOBER_10)["WATER@4"] is TariffState.REVIEWED
    assert states(utility, OCTOBER_10)["WATER@3"] is TariffState.PUBLISHED
    assert publish(utility, other) == {"WATER@4": True}


def test_a_draft_handed_in_while_the_reviewed_one_is_published_stops_it(utility: InProcess) -> None:
    wanted = reviewed(utility, water(2, effective_from=OCTOBER_10, rate="3.00"))
    late = at_the_last_moment(lambda: drafted(utility, water(2, effective_from=OCTOBER_10, rate="4.00")))
    with pytest.raises(TariffChangedMeanwhile):
        publish_tariffs(at_desk(utility, BOB), [wanted], watch=late)
    assert states(utility, OCTOBER_10)["WATER@2"] is TariffState.DRAFT
    assert "tariffs/WATER/2.json" not in utility.store.keys("tariffs/")
