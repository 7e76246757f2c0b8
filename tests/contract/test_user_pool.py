"""What every UserPool promises, held against the fake and against Cognito."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import pytest

from chalicelib.domain.kernel.ids import UserId
from chalicelib.storage.memory.users import MemoryUserPool
from chalicelib.usecases.ports.users import EmailTaken, PasswordRefused, PoolUser, UserPool

PASSWORD = "Riverbend-2026-water"
_serial = count(int(datetime.now(UTC).timestamp() * 1000))


@dataclass
class Place:
    """A pool, and the form at which anybody may sign up."""

    pool: UserPool
    sign_up: Callable[[str], object]


@pytest.fixture(params=["memory", pytest.param("cognito", marks=pytest.mark.emulator)])
def place(request: pytest.FixtureRequest) -> Place:
    if request.param == "memory":
        pool = MemoryUserPool()
        return Place(pool=pool, sign_up=pool.sign_up)
    from chalicelib.bootstrap import aws_client, customer_pool

    names = request.getfixturevalue("local_cloud").settings

    def sign_up(email: str) -> object:
        attributes = [{"Name": "email", "Value": email}]
        return aws_client("cognito-idp").sign_up(
            ClientId=names.customer_client_id,
            Username=email,
            Password=PASSWORD,
            UserAttributes=attributes,  # type: ignore[arg-type]
        )

    return Place(pool=customer_pool(), sign_up=sign_up)


@pytest.fixture
def email() -> str:
    return f"u{next(_serial)}@riverbend.example"


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_who_was_invited_is_found_by_address_and_by_id(
    place: Place, email: str, password: str | None
) -> None:
    user_id = place.pool.invite(email, password=password)

    expected = PoolUser(user_id=user_id, email=email, proven=True)
    assert place.pool.find(email) == expected
    assert place.pool.find(user_id) == expected
    assert place.pool.find("nobody@riverbend.example") is None


def test_an_address_is_invited_once(place: Place, email: str) -> None:
    first = place.pool.invite(email)

    with pytest.raises(EmailTaken):
        place.pool.invite(email)

    assert place.pool.find(email) == PoolUser(user_id=first, email=email, proven=True)


def test_who_signed_up_and_never_confirmed_has_proven_nothing(place: Place, email: str) -> None:
    place.sign_up(email)

    found = place.pool.find(email)

    assert found is not None
    assert not found.proven
    with pytest.raises(EmailTaken):
        place.pool.invite(email)


def test_a_password_the_policy_refuses_leaves_no_user_behind(place: Place, email: str) -> None:
    with pytest.raises(PasswordRefused):
        place.pool.invite(email, password="short")

    assert place.pool.find(email) is None


def test_a_removed_user_is_gone_and_may_be_invited_anew(place: Place, email: str) -> None:
    first = place.pool.invite(email)
    for _ in range(2):  # repeating it changes nothing
        place.pool.remove(first)
    place.pool.remove(UserId("00000000-0000-0000-0000-000000000000"))

    assert place.pool.find(email) is None
    assert place.pool.invite(email) != first
