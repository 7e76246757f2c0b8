"""No personal data in logs: what may be said is a list."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from chalicelib.runtime.log import AllowListFormatter


def line(
    message: str, *arguments: object, error: Exception | None = None, **fields: object
) -> dict[str, Any]:
    """What the formatter prints for one call of the logger."""
    trouble = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("headgate", logging.INFO, "freeze.py", 1, message, arguments, trouble)
    record.__dict__.update(fields)
    printed: dict[str, Any] = json.loads(AllowListFormatter(utc=True, use_rfc3339=True).format(record))
    return printed


def raised(error: Exception) -> Exception:
    """The error, having been raised, so that it has a traceback."""
    try:
        raise error
    except Exception as caught:
        return caught


def test_listed_fields_are_printed() -> None:
    assert line("chunk frozen", shard="C01.007", accounts=150)["shard"] == "C01.007"


@pytest.mark.parametrize("field", ["name_of_customer", "email", "address", "event", "body", "token"])
def test_a_field_that_is_not_listed_is_withheld(field: str) -> None:
    assert line("loaded", **{field: "Ada Lovelace"})[field] == "[withheld]"


def test_a_listed_field_cannot_carry_a_whole_object() -> None:
    assert line("loaded", account_id={"name": "Ada Lovelace"})["account_id"] == "[withheld]"


def test_a_list_of_ids_is_printed() -> None:
    assert line("held", account_ids=["C01.007-AB", "C01.007-CD"])["account_ids"] == [
        "C01.007-AB",
        "C01.007-CD",
    ]


def test_arguments_of_the_message_are_dropped() -> None:
    assert line("hello %s", "Ada Lovelace")["message"] == "hello %s"


def test_of_an_exception_only_class_and_places_are_kept() -> None:
    printed = line("failed", error=raised(ValueError("no such person: Ada Lovelace")))
    assert printed["exception_name"] == "ValueError"
    assert "raised" in printed["stack"]
    assert "Ada" not in json.dumps(printed)


def test_notes_of_an_exception_are_dropped() -> None:
    error = ValueError("x")
    error.add_note("while loading Ada Lovelace")
    assert "Ada" not in json.dumps(line("failed", error=raised(error)))
