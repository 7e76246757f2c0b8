"""Every question gets one answer; none gets a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tariff_documents.owrs.requests import RateFiles

TOWN = """\
metadata: {bill_unit: kgal}
rate_structure:
  HOME:
    service_charge: {depends_on: meter_size, values: {'1"': 10.25, 2: 20}}
    commodity_charge: flat_rate*usage_ccf
    flat_rate: 1.2345
    third: usage_ccf/3
    wrong: 1+
    flag: {depends_on: senior, values: {yes: 1, no: 2}}
    bill: service_charge+commodity_charge
"""


@pytest.fixture
def files(tmp_path: Path) -> RateFiles:
    root = tmp_path / "rates"
    (root / "by state").mkdir(parents=True)
    (root / "by state" / "town.owrs").write_text(TOWN)
    (root / "broken.owrs").write_text("rate_structure:\n\tHOME:\n")
    (tmp_path / "secret.owrs").write_text(TOWN)
    (root / "link.owrs").symlink_to(tmp_path / "secret.owrs")
    return RateFiles(root)


def ask(files: RateFiles, **request: Any) -> dict[str, Any]:
    question = {"file": "by state/town.owrs", "class": "HOME", "fields": ["bill"], **request}
    return files.answer(json.dumps({name: value for name, value in question.items() if value != "left out"}))


def test_the_values_asked_for_come_as_decimal_text_in_their_order(files: RateFiles) -> None:
    inputs = {"meter_size": '1"', "usage_ccf": 12.5}
    answer = ask(files, inputs=inputs, fields=["bill", "third", "service_charge"], stage="main")
    assert list(answer["values"].items()) == [
        ("bill", "25.68125"),
        ("third", "4.166666666666666666666666666666667"),
        ("service_charge", "10.25"),
    ]


def test_figures_are_read_as_they_are_written(files: RateFiles) -> None:
    question = '{"file":"by state/town.owrs","class":"HOME","inputs":{"usage_ccf":0.1},"fields":['
    assert files.answer(question + '"commodity_charge"]}') == {"values": {"commodity_charge": "0.12345"}}


def test_the_bill_is_asked_for_where_nothing_else_is(files: RateFiles) -> None:
    answer = ask(files, inputs={"meter_size": 2, "usage_ccf": 0}, fields="left out", stage=None)
    assert answer == {"values": {"bill": "20"}}


def test_truth_and_nothing_may_be_inputs(files: RateFiles) -> None:
    assert ask(files, inputs={"senior": True, "x": None}, fields=["flag"]) == {"values": {"flag": "1"}}


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"class": "SHOP"}, "UnknownClass", "by state/town.owrs has no class SHOP: it has HOME"),
        ({"file": "town.owrs"}, "InvalidTariffDocument", "town.owrs:1: cannot be read: No such file"),
        ({"file": "broken.owrs"}, "InvalidTariffDocument", "broken.owrs:2: a tab cannot indent YAML"),
        ({"file": "../secret.owrs"}, "FileOutsideRoot", "not below the root"),
        ({"file": "link.owrs"}, "FileOutsideRoot", "not below the root"),
        ({"file": "/etc/passwd"}, "FileOutsideRoot", "not below the root"),
        ({"file": "a\0b"}, "FileOutsideRoot", "not below the root"),
        ({"file": 5}, "UnreadableRequest", "'file' must be a text"),
        ({"file": "left out"}, "UnreadableRequest", "'file' must be a text"),
        ({"stage": "flood"}, "UnreadableRequest", "'flood' is no stage: write main or drought"),
        ({"stage": []}, "UnreadableRequest", "is no stage"),
        ({"fields": "bill"}, "UnreadableRequest", "'fields' must be a list"),
        ({"inputs": [1]}, "UnreadableRequest", "'inputs' must be an object"),
        ({"inputs": {"usage_ccf": [1]}}, "UnreadableRequest", "input 'usage_ccf' must be a number or a text"),
        ({"inputs": {}}, "InputMissing", "meter_size is needed"),
        ({"inputs": {"meter_size": '9"'}}, "UnknownTableKey", 'has no row for meter_size = 9"'),
        ({"fields": ["wrong"]}, "CannotBeComputed", "by state/town.owrs:8: '1+' is no formula"),
        ({"fields": ["X1"]}, "NoSuchTier", "the class has 0 tiers"),
        ({"inputs": {"usage_ccf": "many"}, "fields": ["third"]}, "NotANumber", "usage_ccf is 'many'"),
    ],
)
def test_what_cannot_be_answered_is_an_error_with_a_code(
    files: RateFiles, request_: dict[str, Any], code: str, message: str
) -> None:
    for _ in range(2):  # the second time from what is remembered
        error = ask(files, **request_)["error"]
        assert error["code"] == code
        assert message in error["message"]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "junk",
        "[1]",
        "{",
        "[" * 100_000,
        '{"inputs":{"a":NaN}}',
        '{"inputs":{"a":1e999999999}}',
        b"\xff\xfe",
        "9" * 9999,
    ],
)
def test_a_line_that_is_no_request_is_answered_too(files: RateFiles, line: str | bytes) -> None:
    assert files.answer(line)["error"]["code"] == "UnreadableRequest"


@pytest.mark.parametrize("line", ["\n", b" \t\r\n", ""])
def test_an_empty_line_is_said_to_be_one(files: RateFiles, line: str | bytes) -> None:
    assert files.answer(line)["error"]["message"].startswith("an empty line: write {file,")


def test_how_lines_end_makes_no_difference(files: RateFiles) -> None:
    line = b'{"file":"by state/town.owrs","class":"HOME","inputs":{"usage_ccf":2},"fields":["third"]}'
    answers = [files.answer(line + end) for end in (b"", b"\n", b"\r\n", b"  \n")]
    assert answers == [files.answer(b"\xef\xbb\xbf" + line)] * 4
    assert "values" in answers[0]


def test_a_chain_of_fields_without_end_is_refused(tmp_path: Path) -> None:
    chain = "".join(f"    n{i}: n{i + 1}+1\n" for i in range(2_000))
    (tmp_path / "chain.owrs").write_text(f"rate_structure:\n  HOME:\n{chain}    n2000: 1\n")
    error = ask(RateFiles(tmp_path), file="chain.owrs", fields=["n0"])["error"]
    assert error["code"] == "TooEntangled"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["bill", "third", "flag", "X1", "XR2_sewer", "usage_ccf", "meter_size", ""])


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "file": st.just("town.owrs") | JSON,
            "class": st.just("HOME") | JSON,
            "stage": st.sampled_from(["main", "drought"]) | JSON,
            "inputs": st.dictionaries(NAMES, JSON, max_size=4) | JSON,
            "fields": st.lists(NAMES, max_size=4) | JSON,
        },
    )
)
def test_no_question_is_too_odd_for_an_answer(
    tmp_path_factory: pytest.TempPathFactory, question: dict[str, Any]
) -> None:
    root = tmp_path_factory.getbasetemp()
    (root / "town.owrs").write_text(TOWN)
    answer = RateFiles(root).answer(json.dumps(question))
    assert list(answer) in (["values"], ["error"])
    json.dumps(answer)
