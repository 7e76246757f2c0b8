"""Letting customers sign in, and taking it from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.domain.audit.entry import AuditEntry
from chalicelib.domain.customers.user import User
from chalicelib.domain.kernel.ids import UserId
from chalicelib.storage.memory.registry import MemoryRegistryStore
from chalicelib.storage.memory.users import MemoryUserPool
from chalicelib.usecases.enroll_user import EmailRefused, EmailUnproven, UserDesk, UserUnknown
from chalicelib.usecases.ports.registry import (
    AccountUnknown,
    RegistryBatch,
    UserOfAnotherPerson,
    in_batches,
)
from chalicelib.usecases.ports.users import EmailTaken, PasswordRefused, PoolUser
from tests.towns import the_account, town

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ONE, TWO = the_account(1), the_account(2)
ADA = "ada@example.com"


@pytest.fixture
def desk() -> UserDesk:
    registry = MemoryRegistryStore()
    list(registry.save_many(in_batches(town(accounts=2))))
    return UserDesk(registry=registry, pool=MemoryUserPool(), actor="cli:clerk", now=NOW)


def pool_of(desk: UserDesk) -> MemoryUserPool:
    assert isinstance(desk.pool, MemoryUserPool)
    return desk.pool


def trail(desk: UserDesk, account: str) -> list[AuditEntry]:
    assert isinstance(desk.registry, MemoryRegistryStore)
    return desk.registry.audit.entries(entity="person", entity_id=f"P-{account}")


def test_the_person_of_the_account_is_invited_and_tied(desk: UserDesk) -> None:
    enrolled = desk.enroll(account_id=ONE, email=" Ada@Example.com ")

    assert (enrolled.already, enrolled.invited) == (False, True)
    assert pool_of(desk).invited == [ADA]
    assert desk.registry.user(enrolled.user.user_id) == enrolled.user
    assert enrolled.user.person_id == f"P-{ONE}"
    assert (enrolled.user.created_at, enrolled.user.created_by) == (NOW, "cli:clerk")


def test_the_trail_tells_it_without_the_address(desk: UserDesk) -> None:
    user = desk.enroll(account_id=ONE, email=ADA).user
    desk.remove(ADA)

    enrolled, removed = trail(desk, ONE)
    assert (enrolled.action, removed.action) == ("user enrolled", "user removed")
    assert enrolled.after == {"user_id": user.user_id, "account_id": ONE}
    assert removed.before == {"user_id": user.user_id}
    assert "ada" not in f"{enrolled}{removed}"


def test_the_same_again_invites_nobody_and_writes_nothing(desk: UserDesk) -> None:
    first = desk.enroll(account_id=ONE, email=ADA)
    again = replace(desk, actor="cli:other").enroll(account_id=ONE, email=ADA)

    assert (again.user, again.already, again.invited) == (first.user, True, False)
    assert pool_of(desk).invited == [ADA]
    assert len(trail(desk, ONE)) == 1


def test_a_request_that_died_half_way_is_taken_up_again(desk: UserDesk) -> None:
    """The pool has them, the registry does not yet."""
    user_id = desk.pool.invite(ADA)

    enrolled = desk.enroll(account_id=ONE, email=ADA)

    assert (enrolled.user.user_id, enrolled.already, enrolled.invited) == (user_id, False, False)


def test_of_two_requests_at_once_both_find_the_one_user(desk: UserDesk) -> None:
    class Racing(MemoryUserPool):
        def invite(self, email: str, *, password: str | None = None) -> UserId:
            super().invite(email, password=password)  # the other request's, a moment earlier
            raise EmailTaken(email)

    pool = Racing()
    enrolled = replace(desk, pool=pool).enroll(account_id=ONE, email=ADA)

    found = pool.find(ADA)
    assert isinstance(found, PoolUser)
    assert enrolled.user.user_id == found.user_id
    assert not enrolled.invited


def test_an_address_of_another_person_is_refused(desk: UserDesk) -> None:
    mine = desk.enroll(account_id=ONE, email=ADA).user

    with pytest.raises(UserOfAnotherPerson, match="another person"):
        desk.enroll(account_id=TWO, email=ADA)

    assert desk.registry.user(mine.user_id) == mine
    assert trail(desk, TWO) == []


def test_two_people_may_sign_in_for_one_customer(desk: UserDesk) -> None:
    users = [desk.enroll(account_id=ONE, email=email).user for email in (ADA, "ben@example.com")]
    assert desk.registry.users_of_person(users[0].person_id) == users


def test_a_stranger_who_typed_the_customers_address_gets_nothing(desk: UserDesk) -> None:
    """Else they would wait with a password of their own until the utility ties it to the customer."""
    pool_of(desk).sign_up(ADA)

    with pytest.raises(EmailUnproven, match="headgate user remove"):
        desk.enroll(account_id=ONE, email=ADA)

    assert desk.registry.users_of_person(desk.registry.account(ONE).account.person_id) == []
    assert desk.remove(ADA) is None
    assert desk.enroll(account_id=ONE, email=ADA).invited


def test_with_a_password_nobody_is_written_to(desk: UserDesk) -> None:
    enrolled = desk.enroll(account_id=ONE, email=ADA, password="long enough, this")
    assert not enrolled.invited
    assert pool_of(desk).invited == []


@pytest.mark.parametrize(
    "text", ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b@c", "a" * 300 + "@x"]
)
def test_what_is_no_address_is_refused_before_anything_happens(desk: UserDesk, text: str) -> None:
    with pytest.raises(EmailRefused):
        desk.enroll(account_id=ONE, email=text)
    assert pool_of(desk).invited == []


def test_nothing_happens_for_an_account_or_with_a_password_that_cannot_be(desk: UserDesk) -> None:
    with pytest.raises(AccountUnknown):
        desk.enroll(account_id=the_account(99), email=ADA)
    with pytest.raises(PasswordRefused):
        desk.enroll(account_id=ONE, email=ADA, password="short")
    assert desk.pool.find(ADA) is None


def test_a_removed_user_is_gone_from_both_sides(desk: UserDesk) -> None:
    user = desk.enroll(account_id=ONE, email=ADA).user

    assert desk.remove(user.user_id) == user

    assert desk.registry.user(user.user_id) is None
    assert desk.pool.find(ADA) is None
    with pytest.raises(UserUnknown):
        desk.remove(ADA)


def test_what_a_user_reaches_is_taken_first(desk: UserDesk) -> None:
    """When the pool cannot be reached, the token they hold is worth nothing already."""

    class Unreachable(MemoryUserPool):
        def find(self, name: str) -> PoolUser | None:
            return PoolUser(user_id=UserId("user-1"), email=ADA, proven=True)

        def remove(self, user_id: UserId) -> None:
            raise ConnectionError

    user = User(
        user_id=UserId("user-1"), person_id=desk.registry.account(ONE).account.person_id, created_at=NOW,
        created_by="cli:clerk",
    )  # fmt: skip
    desk.registry.save(RegistryBatch(things=(user,)))

    with pytest.raises(ConnectionError):
        replace(desk, pool=Unreachable()).remove(ADA)

    assert desk.registry.user(user.user_id) is None
