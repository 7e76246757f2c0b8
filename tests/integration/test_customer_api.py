"""Customers read what is theirs, over HTTP, with real sign-ins; nobody reads anything else."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib import bootstrap
from chalicelib.api.authorization import RULES, Role
from chalicelib.domain.kernel.ids import PersonId, UserId
from chalicelib.usecases.ports.registry import Change, RegistryBatch
from cli.sign_in import SignInRefused
from tests.api_calls import (
    PASSWORD,
    Answer,
    call,
    enroll,
    id_token,
    tokens_of,
    unsigned,
    user_desk,
    with_claims,
)
from tests.integration.conftest import ApiTown, Customer
from tests.towns import NOVEMBER, OCTOBER, bill_minor, household, usage_ccf

pytestmark = pytest.mark.emulator

PROBLEM = "application/problem+json"


def usd(amount_minor: int) -> dict[str, object]:
    return {"amount_minor": amount_minor, "currency": "USD"}


def paths(town: ApiTown, owner: Customer, bill_id: str = "") -> list[str]:
    """Every route of customers, with the ids of `owner`."""
    ids = {"account_id": owner.account_id, "bill_id": bill_id or town.bill_id(OCTOBER)}
    return [path.format(**ids) for (_, path), rule in RULES.items() if rule.role is Role.CUSTOMER]


# Own things, with the right figures


def test_the_customer_is_the_one_who_signed_in(api_town: ApiTown) -> None:
    answer = api_town.get("/me", by=api_town.ada)

    assert answer.status == 200
    assert answer.body == {
        "name": "Ada Marsh",
        "email": api_town.ada.email,
        "phone": "555-0100",
        "language": "en",
        "mailing_address": {
            "lines": ["12 Weir Lane"],
            "city": "Riverbend",
            "region": "CA",
            "postal_code": "90000",
            "country": "US",
        },
    }
    assert api_town.get("/me", by=api_town.bert).body["name"] == "Bert Marsh"


def test_answers_are_kept_by_nobody_and_are_what_they_say(api_town: ApiTown) -> None:
    for answer in (api_town.get("/me", by=api_town.ada), api_town.get("/health")):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_accounts_are_listed(api_town: ApiTown) -> None:
    account = api_town.ada.whole.account

    assert api_town.get("/accounts", by=api_town.ada).body == {
        "accounts": [
            {
                "account_id": account.account_id,
                "number": account.number,
                "currency": "USD",
                "opened_on": "2026-09-10",
                "closed_on": None,
            }
        ],
        "next_cursor": None,
    }


def test_an_account_tells_what_is_owed_and_when(api_town: ApiTown) -> None:
    paid = api_town.get(f"/accounts/{api_town.ada.account_id}", by=api_town.ada).body
    owing = api_town.get(f"/accounts/{api_town.bert.account_id}", by=api_town.bert).body

    assert (paid["balance"], paid["past_due"]) == (usd(bill_minor(1)), usd(0))
    assert paid["dues"] == [{"due_on": "2026-12-01", "amount": usd(bill_minor(1))}]
    assert owing["balance"] == usd(2 * bill_minor(2))
    assert owing["past_due"] == usd(bill_minor(2))
    assert owing["due_on"] == "2026-11-01"
    assert [due["amount"] for due in owing["dues"]] == [usd(bill_minor(2))] * 2
    assert [service["service_type"] for service in owing["services"]] == ["sewer", "trash", "water"]
    assert [address["lines"] for address in owing["service_addresses"]] == [["12 Weir Lane"]]


def test_bills_come_newest_first_page_by_page(api_town: ApiTown) -> None:
    path = f"/accounts/{api_town.ada.account_id}/bills"
    november, october = api_town.bill_id(NOVEMBER), api_town.bill_id(OCTOBER)

    whole = api_town.get(path, by=api_town.ada).body
    assert [bill["bill_id"] for bill in whole["bills"]] == [november, october]
    assert whole["next_cursor"] is None
    assert whole["bills"][1] == {
        "bill_id": october,
        "kind": "cycle",
        "period": "2026-10",
        "bill_date": "2026-10-12",
        "due_on": "2026-11-01",
        "total": usd(bill_minor(1)),
        "standing": "live",
    }
    first = api_town.get(f"{path}?limit=1", by=api_town.ada).body
    second = api_town.get(f"{path}?limit=1&cursor={first['next_cursor']}", by=api_town.ada).body
    assert first["bills"] + second["bills"] == whole["bills"]
    assert second["next_cursor"] is None


def test_a_cursor_is_good_for_its_own_list_only(api_town: ApiTown) -> None:
    bert, ada = api_town.bert, api_town.ada
    cursor = api_town.get(f"/accounts/{bert.account_id}/bills?limit=1", by=bert).body["next_cursor"]

    for bad in (cursor, cursor[:-4] + "AAAA", "x"):
        answer = api_town.get(f"/accounts/{ada.account_id}/bills?cursor={bad}", by=ada)
        assert (answer.status, answer.body["errors"][0]["parameter"]) == (400, "cursor")


def test_a_bill_is_told_line_by_line_and_adds_up(api_town: ApiTown) -> None:
    bill = api_town.get(
        f"/accounts/{api_town.ada.account_id}/bills/{api_town.bill_id(OCTOBER)}", by=api_town.ada
    ).body

    lines = [line["amount"]["amount_minor"] for service in bill["services"] for line in service["lines"]]
    assert sum(lines) == bill["total"]["amount_minor"] == bill_minor(1)
    water = next(service for service in bill["services"] if service["service_type"] == "water")
    assert (water["quantity"], water["unit"]) == (str(usage_ccf(1)), "ccf")
    assert [line["rate"] for line in water["lines"]] == ["10", "2"]


def test_usage_is_told_period_by_period(api_town: ApiTown) -> None:
    services = api_town.get(f"/accounts/{api_town.bert.account_id}/usage", by=api_town.bert).body["services"]

    assert [service["service_type"] for service in services] == ["sewer", "water"]
    for service in services:
        assert [(one["start"], one["days"], one["quantity"]) for one in service["periods"]] == [
            ("2026-09-10", 30, str(usage_ccf(2))),
            ("2026-10-10", 31, str(usage_ccf(2))),
        ]


def test_there_is_no_floating_point_number_in_any_answer(api_town: ApiTown) -> None:
    rendered = ("/document", "/pdf", "/html")  # tests/integration/test_customer_documents.py
    for path in paths(api_town, api_town.ada):
        if not path.endswith(rendered):
            answer = api_town.get(path, by=api_town.ada)
            assert answer.status == 200, path
            assert "a float" not in str(answer.body)


# Nobody else's


def test_somebody_elses_and_nobodys_are_answered_alike(api_town: ApiTown) -> None:
    """404 for each, word for word: the answer says nothing about what exists."""
    ada, bert = api_town.ada, api_town.bert
    nobody = replace(bert, whole=household(999, cycle=api_town.cycle)[1])
    assert bootstrap.registry_store().accounts_of_person(ada.whole.account.person_id, limit=9).accounts

    def told(answer: Answer) -> dict[str, Any]:
        assert answer.headers["content-type"] == PROBLEM
        return {name: value for name, value in answer.body.items() if name != "instance"}

    foreign = [path for path in paths(api_town, bert) if "/accounts/" in path]
    unknown = [path for path in paths(api_town, nobody) if "/accounts/" in path]
    own_but_no_bill = [path for path in paths(api_town, ada, "BILL.NONE.2026-10.0") if "BILL.NONE" in path]
    answers = [api_town.get(path, by=ada) for path in (*foreign, *unknown, *own_but_no_bill)]

    assert len(foreign) == len(unknown) == 7
    assert len(own_but_no_bill) == 4
    assert {answer.status for answer in answers} == {404}
    assert all(told(answer) == told(answers[0]) for answer in answers)


@pytest.mark.parametrize("account", ["%20", "x", "a%23b-1", "..-..", "A" * 300 + "-1", "%F0%9F%92%A7-1"])
def test_ids_that_cannot_be_are_unknown(api_town: ApiTown, account: str) -> None:
    assert api_town.get(f"/accounts/{account}/bills", by=api_town.ada).status == 404
    bills = f"/accounts/{api_town.ada.account_id}/bills"
    assert api_town.get(f"{bills}/{account}", by=api_town.ada).status == 404


def test_an_account_that_passed_on_is_its_former_customers_no_more(api_town: ApiTown) -> None:
    """The list of a person's accounts still names it; the account itself does not name the person."""
    _, whole = household(50, shard=2, cycle=api_town.cycle)
    email = f"former@{api_town.cycle.lower()}.example"
    registry = bootstrap.registry_store()
    registry.save(RegistryBatch(things=(whole,)))
    enroll(whole.account, email)
    token = id_token(email)
    url = f"{api_town.url}/accounts"
    path = f"{url}/{whole.account.account_id}"
    assert call(path, token=token).status == 200

    successor = replace(whole.account, person_id=PersonId(f"{api_town.cycle}-successor"))
    registry.save(RegistryBatch(changes=(Change(whole.account, successor),)))

    assert call(path, token=token).status == 404
    assert call(url, token=token).body["accounts"] == []


