"""Who may call what: every route has a row, and the rows hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from chalice.app import Blueprint, RouteEntry

import app
from chalicelib.api import authorization
from chalicelib.api.authorization import RULES, Ownership, Role, Route, RouteNotListed, Rule, rule_of
from chalicelib.api.endpoint import Call, register
from chalicelib.api.identity import CUSTOMER_POOL
from chalicelib.api.operations import OPERATIONS, Operation
from chalicelib.domain.kernel.ids import PersonId
from tests.towns import the_account
from tests.unit.api.gateway import Answer, Gateway, bill_id, own

NOBODYS = {"account_id": the_account(999), "bill_id": bill_id("2026-10")}
UNKNOWN_BILL = {"account_id": the_account(1), "bill_id": "BILL.NONE.2026-10.0"}
CUSTOMERS = [route for route, rule in RULES.items() if rule.role is Role.CUSTOMER]
OF_ACCOUNTS = [route for route, rule in RULES.items() if rule.ownership is Ownership.ACCOUNT]


def routes() -> Iterator[tuple[Route, RouteEntry]]:
    for path, methods in app.app.routes.items():
        for method, entry in methods.items():
            yield (method, path), entry


def called(gateway: Gateway, route: Route, path: dict[str, str], **by: object) -> Answer:
    names = re.findall(r"\{(\w+)\}", route[1])
    return gateway.get(route[1], method=route[0], **{name: path[name] for name in names}, **by)  # type: ignore[arg-type]


# The table


def test_every_route_of_the_app_has_a_row_and_every_row_a_route() -> None:
    assert {route for route, _ in routes()} == set(RULES)


def test_every_route_is_an_operation_with_a_handler_of_its_name() -> None:
    assert {operation.route for operation in OPERATIONS} == set(RULES)
    names = [operation.name for operation in OPERATIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("route", RULES)
def test_the_authorizer_is_the_one_of_the_rows_role(route: Route) -> None:
    expected = {Role.ANYONE: None, Role.CUSTOMER: CUSTOMER_POOL}[rule_of(*route).role]
    assert dict(routes())[route].authorizer is expected


def test_only_health_is_open_to_anyone() -> None:
    assert [route for route, rule in RULES.items() if rule.role is Role.ANYONE] == [("GET", "/health")]


def test_whatever_names_an_account_asks_whose_it_is() -> None:
    assert [route for route in RULES if "{account_id}" in route[1]] == OF_ACCOUNTS
    assert len(OF_ACCOUNTS) == 7


def test_customers_only_read() -> None:
    assert {method for method, _ in RULES} == {"GET"}


# What is not listed


def test_a_route_without_a_row_cannot_be_registered() -> None:
    stray = Operation(name="stray", path="/stray", summary="", answer="", module="")
    with pytest.raises(RouteNotListed, match="GET /stray has no row"):
        register(Blueprint("stray"), stray)


def test_a_route_whose_row_is_gone_is_refused(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authorization, "RULES", {})
    answer = gateway.get("/me", by=1)
    assert (answer.status, answer.body["type"]) == (403, "urn:problem-type:headgate:forbidden")


def test_a_handler_has_no_account_but_the_one_its_rule_asked_for(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/accounts/{account_id}"
    monkeypatch.setattr(authorization, "RULES", {("GET", path): Rule(Role.CUSTOMER, Ownership.PERSON)})
    assert gateway.get(path, by=1, account_id=the_account(1)).status == 403
    monkeypatch.setattr(authorization, "RULES", {("GET", path): Rule(Role.ANYONE, Ownership.ACCOUNT)})
    assert gateway.get(path, by=1, account_id=the_account(1)).status == 403


def test_a_call_that_brings_no_caller_has_none() -> None:
    call = Call(path={}, query=None, now=None)  # type: ignore[arg-type]
    with pytest.raises(RouteNotListed):
        _ = call.person_id
    with pytest.raises(RouteNotListed):
        _ = Call(path={}, query=None, now=None, person=PersonId("P")).account  # type: ignore[arg-type]


# Route × caller


@pytest.mark.parametrize("route", CUSTOMERS)
def test_without_a_token_nothing_opens(gateway: Gateway, route: Route) -> None:
    """Should the gateway's authorizer ever be left out of the template, the function still refuses."""
    answer = called(gateway, route, own(1))
    assert (answer.status, answer.body["type"]) == (401, "urn:problem-type:headgate:sign-in-needed")


@pytest.mark.parametrize("route", CUSTOMERS)
def test_a_sign_in_that_acts_for_no_customer_opens_nothing(gateway: Gateway, route: Route) -> None:
    answer = called(gateway, route, own(1), by=3)
    assert (answer.status, answer.body["type"]) == (403, "urn:problem-type:headgate:not-a-customer")


@pytest.mark.parametrize("route", [one for one in CUSTOMERS if not one[1].endswith("/document")])
def test_own_things_open(gateway: Gateway, route: Route) -> None:
    for number in (1, 2):
        assert called(gateway, route, own(number), by=number).status == 200


@pytest.mark.parametrize("route", OF_ACCOUNTS)
def test_somebody_elses_and_nobodys_are_answered_alike(gateway: Gateway, route: Route) -> None:
    for number, other in ((1, 2), (2, 1)):
        foreign = called(gateway, route, own(other), by=number)
        nobodys = called(gateway, route, NOBODYS, by=number)
        assert foreign.status == 404
        assert foreign == nobodys
    if "{bill_id}" in route[1]:
        assert called(gateway, route, UNKNOWN_BILL, by=1) == nobodys
    assert gateway.documents == type(gateway.documents)()  # nothing was rendered, or asked for


@pytest.mark.parametrize("route", OF_ACCOUNTS)
def test_the_query_never_says_who_somebody_is(gateway: Gateway, route: Route) -> None:
    answer = called(gateway, route, own(1), by=1, query={"account_id": [the_account(2)]})
    assert answer.status == 400


@pytest.mark.parametrize(
    "account", ["x", "-", "a#b-1", "a b-1", "..", "A" * 300 + "-1", "C01.001-0000000001\n", "é-1"]
)
@pytest.mark.parametrize("route", OF_ACCOUNTS)
def test_an_id_that_cannot_be_is_as_unknown_as_any(gateway: Gateway, route: Route, account: str) -> None:
    impossible = called(gateway, route, {"account_id": account, "bill_id": account}, by=1)
    assert impossible == called(gateway, route, NOBODYS, by=1)
