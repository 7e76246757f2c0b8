"""What goes out: exactly what the description says, nobody's secrets, no floating-point number."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from chalicelib.api import schemas
from chalicelib.api.authorization import RULES, Role
from chalicelib.api.openapi import document, text
from chalicelib.api.operations import OPERATIONS, Operation
from chalicelib.rendering.bill_json import dump_bill
from tests.towns import OCTOBER, bill_minor, the_account
from tests.unit.api.gateway import Gateway, a_document, bill_id, own

PROJECT = Path(__file__).parents[3]
COMMITTED = PROJECT / "docs" / "openapi.json"
ANSWERED = [one for one in OPERATIONS if not one.name.endswith("document")]


def answer_of(gateway: Gateway, operation: Operation) -> Any:
    names = re.findall(r"\{(\w+)\}", operation.path)
    answer = gateway.get(operation.path, by=1, **{name: own(1)[name] for name in names})
    assert answer.status == 200, answer
    return answer.body


# The description


def test_the_committed_description_is_the_one_the_tables_give() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == text(), (
        "docs/openapi.json is out of date: headgate api openapi > docs/openapi.json"
    )


def test_the_description_is_sound() -> None:
    validate(document())


def test_it_tells_of_every_route_and_of_no_other() -> None:
    told = {
        (method.upper(), path): operation
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    }
    assert set(told) == set(RULES)
    for route, operation in told.items():
        signed_in = RULES[route].role is Role.CUSTOMER
        assert operation["security"] == ([{"customer": []}] if signed_in else [])
        assert ("401" in operation["responses"]) == signed_in


def test_every_schema_forbids_what_it_does_not_name() -> None:
    for name, schema in document()["components"]["schemas"].items():
        if name.endswith("Response"):
            assert schema["additionalProperties"] is False, name


def test_no_schema_holds_a_floating_point_number() -> None:
    assert '"type": "number"' not in COMMITTED.read_text(encoding="utf-8")


@pytest.mark.parametrize("operation", ANSWERED, ids=lambda one: one.name)
def test_every_answer_is_as_described(gateway: Gateway, operation: Operation) -> None:
    described = document()
    schema = {
        "$ref": f"#/components/schemas/{operation.answer}",
        "components": described["components"],
    }
    Draft202012Validator(schema).validate(answer_of(gateway, operation))


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_the_schemas_an_operation_names_exist(operation: Operation) -> None:
    assert hasattr(schemas, operation.query)
    assert hasattr(schemas, operation.answer) or operation.answer == "BillDocument"


# What goes out


@pytest.mark.parametrize("operation", ANSWERED, ids=lambda one: one.name)
def test_answers_hold_no_float_and_no_internal_id(gateway: Gateway, operation: Operation) -> None:
    body = json.dumps(answer_of(gateway, operation))
    json.loads(body, parse_float=lambda number: pytest.fail(f"a float: {number}"))
    for inside in ("P-C01", "user-1", "REG-", "gl_account", "fund", "SP-", "PR-"):
        assert inside not in body


def test_answers_are_for_the_caller_alone_and_are_what_they_say(gateway: Gateway) -> None:
    for answer in (gateway.get("/me", by=1), gateway.get("/health"), gateway.get("/me")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert gateway.get("/me", by=1).headers["Content-Type"] == "application/json"


def test_the_figures_are_the_ledgers(gateway: Gateway) -> None:
    account = gateway.get("/accounts/{account_id}", by=1, account_id=the_account(1)).body
    bill = gateway.get("/accounts/{account_id}/bills/{bill_id}", by=1, **own(1)).body

    assert account["balance"] == {"amount_minor": 2 * bill_minor(1), "currency": "USD"}
    assert bill["total"] == {"amount_minor": bill_minor(1), "currency": "USD"}
    assert (bill["bill_id"], bill["standing"]) == (bill_id(OCTOBER), "live")


def test_an_erased_customer_reads_so(gateway: Gateway) -> None:
    from chalicelib.domain.kernel.personal import Retention
    from tests.towns import entry

    person_id = gateway.utility.registry.account(the_account(1)).account.person_id
    gateway.utility.registry.erase_keys(person_id, retention=Retention.RELATIONSHIP, entry=entry())

    body = gateway.get("/me", by=1).body

    assert (body["name"], body["email"], body["language"]) == ("Ada Marsh", None, "en")


def test_a_bills_document_goes_out_as_it_is_made(gateway: Gateway) -> None:
    sample = a_document(*own(1).values())
    gateway.documents.document_of = {(own(1)["account_id"], own(1)["bill_id"]): sample}

    answer = gateway.get("/accounts/{account_id}/bills/{bill_id}/document", by=1, **own(1))

    assert answer.status == 200
    assert answer.body == json.loads(dump_bill(sample))
    described = document()
    schema = {"$ref": "#/components/schemas/BillDocument", "components": described["components"]}
    Draft202012Validator(schema).validate(answer.body)


# What stays inside


def test_the_log_names_route_and_account_and_nobody(gateway: Gateway) -> None:
    gateway.get("/me", by=1)
    gateway.get("/accounts/{account_id}", by=1, account_id=the_account(1))
    gateway.get("/accounts/{account_id}", by=1, account_id=the_account(2))

    lines = [json.loads(line) for line in gateway.logged().splitlines()]
    assert [(line["route"], line["status"]) for line in lines] == [
        ("/me", 200),
        ("/accounts/{account_id}", 200),
        ("/accounts/{account_id}", 404),
    ]
    assert lines[1]["account_id"] == the_account(1)
    assert "account_id" not in lines[2]
    for personal in ("Ada", "ada@example.com", "Weir", "user-1"):
        assert personal not in gateway.logged()


def test_answering_imports_nothing_that_renders() -> None:
    """WeasyPrint, Babel and Jinja are the render function's; pydantic is paid for by the first call."""
    program = """
import sys, app
heavy = {"weasyprint", "babel", "jinja2", "pyarrow", "duckdb", "stripe"}
assert not (heavy | {"pydantic", "pynamodb", "cryptography"}) & set(sys.modules), "import of app.py"
import chalicelib.api.customer_answers, chalicelib.api.queries, chalicelib.rendering.bill_json
import chalicelib.storage.registry, chalicelib.storage.ledger, chalicelib.identity.sealing
assert not heavy & set(sys.modules), heavy & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=True)
