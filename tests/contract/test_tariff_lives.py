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
from chalicelib.usecases.ports.tariff_lives import TariffChangedMeanwhile, TariffLives

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