# Tokens


def refused(answer: Answer, *, by_the_gateway: bool) -> None:
    """401 as a problem, from API Gateway before a function is called, or from the function."""
    assert answer.status == 401
    assert answer.headers["content-type"] == PROBLEM
    assert answer.body["type"].endswith(":sign-in-needed")
    assert answer.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in answer.headers) is not by_the_gateway


def test_no_route_of_customers_opens_without_a_token(api_town: ApiTown) -> None:
    for path in paths(api_town, api_town.ada):
        refused(api_town.get(path), by_the_gateway=True)


def test_tokens_that_were_made_up_or_altered_are_refused(api_town: ApiTown) -> None:
    good = api_town.ada.token
    victim = bootstrap.registry_store().users_of_person(api_town.bert.whole.account.person_id)[0]
    for bad in (
        "garbage",
        "a.b.c",
        good[:-6] + ("AAAAAA" if good[-6:] != "AAAAAA" else "BBBBBB"),
        with_claims(good, sub=victim.user_id),
        with_claims(good, exp=2**31),
        unsigned(good),
        unsigned(with_claims(good, sub=victim.user_id)),
    ):
        refused(call(f"{api_town.url}/me", token=bad), by_the_gateway=True)
    refused(call(f"{api_town.url}/me", header="Basic YWRhOmFkYQ=="), by_the_gateway=True)


