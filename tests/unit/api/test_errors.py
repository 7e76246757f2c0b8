"""What a caller is told when something is refused or goes wrong."""

from __future__ import annotations

import pytest

from chalicelib import bootstrap
from chalicelib.api import endpoint
from chalicelib.api.errors import FAULT, ParameterFault, document_of, problem_of, table
from chalicelib.api.schemas import ProblemResponse
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.storage.dynamo import StorageBusy
from chalicelib.usecases.ports.registry import AccountUnknown
from chalicelib.usecases.ports.rendering import LanguageUnknown, RenderingFailed
from tests.unit.api.gateway import Gateway, own

PROBLEM = "application/problem+json"


class NobodyThoughtOfThis(Refusal):
    """A refusal without a row."""


class Subclass(AccountUnknown):
    """A refusal whose base has a row."""


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail() -> object:
        raise error

    monkeypatch.setattr(bootstrap, "ledger_reader", fail)


def test_the_table_answers_for_classes_and_their_subclasses() -> None:
    assert problem_of(Subclass("x")).status == 404
    assert problem_of(NobodyThoughtOfThis("x")) is FAULT
    assert problem_of(KeyError("x")) is FAULT


def test_every_problem_has_a_name_of_its_own() -> None:
    problems = {*table().values(), FAULT}
    assert len({problem.name for problem in problems}) == len(problems)
    assert all(400 <= problem.status < 600 for problem in problems)


def test_a_problem_document_is_what_the_schema_says() -> None:
    faults = [ParameterFault("limit", "write a whole number in digits")]
    for problem in {*table().values(), FAULT}:
        document = document_of(problem, request_id="a b/../<c>", faults=faults)
        assert ProblemResponse.model_validate(document).status == problem.status
        assert document["instance"] == "urn:headgate:request:a-b-..--c-"


@pytest.mark.parametrize(
    "error", [KeyError("ada@example.com"), NobodyThoughtOfThis("ada@example.com in TABLE")]
)
def test_a_fault_says_nothing_of_the_inside_and_is_logged_by_its_places(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    failing(monkeypatch, error)

    answer = gateway.get("/accounts/{account_id}", by=1, account_id=own(1)["account_id"])

    assert (answer.status, answer.headers["Content-Type"]) == (500, PROBLEM)
    assert set(answer.body) == {"type", "title", "status", "detail", "instance"}
    assert "ada@" not in str(answer.body) + gateway.logged()
    assert type(error).__name__ not in str(answer.body)
    assert answer.body["instance"].rpartition(":")[2] in gateway.logged()
    assert f'"error_type":"{type(error).__name__}"' in gateway.logged()


def test_faults_are_counted_and_refusals_are_not(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[str, int]] = []
    monkeypatch.setattr(endpoint, "count", lambda *what: counted.append(what))
    gateway.get("/me")
    failing(monkeypatch, KeyError())
    gateway.get("/accounts/{account_id}", by=1, account_id=own(1)["account_id"])
    assert counted == [("ApiFaults", 1)]


def test_a_database_that_is_busy_asks_to_try_again(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(monkeypatch, StorageBusy("12 keys unread"))

    answer = gateway.get("/accounts/{account_id}", by=1, account_id=own(1)["account_id"])

    assert (answer.status, answer.headers["Retry-After"]) == (503, "3")


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (LanguageUnknown("bills are not made in 'fr': ask for one of en, es"), 400),
        (RenderingFailed("it takes too long"), 503),
    ],
)
def test_a_bill_that_cannot_be_rendered_is_told_as_what_it_is(
    gateway: Gateway, refusal: Exception, status: int
) -> None:
    gateway.documents.refusal = refusal

    answer = gateway.get("/accounts/{account_id}/bills/{bill_id}/pdf", by=1, **own(1))

    assert answer.status == status
    assert [one["parameter"] for one in answer.body.get("errors", ())] == ["language"] * (status == 400)


def test_what_the_framework_refuses_by_itself_is_a_problem_too(gateway: Gateway) -> None:
    for answer, status in (
        (gateway.get("/me", by=1, method="POST"), 405),
        (gateway.get("/me", by=1, headers={"content-type": "text/xml"}), 415),
        (gateway.get("/nowhere", by=1), 405),
    ):
        assert (answer.status, answer.headers["Content-Type"]) == (status, PROBLEM)
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.body["status"] == status
        assert "Code" not in answer.body


def test_a_method_that_is_not_there_names_those_that_are(gateway: Gateway) -> None:
    assert gateway.get("/me", by=1, method="DELETE").headers["Allow"] == "GET"
