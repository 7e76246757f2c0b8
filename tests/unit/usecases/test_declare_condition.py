"""Revisions are declared by one person in turn, approved by another, once, and leave the past alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.tariffs.lifecycle import DraftChanged, MakerIsChecker, TariffLife, drafted
from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.tariff_lives import MemoryTariffLives
from chalicelib.tariff_documents.conditions import LoadedCondition, load_condition
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.usecases.declare_condition import (
    ConditionDesk,
    ConditionUnfit,
    ConditionUnknown,
    NothingToApprove,
    PastChanged,
    RevisionOutOfTurn,
    condition_in_force,
    conditions_in_force,
)
from chalicelib.usecases.ports.tariff_lives import PublishingAct, TariffChangedMeanwhile
from chalicelib.usecases.rates_in_force import rates_in_force
from tests import drought
from tests.drought import CLERK, SUPERVISOR, stage

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
TODAY = NOW.date()


class Place:
    """A store with lives of what is declared, and an audit trail."""

    def __init__(self) -> None:
        self.store, self.audit = MemoryArtefacts(), MemoryAuditStore()
        self.lives = MemoryTariffLives(audit=self.audit)

    def desk(self, actor: str = CLERK, *, now: datetime = NOW) -> ConditionDesk:
        return replace(drought.condition_desk(self.store, self.lives, now), actor=actor)

    def hand_in(self, loaded: LoadedCondition, *, actor: str = CLERK, since: date = TODAY) -> TariffLife:
        return self.desk(actor).declare(loaded.condition, loaded.canonical, since=since)

    def declare(
        self, loaded: LoadedCondition, *, since: date = TODAY, retroactive: bool = False
    ) -> TariffLife:
        return drought.declare(self.desk(), loaded, since=since, retroactive=retroactive)

    @property
    def in_force(self) -> list[str]:
        return [one.reference for one in conditions_in_force(self.store)]

    @property
    def told(self) -> list[tuple[str, str, object]]:
        entries = self.audit.entries(entity="condition", entity_id="drought_stage")
        return [(entry.action, entry.actor, entry.after["revision"]) for entry in entries]


@pytest.fixture
def place() -> Place:
    return Place()


def test_a_revision_waits_until_somebody_else_puts_it_in_force(place: Place) -> None:
    first = stage(1, day_2026_01_01="0")
    life = place.hand_in(first)
    assert (life.is_published, place.in_force) == (False, [])
    with pytest.raises(MakerIsChecker, match="test:clerk wrote the draft of condition:drought_stage@1"):
        place.desk(CLERK).approve("drought_stage", seen=life.fingerprint, since=TODAY)
    assert place.in_force == []
    place.desk(SUPERVISOR).approve("drought_stage", seen=life.fingerprint[:12], since=TODAY)
    assert place.in_force == ["condition:drought_stage@1"]
    assert place.told == [("declared", CLERK, 1), ("put in force", SUPERVISOR, 1)]


def test_the_same_again_changes_nothing(place: Place) -> None:
    first = stage(1, day_2026_01_01="0")
    place.hand_in(first)
    place.hand_in(first, actor=SUPERVISOR)  # and makes nobody its maker
    assert place.declare(first) == place.hand_in(first)
    assert place.told == [("declared", CLERK, 1), ("put in force", SUPERVISOR, 1)]
    with pytest.raises(NothingToApprove, match="headgate condition show drought_stage"):
        place.desk(SUPERVISOR).approve("drought_stage", seen=first.condition.fingerprint, since=TODAY)


def test_what_is_handed_in_instead_is_approved_by_nobody_who_wrote_either(place: Place) -> None:
    seen = place.hand_in(stage(1, day_2026_01_01="0")).fingerprint
    life = place.hand_in(stage(1, day_2026_01_01="1"), actor=SUPERVISOR)
    with pytest.raises(DraftChanged, match="headgate condition review drought_stage"):
        place.desk("cho").approve("drought_stage", seen=seen, since=TODAY)
    for maker, draft in ((CLERK, "an earlier draft"), (SUPERVISOR, "the draft")):
        with pytest.raises(MakerIsChecker, match=f"{maker} wrote {draft}"):
            place.desk(maker).approve("drought_stage", seen=life.fingerprint, since=TODAY)
    place.desk("cho").approve("drought_stage", seen=life.fingerprint, since=TODAY)
    assert '"value":"1"' in condition_in_force(place.store, "drought_stage").canonical


def test_readings_of_days_that_were_not_measured_need_nobody_else(place: Place) -> None:
    def et(revision: int, *amounts: str) -> LoadedCondition:
        rows = "".join(
            f"- {{from: 2026-06-0{day}, to: 2026-06-0{day + 1}, amount: {amount}}}\n"
            for day, amount in enumerate(amounts, 1)
        )
        return load_condition(f"condition: et\nrevision: {revision}\nreadings:\n{rows}", file="et")

    assert place.hand_in(et(1, "0.2")).is_published
    assert place.hand_in(et(2, "0.2", "0.3")).is_published
    corrected = et(3, "0.2", "0.4")
    assert not place.hand_in(corrected, since=date(2026, 6, 1)).is_published
    assert place.in_force == ["condition:et@2"]
    place.declare(corrected, since=date(2026, 6, 1))
    assert place.in_force == ["condition:et@3"]


def test_a_revision_that_waited_too_long_is_held_against_the_days_gone_by(place: Place) -> None:
    place.declare(stage(1, day_2026_01_01="0"))
    life = place.hand_in(stage(2, day_2026_01_01="0", day_2026_07_20="2"))
    later = place.desk(SUPERVISOR, now=datetime(2026, 8, 1, 12, tzinfo=UTC))
    with pytest.raises(PastChanged, match="let the change begin on 2026-08-01"):
        later.approve("drought_stage", seen=life.fingerprint, since=date(2026, 8, 1))
    assert place.in_force == ["condition:drought_stage@1"]
    later.approve("drought_stage", seen=life.fingerprint, since=date(2026, 8, 1), retroactive=True)
    assert place.in_force == ["condition:drought_stage@2"]


def test_what_broke_off_after_it_was_approved_is_made_up_for(place: Place) -> None:
    class Unplugged(MemoryArtefacts):
        def put_new(self, key: str, body: bytes) -> bool:
            if key.startswith("conditions/"):
                raise ConnectionError
            return super().put_new(key, body)

    kept, place.store = place.store, Unplugged()
    with pytest.raises(ConnectionError):
        place.declare(stage(1, day_2026_01_01="0"))
    kept.__dict__.update(place.store.__dict__)
    place.store = kept
    assert place.in_force == []
    (life,) = place.desk().all_waiting()
    again = place.desk(SUPERVISOR).approve("drought_stage", seen=life.fingerprint, since=TODAY)
    assert (again, place.in_force) == (life, ["condition:drought_stage@1"])
    assert [action for action, _, _ in place.told] == ["declared", "put in force"]


def test_a_tariff_published_while_a_condition_is_approved_stops_the_approval(place: Place) -> None:
    life = place.hand_in(stage(1, day_2026_01_01="0"))
    publishings = place.lives.publishings

    def while_somebody_publishes() -> int:
        count = publishings()
        other = drafted(
            None, code="T", version=1, fingerprint="1" * 64, effective_from=TODAY, actor="ann", at=NOW
        )
        entry = AuditEntry(entity="tariff", entity_id="T@1", action="a", actor="ann", at=NOW, unique="1")
        place.lives.publish([PublishingAct(other, entry)], after=count)
        return count

    place.lives.publishings = while_somebody_publishes  # type: ignore[method-assign]
    with pytest.raises(TariffChangedMeanwhile, match="publishing condition:drought_stage@1 was weighed up"):
        place.desk(SUPERVISOR).approve("drought_stage", seen=life.fingerprint, since=TODAY)
    assert place.in_force == []


def test_a_condition_in_force_before_lives_were_kept_is_known(place: Place) -> None:
    first = stage(1, day_2026_01_01="0")
    place.store.put("conditions/drought_stage/1.json", first.canonical.encode())
    assert place.hand_in(first).is_published
    with pytest.raises(RevisionOutOfTurn, match="give the changed document revision 2"):
        place.hand_in(stage(1, day_2026_01_01="1"))
    assert place.declare(stage(2, day_2026_01_01="0", day_2026_08_01="1")).is_published


def test_what_is_declared_never_changes_under_its_number(place: Place) -> None:
    place.declare(stage(1, day_2026_01_01="0"))
    with pytest.raises(RevisionOutOfTurn, match="give the changed document revision 2"):
        place.declare(stage(1, day_2026_01_01="1"))


@pytest.mark.parametrize("revision", [2, 7])
def test_the_first_revision_is_the_first(place: Place, revision: int) -> None:
    with pytest.raises(RevisionOutOfTurn, match="nothing is declared yet: give it revision 1"):
        place.declare(stage(revision, day_2026_01_01="0"))


def test_no_revision_is_left_out(place: Place) -> None:
    place.declare(stage(1, day_2026_01_01="0"))
    with pytest.raises(RevisionOutOfTurn, match="revision 1 is the latest one: give it revision 2"):
        place.declare(stage(3, day_2026_01_01="0"))


def test_of_two_clerks_who_hand_in_at_once_one_is_told(place: Place) -> None:
    save = place.lives.save

    def after_the_other(life: TariffLife, *, audit: AuditEntry) -> None:
        place.lives.save = save  # type: ignore[method-assign]
        place.hand_in(stage(1, day_2026_01_01="1"), actor="other")
        save(life, audit=audit)

    place.lives.save = after_the_other  # type: ignore[method-assign]
    with pytest.raises(TariffChangedMeanwhile, match="condition:drought_stage@1 meanwhile"):
        place.hand_in(stage(1, day_2026_01_01="0"))
    assert place.told == [("declared", "other", 1)]


def test_days_before_since_are_left_alone_unless_it_is_meant(place: Place) -> None:
    place.declare(stage(1, day_2026_01_01="0"))
    late = stage(2, day_2026_01_01="0", day_2026_07_01="2")
    with pytest.raises(PastChanged, match="let the change begin on 2026-07-15"):
        place.declare(late)
    place.declare(late, since=date(2026, 7, 1))  # nothing is billed yet from July on
    place.declare(stage(3, day_2026_01_01="0", day_2026_06_01="2"), retroactive=True)
    told = [one.after for one in place.audit.entries(entity="condition", entity_id="drought_stage")]
    assert [(one["from"], one.get("retroactive")) for one in told[2:]] == [
        *[("2026-07-01", None)] * 2,
        *[("2026-06-01", True)] * 2,
    ]


def test_bills_look_up_the_latest_revision_of_each(place: Place) -> None:
    for revision in range(1, 12):
        place.declare(stage(revision, day_2026_01_01=str(revision)), retroactive=True)
    other = load_condition("condition: power\nrevision: 1\nvalues: [{from: 2026-01-01, value: 1}]", file="p")
    place.declare(other)
    assert [one.reference for one in conditions_in_force(place.store)] == [
        "condition:drought_stage@11",
        "condition:power@1",
    ]
    assert condition_in_force(place.store, "power").canonical == other.canonical
    with pytest.raises(ConditionUnknown):
        condition_in_force(place.store, "drought")
    drought.put_in_force(place.store)
    assert [one.reference for one in rates_in_force(place.store)] == [
        "WATER@2",
        "condition:drought_stage@11",
        "condition:power@1",
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("readings: [{from: 2026-01-01, to: 2026-02-01, amount: 1}]", "source utility, and this is measured"),
        ("by: zone\nvalues: [{from: 2026-01-01, each: {a: 1}}]", "does not declare zone"),
    ],
)
def test_a_published_tariff_must_be_able_to_use_it(place: Place, text: str, why: str) -> None:
    drought.put_in_force(place.store)
    with pytest.raises(ConditionUnfit, match=why):
        place.declare(load_condition(f"condition: drought_stage\nrevision: 1\n{text}", file="c"))


def test_a_value_must_fit_the_kind_that_tariffs_declare(place: Place) -> None:
    text = drought.DROUGHT.format(code="WATER").replace(
        "kind: choice, source: utility", "kind: count, source: utility"
    )
    text = text.replace('default: "0"', 'default: "1"')
    loaded = load_tariff(text, file="t")
    place.store.put("tariffs/WATER/2.json", loaded.canonical.encode())
    with pytest.raises(ConditionUnfit, match="from 2026-07-20, drought_stage cannot be 'two'"):
        place.declare(stage(1, day_2026_01_01="1", day_2026_07_20="two"))


def test_a_condition_knows_the_published_tariffs_that_look_it_up(place: Place) -> None:
    desk = drought.condition_desk(place.store, place.audit, NOW)
    assert desk.readers("drought_stage") == []
    drought.put_in_force(place.store)
    assert desk.readers("drought_stage") == ["WATER@2"]
    assert desk.readers("reconnected") == []
