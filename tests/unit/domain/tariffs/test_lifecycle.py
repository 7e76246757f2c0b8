"""A version is drafted by one person, reviewed by another, published once, and superseded by a later one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.tariffs.lifecycle import (
    Action,
    DraftChanged,
    MakerIsChecker,
    NotReviewed,
    ReportNotSignedOff,
    TariffLife,
    TariffState,
    VersionIsPublished,
    drafted,
    predecessor,
    published,
    reviewed,
    signed_off,
    state_on,
    successor,
)

NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)
ONE, TWO = "1" * 64, "2" * 64
REPORT = "a" * 64


def a_draft(
    life: TariffLife | None = None,
    *,
    fingerprint: str = ONE,
    actor: str = "ann",
    version: int = 1,
    effective_from: date = date(2026, 7, 1),
) -> TariffLife:
    return drafted(
        life,
        code="R-1",
        version=version,
        fingerprint=fingerprint,
        effective_from=effective_from,
        actor=actor,
        at=NOW,
    )


def a_reviewed() -> TariffLife:
    return reviewed(a_draft(), seen=ONE, actor="bob", at=NOW)


def a_published(*, version: int = 1, effective_from: date = date(2026, 7, 1)) -> TariffLife:
    draft = a_draft(version=version, effective_from=effective_from)
    checked = reviewed(draft, seen=ONE, actor="bob", at=NOW)
    return published(checked, fingerprint=ONE, report=None, actor="cho", at=NOW)


def test_a_version_goes_from_draft_to_reviewed_to_published() -> None:
    life = a_draft()
    assert (life.state, life.maker, life.reviewers) == (TariffState.DRAFT, "ann", ())
    life = reviewed(life, seen=ONE[:12], actor="bob", at=NOW)
    assert (life.state, life.reviewers) == (TariffState.REVIEWED, ("bob",))
    life = published(life, fingerprint=ONE, report=None, actor="ann", at=NOW)
    assert life.state is TariffState.PUBLISHED
    assert [(act.action, act.actor, act.fingerprint) for act in life.history] == [
        (Action.DRAFTED, "ann", ONE),
        (Action.REVIEWED, "bob", ONE),
        (Action.PUBLISHED, "ann", ONE),
    ]


def test_who_wrote_a_draft_cannot_review_it() -> None:
    with pytest.raises(MakerIsChecker, match="ann wrote the draft of tariff R-1@1"):
        reviewed(a_draft(), seen=ONE, actor="ann", at=NOW)


def test_who_wrote_an_earlier_draft_cannot_review_the_last_one_either() -> None:
    """Bob mends a comma in what Ann wrote: if she reviewed it, her figures would be seen by nobody else."""
    life = a_draft(a_draft(), fingerprint=TWO, actor="bob")
    assert (life.maker, life.makers) == ("bob", {"ann", "bob"})
    with pytest.raises(MakerIsChecker, match="bob wrote the draft"):
        reviewed(life, seen=TWO, actor="bob", at=NOW)
    with pytest.raises(MakerIsChecker, match="ann wrote an earlier draft of tariff R-1@1"):
        reviewed(life, seen=TWO, actor="ann", at=NOW)
    assert reviewed(life, seen=TWO, actor="cho", at=NOW).reviewers == ("cho",)


def test_a_review_in_between_does_not_make_a_checker_of_a_maker() -> None:
    life = a_draft(a_reviewed(), fingerprint=TWO, actor="bob")
    with pytest.raises(MakerIsChecker, match="ann wrote an earlier draft"):
        reviewed(life, seen=TWO, actor="ann", at=NOW)
    with pytest.raises(MakerIsChecker):
        signed_off(life, report=REPORT, actor="ann", at=NOW)


def test_nobody_becomes_the_maker_by_handing_in_what_is_there() -> None:
    life = a_draft()
    assert a_draft(life, actor="bob") is life
    with pytest.raises(MakerIsChecker):
        reviewed(a_draft(life, actor="bob"), seen=ONE, actor="ann", at=NOW)


@pytest.mark.parametrize("seen", [TWO, "", "1111111", ONE[:11] + "2"])
def test_a_review_is_of_the_draft_that_was_seen(seen: str) -> None:
    with pytest.raises(DraftChanged, match="look at it again"):
        reviewed(a_draft(), seen=seen, actor="bob", at=NOW)


def test_a_changed_draft_is_a_draft_again_and_so_is_one_changed_back() -> None:
    life = a_draft(a_reviewed(), fingerprint=TWO)
    assert (life.state, life.reviewers) == (TariffState.DRAFT, ())
    with pytest.raises(DraftChanged):
        published(life, fingerprint=ONE, report=None, actor="bob", at=NOW)
    assert a_draft(life, fingerprint=ONE).state is TariffState.DRAFT


def test_what_is_not_reviewed_is_not_published() -> None:
    with pytest.raises(NotReviewed, match="the draft of tariff R-1@1 by ann is not reviewed"):
        published(a_draft(), fingerprint=ONE, report=None, actor="bob", at=NOW)


def test_a_second_review_by_the_same_person_says_nothing_new() -> None:
    life = a_reviewed()
    assert reviewed(life, seen=ONE, actor="bob", at=NOW) is life
    assert reviewed(life, seen=ONE, actor="cho", at=NOW).reviewers == ("bob", "cho")


def test_a_report_is_signed_off_by_a_reviewer_and_by_nobody_else() -> None:
    with pytest.raises(MakerIsChecker):
        signed_off(a_reviewed(), report=REPORT, actor="ann", at=NOW)
    with pytest.raises(NotReviewed, match="cho has not reviewed the draft"):
        signed_off(a_reviewed(), report=REPORT, actor="cho", at=NOW)
    life = signed_off(a_reviewed(), report=REPORT, actor="bob", at=NOW)
    assert life.signed_off == {REPORT}
    assert signed_off(life, report=REPORT, actor="bob", at=NOW) is life


def test_what_leaves_something_to_be_mended_is_published_when_that_very_report_is_signed_off() -> None:
    life = signed_off(a_reviewed(), report=REPORT, actor="bob", at=NOW)
    with pytest.raises(ReportNotSignedOff, match="sign-off R-1@1 --report bbbbbbbbbbbb"):
        published(life, fingerprint=ONE, report="b" * 64, actor="bob", at=NOW)
    assert published(life, fingerprint=ONE, report=REPORT, actor="bob", at=NOW).is_published


def test_a_changed_draft_needs_its_report_signed_off_anew() -> None:
    signed = signed_off(a_reviewed(), report=REPORT, actor="bob", at=NOW)
    life = reviewed(a_draft(signed, fingerprint=TWO), seen=TWO, actor="bob", at=NOW)
    with pytest.raises(ReportNotSignedOff):
        published(life, fingerprint=TWO, report=REPORT, actor="bob", at=NOW)


def test_a_published_version_never_changes() -> None:
    life = a_published()
    with pytest.raises(VersionIsPublished, match="give the changed document version 2"):
        a_draft(life, fingerprint=TWO)
    for act in (
        lambda: reviewed(life, seen=ONE, actor="bob", at=NOW),
        lambda: signed_off(life, report=REPORT, actor="bob", at=NOW),
        lambda: published(life, fingerprint=TWO, report=None, actor="bob", at=NOW),
    ):
        with pytest.raises(VersionIsPublished):
            act()
    assert a_draft(life) is life
    assert published(life, fingerprint=ONE, report=REPORT, actor="dan", at=NOW) is life


def test_a_version_is_superseded_from_the_day_a_later_one_is_in_force() -> None:
    old, new = a_published(), a_published(version=2, effective_from=date(2027, 7, 1))
    assert state_on(date(2027, 6, 30), old, [old, new]) is TariffState.PUBLISHED
    assert state_on(date(2027, 7, 1), old, [old, new]) is TariffState.SUPERSEDED
    assert state_on(date(2027, 7, 1), new, [old, new]) is TariffState.PUBLISHED


def test_a_draft_supersedes_nothing() -> None:
    old, new = a_published(), a_draft(version=2)
    assert state_on(date(2030, 1, 1), old, [old, new]) is TariffState.PUBLISHED


def test_of_two_versions_of_one_day_the_higher_holds() -> None:
    old, correction = a_published(), a_published(version=2)
    assert state_on(date(2026, 7, 1), old, [old, correction]) is TariffState.SUPERSEDED
    assert predecessor(correction, [old, correction]) is old
    assert successor(old, [old, correction]) is correction


def test_a_version_takes_over_from_the_one_in_force_before_its_day() -> None:
    one = a_published()
    two = a_published(version=2, effective_from=date(2028, 7, 1))
    between = a_published(version=3, effective_from=date(2027, 7, 1))
    assert predecessor(between, [one, two, between]) is one
    assert successor(between, [one, two, between]) is two
    assert predecessor(one, [one, two]) is None
    assert successor(two, [one, two]) is None
