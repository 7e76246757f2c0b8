"""Calling the API as a program does, and what customers of a test need: a person, a sign-in, a token."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from chalicelib import bootstrap
from chalicelib.domain.customers.person import Account, Address, Person
from chalicelib.domain.kernel.ids import UserId
from chalicelib.domain.premises.service_point import Premise, ServicePoint
from chalicelib.usecases.enroll_user import UserDesk
from chalicelib.usecases.ports.registry import RegistryBatch
from cli.sign_in import sign_in

PASSWORD = "Riverbend-2026-water"
ADDRESS = Address(lines=("12 Weir Lane",), city="Riverbend", region="CA", postal_code="90000")


class Answer(NamedTuple):
    """What came back. Header names are in lower case."""

    status: int
    body: Any
    headers: Mapping[str, str]


def call(url: str, *, token: str | None = None, method: str = "GET", header: str = "") -> Answer:
    """Call a URL; `header` is the whole Authorization header where it is not `Bearer {token}`."""
    headers = {"Authorization": header or f"Bearer {token}"} if header or token else {}
    request = urllib.request.Request(url, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return _answer(response.status, response.read(), response.headers)
    except urllib.error.HTTPError as error:
        return _answer(error.code, error.read(), error.headers)


def _answer(status: int, body: bytes, headers: Any) -> Answer:
    try:
        read = json.loads(body, parse_float=lambda text: f"a float: {text}")
    except ValueError:
        read = body.decode(errors="replace")
    return Answer(status, read, {name.lower(): value for name, value in headers.items()})


def a_person(account: Account, *, name: str, email: str) -> Person:
    """The person that an account of tests/towns.py names."""
    return Person(
        person_id=account.person_id, name=name, mailing_address=ADDRESS, email=email, phone="555-0100"
    )


def store_person(person: Person) -> None:
    """Seal a person and store them, as a load does."""
    sealed = bootstrap.sealing().seal(person)
    bootstrap.registry_store().save(RegistryBatch(things=(sealed,)))


def a_premise(point: ServicePoint) -> Premise:
    """The premise that a service point of tests/towns.py lies on."""
    return Premise(premise_id=point.premise_id, address=ADDRESS)


def user_desk() -> UserDesk:
    """Ties users to customers on the local cloud."""
    return UserDesk(
        registry=bootstrap.registry_store(),
        pool=bootstrap.customer_pool(),
        actor="test",
        now=datetime.now(UTC),
    )


def enroll(account: Account, email: str) -> UserId:
    """Let somebody sign in for the customer of an account, with PASSWORD."""
    enrolled = user_desk().enroll(account_id=account.account_id, email=email, password=PASSWORD)
    return enrolled.user.user_id


def tokens_of(email: str, *, pool_id: str = "", client_id: str = "", password: str = PASSWORD) -> Any:
    """The tokens of a sign-in, by default to the customer pool's own client."""
    names = bootstrap.settings()
    return sign_in(
        bootstrap.aws_client("cognito-idp"),
        pool_id=pool_id or names.customer_pool_id,
        client_id=client_id or names.customer_client_id,
        email=email,
        password=password,
    )


def id_token(email: str) -> str:
    """A fresh ID token of a customer."""
    token: str = tokens_of(email)["IdToken"]
    return token


def with_claims(token: str, **changes: object) -> str:
    """The token with other claims under its old signature."""
    head, claims, signature = token.split(".")
    return ".".join((head, _encoded({**_decoded(claims), **changes}), signature))


def unsigned(token: str) -> str:
    """The token as one that asks for no signature."""
    head, claims, _ = token.split(".")
    return ".".join((_encoded({**_decoded(head), "alg": "none"}), claims, ""))


def _decoded(part: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def _encoded(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
