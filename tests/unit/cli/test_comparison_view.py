"""Why a bill differs from earlier ones, as `headgate bill compare` says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cli.comparison_view import comparisons_document, print_comparisons
from tests.bill_cases import example


def test_every_reason_stands_between_then_and_now(capsys: pytest.CaptureFixture[str]) -> None:
    print_comparisons(example("common"))
    text = " ".join(capsys.readouterr().out.split())
    then, now = text.index("Charges then"), text.index("Charges now")
    reasons = ("Days billed", "Water a day", "Rates", "Services, discounts, fees, other")
    assert all(then < text.index(reason) < now for reason in reasons)
    assert "Since the last bill" in text
    assert "Since a year ago" in text


def test_the_reasons_of_the_document_add_up() -> None:
    document = comparisons_document(example("common"))
    assert [each["compared_with"] for each in document["comparisons"]] == ["last_bill", "last_year"]
    for each in document["comparisons"]:
        reasons = sum(each[f"{reason}_minor"] for reason in ("days", "usage", "rate", "other"))
        assert each["before_minor"] + reasons == each["now_minor"]


def test_a_first_bill_says_that_there_is_nothing_to_compare_with(capsys: pytest.CaptureFixture[str]) -> None:
    print_comparisons(replace(example("common"), comparisons=()))
    assert "has no earlier one" in capsys.readouterr().out
