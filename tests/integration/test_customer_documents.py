"""A customer's bill as document, PDF and web page, through the API and the render function."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request

import pypdfium2
import pytest
from typer.testing import CliRunner

from chalicelib import bootstrap
from chalicelib.domain.kernel.ids import AccountId
from chalicelib.domain.kernel.money import Money
from cli.main import build
from tests.integration.conftest import ApiTown
from tests.towns import NOVEMBER, OCTOBER, bill_minor

pytestmark = pytest.mark.emulator


def bill_of_ada(town: ApiTown, what: str, month: object = OCTOBER) -> str:
    return f"/accounts/{town.ada.account_id}/bills/{town.bill_id(month)}/{what}"


def fetched(url: str) -> tuple[bytes, str]:
    with urllib.request.urlopen(url, timeout=30) as response:
        return response.read(), response.headers["Content-Type"]


def test_the_document_says_what_the_ledger_says(api_town: ApiTown) -> None:
    answer = api_town.get(bill_of_ada(api_town, "document", NOVEMBER), by=api_town.ada)

    assert answer.status == 200
    document = answer.body
    assert document["bill"]["bill_id"] == api_town.bill_id(NOVEMBER)
    assert document["account"]["account_id"] == api_town.ada.account_id
    assert document["recipient"]["name"] == "Ada Marsh"
    assert document["balance"]["new_charges_minor"] == bill_minor(1)
    assert "a float" not in str(document)


@pytest.mark.parametrize(
    ("what", "begins", "content_type"),
    [("pdf", b"%PDF-", "application/pdf"), ("html", b"<!doctype html", "text/html")],
)
def test_a_rendered_bill_is_fetched_from_an_address_that_ends(
    api_town: ApiTown, what: str, begins: bytes, content_type: str
) -> None:
    answer = api_town.get(bill_of_ada(api_town, f"{what}?language=en&paper=letter"), by=api_town.ada)

    assert answer.status == 200
    assert answer.body["expires_in"] <= 300
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(answer.body["url"]).query)
    assert int(query["X-Amz-Expires"][0]) <= 300
    body, found_type = fetched(answer.body["url"])
    assert body[: len(begins)].lower() == begins.lower()
    assert found_type.startswith(content_type)


def test_the_pdf_says_the_ledgers_amounts(api_town: ApiTown) -> None:
    answer = api_town.get(bill_of_ada(api_town, "pdf?language=en", NOVEMBER), by=api_town.ada)
    body, _ = fetched(answer.body["url"])
    pages = pypdfium2.PdfDocument(body)
    text = " ".join(page.get_textpage().get_text_range() for page in pages)
    transactions = bootstrap.ledger_store().transactions_of_account(AccountId(api_town.ada.account_id))
    (bill,) = [one.bill for one in transactions if one.bill and one.bill.period == NOVEMBER]

    lines = [line.amount_minor for segment in bill.segments for line in segment.lines]
    for amount_minor in (bill.total_minor, *lines):
        assert f"${Money.of_minor(amount_minor, bill.currency).amount}" in text


def test_the_clerk_is_told_why_a_bill_differs_from_the_last(api_town: ApiTown) -> None:
    reference = f"{api_town.ada.account_id}/{api_town.bill_id(NOVEMBER)}"
    done = CliRunner().invoke(build(), ["bill", "compare", reference, "--json"])
    assert done.exit_code == 0, done.output
    (last,) = json.loads(done.stdout)["comparisons"]
    assert last["compared_with"] == "last_bill"
    reasons = sum(last[f"{reason}_minor"] for reason in ("days", "usage", "rate", "other"))
    assert last["before_minor"] + reasons == last["now_minor"] == bill_minor(1)


def test_a_language_without_a_catalog_is_the_callers_to_mend(api_town: ApiTown) -> None:
    answer = api_town.get(bill_of_ada(api_town, "pdf?language=tlh"), by=api_town.ada)
    assert answer.status == 400
    assert [fault["parameter"] for fault in answer.body["errors"]] == ["language"]
    assert "en, es" in answer.body["errors"][0]["message"]


@pytest.mark.parametrize("what", ["document", "pdf", "html"])
def test_nobody_else_gets_it(api_town: ApiTown, what: str) -> None:
    path = bill_of_ada(api_town, what)
    assert api_town.get(path).status == 401
    assert api_town.get(path, by=api_town.bert).status == 404


def test_an_altered_address_opens_nothing(api_town: ApiTown) -> None:
    url = api_town.get(bill_of_ada(api_town, "pdf"), by=api_town.ada).body["url"]
    parts = urllib.parse.urlsplit(url)
    other = parts._replace(path=parts.path + "x").geturl()

    with pytest.raises(urllib.error.HTTPError) as refused:
        fetched(other)
    assert refused.value.code in (403, 404)
