"""A short run of the fuzzer, the same inputs each time; `make fuzz` looks for others."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from chalicelib.tariff_documents.problems import InvalidTariffDocument
from chalicelib.yaml_documents.problems import Problem
from fuzz import checks
from fuzz.__main__ import TARGETS
from fuzz.checks import Finding, check_document, check_formula, watched
from fuzz.documents import FRAME
from fuzz.edits import EXAMPLES

INPUTS = {"built": 80, "edited": 300, "retyped": 500, "formulas": 2_000}


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_every_input_gives_a_result_or_a_clear_refusal(name: str) -> None:
    target, outcomes = TARGETS[name], Counter[str]()

    @settings(
        max_examples=INPUTS[name],
        derandomize=True,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(target.inputs)
    def feed(text: str) -> None:
        with watched():
            outcomes[target.check(text)] += 1

    feed()
    results = outcomes["rated"] + outcomes["computed"]
    assert results >= INPUTS[name] / 20, f"too little gets beyond reading to prove anything: {outcomes}"


@pytest.mark.parametrize("text", [FRAME, *(text for text in EXAMPLES if not text.startswith("{"))])
def test_what_the_fuzzer_begins_with_is_sound(text: str) -> None:
    assert check_document(text) == "rated"


def test_a_formula_that_is_right_is_computed() -> None:
    assert check_formula("if(low_income, 0.8, 1) * budget / dwelling_units") == "computed"
    assert check_formula("zone + 1") == "unfit"
    assert check_formula("1 +") == "refused"


def test_a_hang_is_a_finding() -> None:
    with pytest.raises(Finding, match="longer than 1 s"), watched(1):
        time.sleep(30)


def test_a_problem_without_a_line_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(text: str, *, file: str) -> None:
        raise InvalidTariffDocument([Problem(file=file, line=0, field="", message="is wrong")])

    monkeypatch.setattr(checks, "load_tariff", refuse)
    with pytest.raises(Finding, match="line 0"):
        check_document("a: b")