def test_an_access_token_is_not_an_id_token(api_town: ApiTown) -> None:
    access = tokens_of(api_town.ada.email)["AccessToken"]
    refused(call(f"{api_town.url}/me", token=access), by_the_gateway=False)


def test_a_token_of_the_staff_pool_opens_nothing_of_customers(api_town: ApiTown, local_cloud: Any) -> None:
    cognito = bootstrap.aws_client("cognito-idp")
    pool_id, email = local_cloud.outputs["StaffPoolId"], f"clerk@{api_town.cycle.lower()}.example"
    cognito.admin_create_user(UserPoolId=pool_id, Username=email, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(UserPoolId=pool_id, Username=email, Password=PASSWORD, Permanent=True)
    staff = tokens_of(email, pool_id=pool_id, client_id=local_cloud.outputs["StaffClientId"])

    refused(call(f"{api_town.url}/me", token=staff["IdToken"]), by_the_gateway=True)


def test_a_token_made_for_another_client_or_run_out_is_refused(api_town: ApiTown) -> None:
    cognito = bootstrap.aws_client("cognito-idp")
    pool_id = bootstrap.settings().customer_pool_id
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id,
        ClientName=f"other-{api_town.cycle}",
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"],
        IdTokenValidity=3,
        TokenValidityUnits={"IdToken": "seconds"},
    )["UserPoolClient"]["ClientId"]
    other = tokens_of(api_town.ada.email, client_id=client)["IdToken"]

    refused(call(f"{api_town.url}/me", token=other), by_the_gateway=False)
    time.sleep(3.1)
    refused(call(f"{api_town.url}/me", token=other), by_the_gateway=True)


