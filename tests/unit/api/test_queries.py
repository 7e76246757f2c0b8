"""Query parameters: what can be used is used, the rest is named with how to mend it."""

from __future__ import annotations

import pytest

from chalicelib.domain.utility.profile import Paper
from chalicelib.identity.cursors import CursorRefused, HmacCursors
from tests.unit.api.gateway import SECRET, Gateway, own

BILLS, PDF = "/accounts/{account_id}/bills", "/accounts/{account_id}/bills/{bill_id}/pdf"


def faults(gateway: Gateway, route: str, **query: list[str]) -> dict[str, str]:
    path = own(1) if "bill_id" in route else {"account_id": own(1)["account_id"]}
    answer = gateway.get(route, by=1, query=query, **path)
    assert answer.status == 400, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    return {fault["parameter"]: fault["message"] for fault in answer.body["errors"]}


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("0", "greater than or equal to 1"),
        ("25", "less than or equal to 24"),
        ("2.5", "whole number in digits"),
        ("1_0", "whole number in digits"),
        (" 1", "whole number in digits"),
        ("٣", "whole number in digits"),
        ("", "whole number in digits"),
        ("-1", "whole number in digits"),
        ("9" * 5000, "whole number in digits"),
    ],
)
def test_a_limit_is_a_number_within_bounds(gateway: Gateway, limit: str, message: str) -> None:
    assert message in faults(gateway, BILLS, limit=[limit])["limit"]


def test_everything_wrong_is_named_at_once(gateway: Gateway) -> None:
    found = faults(gateway, BILLS, limit=["0"], cursor=["x" * 500], color=["blue"])
    assert list(found) == ["limit", "cursor", "color"]
    assert found["color"] == "not known here: use limit, cursor"


def test_what_is_given_twice_is_refused(gateway: Gateway) -> None:
    assert faults(gateway, BILLS, limit=["1", "2"]) == {"limit": "give it once"}


def test_a_route_without_parameters_takes_none(gateway: Gateway) -> None:
    message = faults(gateway, "/accounts/{account_id}/usage", limit=["1"])["limit"]
    assert message == "not known here: this takes no parameters"
    assert gateway.get("/health", query={"a": ["1"]}).status == 400


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "en_US"),
        ("language", "../../etc"),
        ("language", "e" * 40),
        ("paper", "a5"),
        ("paper", ""),
        ("large_print", "1"),
        ("large_print", "True"),
    ],
)
def test_how_a_document_looks_is_one_of_what_there_is(gateway: Gateway, name: str, value: str) -> None:
    assert list(faults(gateway, PDF, **{name: [value]})) == [name]
    assert gateway.documents.rendered == []


def test_what_is_asked_for_reaches_the_renderer_and_the_rest_is_left_to_it(gateway: Gateway) -> None:
    query = {"language": ["es"], "paper": ["a4"], "large_print": ["false"]}
    gateway.get(PDF, by=1, query=query, **own(1))
    gateway.get(PDF.replace("pdf", "html"), by=1, **own(1))

    full, plain = gateway.documents.rendered
    assert (full.language, full.paper, full.large_print, full.form) == ("es", Paper.A4, False, "pdf")
    assert (plain.language, plain.paper, plain.large_print, plain.form) == (None, None, None, "html")
    assert (plain.account_id, plain.bill_id) == (own(1)["account_id"], own(1)["bill_id"])


def test_an_address_is_given_for_the_rendered_file_and_ends_after_five_minutes(gateway: Gateway) -> None:
    answer = gateway.get(PDF, by=1, **own(1))

    key = f"bills/{own(1)['bill_id']}.pdf"
    assert answer.body == {"url": f"https://documents.example/{key}?signature=s", "expires_in": 300}
    assert gateway.documents.addressed == [(key, 300, "bill.pdf")]


# Cursors


def test_a_cursor_opens_where_it_was_sealed() -> None:
    cursors = HmacCursors(SECRET)
    cursor = cursors.seal("2026-10|2026-10-12|BILL.C01.2026-10.0", of="bills of A")

    assert cursors.open(cursor, of="bills of A") == "2026-10|2026-10-12|BILL.C01.2026-10.0"
    assert cursor.isascii()
    assert not set(cursor) & set("+/=")


def test_no_other_cursor_opens() -> None:
    cursors = HmacCursors(SECRET)
    cursor = cursors.seal("2026-10|x", of="bills of A")
    altered = [cursor[:n] + ("A" if cursor[n] != "A" else "B") + cursor[n + 1 :] for n in range(len(cursor))]
    for bad in (*altered, cursor + "=", cursor + "\n", cursor[:-1], cursor + "A", "", "é", "=" * 50):
        with pytest.raises(CursorRefused):
            cursors.open(bad, of="bills of A")
    with pytest.raises(CursorRefused):
        cursors.open(cursor, of="bills of B")
    with pytest.raises(CursorRefused):
        HmacCursors(SECRET + b"!").open(cursor, of="bills of A")


@pytest.mark.parametrize("route", [BILLS, "/accounts"])
def test_pages_join_and_a_cursor_of_another_list_is_refused(gateway: Gateway, route: str) -> None:
    path = {"account_id": own(1)["account_id"]} if "{" in route else {}
    foreign = HmacCursors(SECRET).seal("2026-10|2026-10-12|B", of="bills of somebody else")
    answer = gateway.get(route, by=1, query={"cursor": [foreign]}, **path)
    assert answer.body["errors"][0]["parameter"] == "cursor"

    whole = gateway.get(route, by=1, **path).body
    first = gateway.get(route, by=1, query={"limit": ["1"]}, **path).body
    if route == BILLS:
        again = {"limit": ["1"], "cursor": [first["next_cursor"]]}
        second = gateway.get(route, by=1, query=again, **path).body
        assert first["bills"] + second["bills"] == whole["bills"]
        assert second["next_cursor"] is None
    else:
        assert first == whole
