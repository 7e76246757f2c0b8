"""Revisions are declared in turn, once, and leave the past alone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.storage.memory.artefacts import MemoryArtefacts
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.tariff_documents.conditions import LoadedCondition, load_condition
from chalicelib.tariff_documents.load import load_tariff
from chalicelib.usecases.declare_condition import (
    ConditionUnfit,
    ConditionUnknown,
    PastChanged,
    RevisionOutOfTurn,
    condition_in_force,
    conditions_in_force,
)
from chalicelib.usecases.rates_in_force import rates_in_force
from tests import drought
from tests.drought import stage

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
TODAY = NOW.date()


class Place:
    """A store with an audit trail."""

    def __init__(self) -> None:
        self.store, self.audit = MemoryArtefacts(), MemoryAuditStore()

    def declare(self, loaded: LoadedCondition, *, since: date = TODAY, retroactive: bool = False) -> bool:
        desk = drought.condition_desk(self.store, self.audit, NOW)
        return desk.declare(loaded.condition, loaded.canonical, since=since, retroactive=retroactive)

    @property
    def told(self) -> list[dict[str, object]]:
        return [
            dict(entry.after) for entry in self.audit.entries(entity="condition", entity_id="drought_stage")
        ]


@pytest.fixture
def place() -> Place:
    return Place()


def test_a_revision_is_declared_once_and_told_of_once(place: Place) -> None:
    first = stage(1, day_2026_01_01="0")
    assert place.declare(first)
    assert not place.declare(first)
    assert place.told == [{"revision": 1, "fingerprint": first.condition.fingerprint}]


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


def test_of_two_clerks_with_the_same_number_the_first_one_wins(place: Place) -> None:
    class Late(MemoryArtefacts):
        def put_new(self, key: str, body: bytes) -> bool:
            place.store = Late.__base__()  # type: ignore[misc, assignment]
            super().put_new(key, stage(1, day_2026_01_01="1").canonical.encode())
            return super().put_new(key, body)

    place.store = Late()
    with pytest.raises(RevisionOutOfTurn):
        place.declare(stage(1, day_2026_01_01="0"))
    assert place.told == []


def test_days_before_since_are_left_alone_unless_it_is_meant(place: Place) -> None:
    place.declare(stage(1, day_2026_01_01="0"))
    late = stage(2, day_2026_01_01="0", day_2026_07_01="2")
    with pytest.raises(PastChanged, match="let the change begin on 2026-07-15"):
        place.declare(late)
    assert place.declare(late, since=date(2026, 7, 1))  # nothing is billed yet from July on
    earlier = stage(3, day_2026_01_01="0", day_2026_06_01="2")
    assert place.declare(earlier, retroactive=True)
    assert place.told[1]["changed_from"] == "2026-07-01"
    assert "retroactive" not in place.told[1]
    assert (place.told[2]["changed_from"], place.told[2]["retroactive"]) == ("2026-06-01", True)


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