# Users


def test_a_removed_user_reaches_nothing_from_that_moment_on(api_town: ApiTown) -> None:
    """The token they hold is still good for minutes: what it was tied to is gone."""
    email = f"leaver@{api_town.cycle.lower()}.example"
    enroll(api_town.bert.whole.account, email)
    token = id_token(email)
    assert call(f"{api_town.url}/me", token=token).body["name"] == "Bert Marsh"

    user_desk().remove(email)

    for path in paths(api_town, api_town.bert):
        answer = call(api_town.url + path, token=token)
        assert (answer.status, answer.body["type"][-15:]) == (403, ":not-a-customer")
    with pytest.raises(SignInRefused):
        id_token(email)


def test_a_disabled_user_gets_no_token_any_more(api_town: ApiTown) -> None:
    email = f"disabled@{api_town.cycle.lower()}.example"
    enroll(api_town.bert.whole.account, email)
    bootstrap.aws_client("cognito-idp").admin_disable_user(
        UserPoolId=bootstrap.settings().customer_pool_id, Username=email
    )

    with pytest.raises(SignInRefused):
        id_token(email)


def test_a_wrong_password_gets_no_token(api_town: ApiTown) -> None:
    with pytest.raises(SignInRefused):
        tokens_of(api_town.ada.email, password=PASSWORD + "!")


def test_who_merely_signed_up_is_nobodys_customer(api_town: ApiTown) -> None:
    cognito = bootstrap.aws_client("cognito-idp")
    names = bootstrap.settings()
    email = f"stranger@{api_town.cycle.lower()}.example"
    cognito.sign_up(
        ClientId=names.customer_client_id,
        Username=email,
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": email}],
    )
    cognito.admin_confirm_sign_up(UserPoolId=names.customer_pool_id, Username=email)
    token = id_token(email)

    for path in paths(api_town, api_town.ada):
        assert call(api_town.url + path, token=token).status == 403


# Requests that are not among the routes


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(api_town: ApiTown, method: str) -> None:
    for path in ("/me", "/accounts", f"/accounts/{api_town.ada.account_id}", "/health"):
        answer = call(api_town.url + path, token=api_town.ada.token, method=method)
        assert (answer.status, answer.headers["content-type"]) == (404, PROBLEM), path


def test_other_paths_are_refused(api_town: ApiTown) -> None:
    for path in ("/", "/staff", "/accounts/x/y/z", "/me/x", f"/accounts/{api_town.ada.account_id}/reads"):
        answer = call(api_town.url + path, token=api_town.ada.token)
        assert (answer.status, answer.headers["content-type"]) == (404, PROBLEM), path


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=25", "limit"),
        ("limit=2.0", "limit"),
        ("limit=two", "limit"),
        ("limit=-1", "limit"),
        ("limit=1&limit=2", "limit"),
        ("cursor=%00", "cursor"),
        ("person_id=P-1", "person_id"),
        ("account_id=C01.001-0000000001", "account_id"),
    ],
)
def test_parameters_that_cannot_be_used_are_named(api_town: ApiTown, query: str, parameter: str) -> None:
    answer = api_town.get(f"/accounts/{api_town.ada.account_id}/bills?{query}", by=api_town.ada)

    assert answer.status == 400
    assert answer.headers["content-type"] == PROBLEM
    assert [error["parameter"] for error in answer.body["errors"]] == [parameter]


def test_the_registry_knows_whom_a_sign_in_acts_for(api_town: ApiTown) -> None:
    user = bootstrap.registry_store().user(UserId(api_town.ada.user_id))

    assert user is not None
    assert user.person_id == api_town.ada.whole.account.person_id
    entries = bootstrap.audit_store().entries(entity="person", entity_id=user.person_id)
    assert [entry.action for entry in entries] == ["user enrolled"]
    assert api_town.ada.email not in str(entries)
    assert date(2026, 1, 1) < user.created_at.date() <= datetime.now(UTC).date()
