"""What every TariffLives promises, held against the fake and against DynamoDB."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.tariffs.lifecycle import TariffLife, drafted, published, reviewed
from chalicelib.storage.memory.audit import MemoryAuditStore
from chalicelib.storage.memory.tariff_lives import MemoryTariffLives
from chalicelib.usecases.ports.audit import AuditStore
from chalicelib.usecases.ports.tariff_lives import (
    LARGEST_PUBLISHING,
    PublishingAct,
    TariffChangedMeanwhile,
    TariffLives,
    TooManyVersions,
)

NOW = datetime(2026, 5, 4, 10, tzinfo=UTC)
ONE, TWO = "1" * 64, "2" * 64
_numbers = count(int(datetime.now(UTC).timestamp() * 1000))


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.emulator)])
def stores(request: pytest.FixtureRequest) -> tuple[TariffLives, AuditStore]:
    if request.param == "memory":
        audit = MemoryAuditStore()
        return MemoryTariffLives(audit=audit), audit
    request.getfixturevalue("local_cloud")
    from chalicelib import bootstrap

    return bootstrap.tariff_lives(), bootstrap.audit_store()


@pytest.fixture
def lives(stores: tuple[TariffLives, AuditStore]) -> TariffLives:
    return stores[0]


@pytest.fixture
def code() -> str:
    return f"R{next(_numbers)}"


def a_draft(
    code: str, *, version: int = 1, life: TariffLife | None = None, fingerprint: str = ONE
) -> TariffLife:
    return drafted(
        life,
        code=code,
        version=version,
        fingerprint=fingerprint,
        effective_from=date(2026, 7, 1),
        actor="ann",
        at=NOW,
    )


def entry(life: TariffLife, *, unique: str = "") -> AuditEntry:
    return AuditEntry(
        entity="tariff",
        entity_id=life.reference,
        action=life.history[-1].action.value,
        actor=life.history[-1].actor,
        at=NOW,
        unique=unique or str(len(life.history)),
    )


def test_a_life_comes_back_as_it_was_saved(lives: TariffLives, code: str) -> None:
    life = a_draft(code)
    lives.save(life, audit=entry(life))
    life = reviewed(life, seen=ONE, actor="bob", at=NOW + timedelta(microseconds=1))
    lives.save(life, audit=entry(life))
    life = published(life, fingerprint=ONE, report=None, actor="ann", at=NOW)
    lives.save(life, audit=entry(life))
    assert lives.find(code, 1) == life


def test_what_was_never_drafted_has_no_life(lives: TariffLives, code: str) -> None:
    assert lives.find(code, 1) is None
    life = a_draft(code)
    lives.save(life, audit=entry(life))
    assert lives.find(code, 2) is None


def test_lives_are_listed_by_code_and_version(lives: TariffLives, code: str) -> None:
    for version in (10, 2, 1):
        life = a_draft(code, version=version)
        lives.save(life, audit=entry(life))
    assert [life.version for life in lives.lives() if life.code == code] == [1, 2, 10]


def test_an_act_and_its_audit_entry_are_stored_together(
    stores: tuple[TariffLives, AuditStore], code: str
) -> None:
    lives, audit = stores
    life = a_draft(code)
    lives.save(life, audit=entry(life))
    other = a_draft(code, life=life, fingerprint=TWO)
    with pytest.raises(TariffChangedMeanwhile):
        lives.save(a_draft(code, fingerprint=TWO), audit=entry(other, unique="other"))
    assert [one.action for one in audit.entries(entity="tariff", entity_id=life.reference)] == ["drafted"]


def test_repeating_a_save_changes_nothing(stores: tuple[TariffLives, AuditStore], code: str) -> None:
    lives, audit = stores
    life = a_draft(code)
    lives.save(life, audit=entry(life))
    lives.save(life, audit=entry(life))
    assert lives.find(code, 1) == life
    assert len(audit.entries(entity="tariff", entity_id=life.reference)) == 1


def test_who_has_read_an_older_life_is_refused(lives: TariffLives, code: str) -> None:
    first = a_draft(code)
    lives.save(first, audit=entry(first))
    second = a_draft(code, life=first, fingerprint=TWO)
    lives.save(second, audit=entry(second))
    late = reviewed(first, seen=ONE, actor="bob", at=NOW)
    with pytest.raises(TariffChangedMeanwhile, match=f"{code}@1"):
        lives.save(late, audit=entry(late, unique="late"))
    assert lives.find(code, 1) == second


def test_of_many_at_once_one_acts_and_the_others_are_refused(lives: TariffLives, code: str) -> None:
    draft = a_draft(code)
    lives.save(draft, audit=entry(draft))

    def review(name: str) -> bool:
        life = reviewed(draft, seen=ONE, actor=name, at=NOW)
        try:
            lives.save(life, audit=entry(life, unique=name))
        except TariffChangedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(review, [f"reviewer-{number}" for number in range(8)]))
    assert done.count(True) == 1
    stored = lives.find(code, 1)
    assert stored is not None
    assert stored.reviewers == (f"reviewer-{done.index(True)}",)


# Publishing


def a_reviewed(lives: TariffLives, code: str, *, version: int = 1) -> TariffLife:
    life = a_draft(code, version=version)
    lives.save(life, audit=entry(life))
    life = reviewed(life, seen=ONE, actor="bob", at=NOW)
    lives.save(life, audit=entry(life))
    return life


def as_published(life: TariffLife, *, actor: str = "ann") -> PublishingAct:
    done = published(life, fingerprint=ONE, report=None, actor=actor, at=NOW)
    return PublishingAct(done, entry(done, unique=f"published by {actor}"))


def test_versions_are_published_together_and_counted_once(
    stores: tuple[TariffLives, AuditStore], code: str
) -> None:
    lives, audit = stores
    acts = [as_published(a_reviewed(lives, code, version=version)) for version in (1, 2)]
    before = lives.publishings()
    for _ in range(2):  # repeating it changes nothing
        lives.publish(acts, after=before)
    assert lives.publishings() == before + 1
    assert [lives.find(code, version) for version in (1, 2)] == [act.life for act in acts]
    assert len(audit.entries(entity="tariff", entity_id=f"{code}@1")) == 3


def test_what_was_weighed_up_before_somebody_else_published_is_not_published(
    stores: tuple[TariffLives, AuditStore], code: str
) -> None:
    lives, audit = stores
    mine, theirs = a_reviewed(lives, code, version=1), a_reviewed(lives, code, version=2)
    weighed = lives.publishings()
    lives.publish([as_published(theirs)], after=weighed)
    with pytest.raises(TariffChangedMeanwhile, match=f"publishing {code}@1 was weighed"):
        lives.publish([as_published(mine)], after=weighed)
    assert lives.find(code, 1) == mine
    assert [one.action for one in audit.entries(entity="tariff", entity_id=f"{code}@1")] == [
        "drafted",
        "reviewed",
    ]
    lives.publish([as_published(mine)], after=lives.publishings())


def test_of_versions_of_which_one_is_drafted_anew_none_is_published(lives: TariffLives, code: str) -> None:
    first, second = a_reviewed(lives, code, version=1), a_reviewed(lives, code, version=2)
    again = a_draft(code, version=2, life=second, fingerprint=TWO)
    lives.save(again, audit=entry(again))
    with pytest.raises(TariffChangedMeanwhile):
        lives.publish([as_published(first), as_published(second)], after=lives.publishings())
    assert (lives.find(code, 1), lives.find(code, 2)) == (first, again)


def test_of_many_who_publish_at_once_one_does(lives: TariffLives, code: str) -> None:
    versions = [a_reviewed(lives, code, version=number) for number in range(1, 5)]
    weighed = lives.publishings()

    def publish(life: TariffLife) -> bool:
        try:
            lives.publish([as_published(life)], after=weighed)
        except TariffChangedMeanwhile:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(publish, versions))
    assert done.count(True) == 1
    stored = [lives.find(code, life.version) for life in versions]
    assert [life is not None and life.is_published for life in stored] == done


def test_as_many_versions_as_announced_can_be_published_together(lives: TariffLives, code: str) -> None:
    acts = [
        as_published(a_reviewed(lives, code, version=number)) for number in range(1, LARGEST_PUBLISHING + 2)
    ]
    with pytest.raises(TooManyVersions, match="publish 49 at most"):
        lives.publish(acts, after=lives.publishings())
    lives.publish(acts[:-1], after=lives.publishings())
    assert [life.is_published for life in lives.lives() if life.code == code] == [True] * 49 + [False]
