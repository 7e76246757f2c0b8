"""Who may call what: one row for each route. What is not listed is refused.

Roles come from the token alone (api/identity.py). Ownership is looked up before a handler runs: a handler is
given the caller's own account, and has no other way to one (api/endpoint.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from chalicelib.domain.kernel.errors import Refusal


class Role(StrEnum):
    """As whom somebody calls."""

    ANYONE = "anyone"  # needs no token
    CUSTOMER = "customer"  # signed in to the customer pool, and tied to a person


class Ownership(StrEnum):
    """What of the called must be the caller's own."""

    NOTHING = "nothing"  # the answer is about nobody
    PERSON = "person"  # the answer is about the caller
    ACCOUNT = "account"  # {account_id} names the caller as its person


class Rule(NamedTuple):
    """What it takes to call a route."""

    role: Role
    ownership: Ownership


Route = tuple[str, str]
"""Method and path, as `("GET", "/accounts/{account_id}")`."""

_ANYONE = Rule(Role.ANYONE, Ownership.NOTHING)
_OWN_PERSON = Rule(Role.CUSTOMER, Ownership.PERSON)
_OWN_ACCOUNT = Rule(Role.CUSTOMER, Ownership.ACCOUNT)

RULES: Mapping[Route, Rule] = {
    ("GET", "/health"): _ANYONE,
    ("GET", "/me"): _OWN_PERSON,
    ("GET", "/accounts"): _OWN_PERSON,
    ("GET", "/accounts/{account_id}"): _OWN_ACCOUNT,
    ("GET", "/accounts/{account_id}/bills"): _OWN_ACCOUNT,
    ("GET", "/accounts/{account_id}/bills/{bill_id}"): _OWN_ACCOUNT,
    ("GET", "/accounts/{account_id}/bills/{bill_id}/document"): _OWN_ACCOUNT,
    ("GET", "/accounts/{account_id}/bills/{bill_id}/pdf"): _OWN_ACCOUNT,
    ("GET", "/accounts/{account_id}/bills/{bill_id}/html"): _OWN_ACCOUNT,
    ("GET", "/accounts/{account_id}/usage"): _OWN_ACCOUNT,
}


class RouteNotListed(Refusal):
    """No row says who may call a route, so nobody may."""


def rule_of(method: str, path: str) -> Rule:
    """The rule of a route. Raises RouteNotListed."""
    rule = RULES.get((method, path))
    if rule is None:
        raise RouteNotListed(
            f"{method} {path} has no row in api/authorization.py: add one that says who may call it",
            method=method,
            path=path,
        )
    return rule
