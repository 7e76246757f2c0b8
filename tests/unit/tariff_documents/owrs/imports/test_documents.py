"""Customer classes of rate files become tariff documents."""

from __future__ import annotations

import pytest

from chalicelib.tariff_documents.owrs.file import OwrsFile
from chalicelib.tariff_documents.owrs.imports.documents import import_owrs
from tests.unit.tariff_documents.owrs.imports.town import FLAT, METADATA, charges, document, imported, refusal

SUM = "bill: service_charge+commodity_charge"


def test_the_summands_of_a_bill_become_charges() -> None:
    assert charges(FLAT) == [
        {
            "type": "service_charge",
            "code": "SERVICE",
            "amount": {"by": "meter_size", "values": {"5/8": "13.99", "1.5": "46.6"}},
        },
        {"type": "commodity_flat", "code": "COMMODITY", "rate": "2.5"},
    ]


def test_the_document_has_what_the_file_says_of_itself() -> None:
    found = document(FLAT)
    del found["charges"]
    assert found == {
        "tariff": "HOME",
        "version": "1",
        "name": "Town of Example home",
        "service_type": "water",
        "currency": "USD",
        "effective_from": "2017-07-01",
        "effectivity": "period_end",
        "rounding": "half_up",
        "usage": {"unit": "ccf", "step": "0.001", "rounding": "half_up"},
        "determinants": {"meter_size": {"kind": "choice", "source": "meter"}},
    }


def test_what_had_to_be_assumed_stands_at_the_head() -> None:
    one = imported(FLAT)
    head = [line for line in one.text.splitlines() if line.startswith("#")]
    assert head[0] == "# Town of Example, HOME: imported from town.owrs. What had to be assumed:"
    assert "# - Each line is rounded half up to the cent." in head
    assert any(line.startswith("# - Usage is billed to a thousandth of a ccf.") for line in head)
    assert any(remark.startswith("Customers are billed monthly; a bill is charged") for remark in one.assumed)
    assert one.fields == {"SERVICE": "service_charge", "COMMODITY": "commodity_charge"}


def test_a_bill_of_nothing_is_a_line_of_nothing() -> None:
    assert charges("commodity_charge: 0\nbill: commodity_charge\n") == [
        {"type": "service_charge", "code": "BILL", "amount": "0"}
    ]


def test_a_bill_that_is_not_said_is_service_and_commodity() -> None:
    one = imported("service_charge: 5\ncommodity_charge: usage_ccf\n")
    assert list(one.fields.values()) == ["service_charge", "commodity_charge"]
    assert "A bill is service_charge + commodity_charge: the file does not say." in one.assumed


def test_a_hyphen_in_the_name_of_a_field_is_no_subtraction() -> None:
    one = imported("turn-on_charge: 25\nservice_charge: 5\nbill: service_charge+turn-on_charge\n")
    assert list(one.fields) == ["SERVICE", "TURN-ON"]
    assert "turn-on_charge is read as one name, not as a subtraction." in one.assumed


def test_a_name_in_another_case_is_told() -> None:
    one = imported("IR_charge: 25\nbill: IR_Charge\n")
    assert one.fields == {"IR": "IR_charge"}
    assert "IR_Charge is taken for IR_charge: only the case of the letters differs." in one.assumed


def test_a_table_that_depends_on_a_field_of_the_file_is_cut_to_it() -> None:
    fields = "bill: {depends_on: block, values: {1: 5, 2: 6}}\nblock: 2\n"
    assert charges(fields) == [{"type": "service_charge", "code": "BILL", "amount": "6"}]
    fields = "bill: {depends_on: block, values: {1: 5, 2: 6}}\nblock: floor*2\n"
    assert charges(fields)[0]["amount"] == {"by": "block", "values": {"1": "5", "2": "6"}}
    assert document(fields)["formulas"] == {"block": {"formula": "floor * 2"}}


def test_names_become_names_of_ours() -> None:
    found = document("bill: Lot.Size*if+LOT_SIZE*2ndary\n".replace("*2ndary", "") + "x: 1\n")
    assert found["determinants"] == {
        "if_2": {"kind": "number"},
        "lot_size": {"kind": "number", "source": "premise"},
        "lot_size_2": {"kind": "number", "source": "premise"},
    }


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ("bill: service_charge\n", "0: it needs service_charge, which the class has not"),
        (
            "bill: size*2+rate\nrate: {depends_on: size, values: {big: 1}}\n",
            "-1: size is looked up by text and",
        ),
        ("bill: a+1\na: b\nb: a\n", "2: a needs its own value"),
        ("bill: Tiered\ntier_starts: [0]\n", "0: needs tier_prices in the same class: add them"),
        ("bill: 1+\n", "0: '1+' is no formula"),
        ("bill: x^2.5\n", "0: only whole powers up to 4"),
        ("bill: x/(1-1)\n", "0: it divides by zero"),
        ("bill: 2\nother: 1\n", None),
        ("x: 1\n", "-1: has no bill: write what it is the sum of"),
        (
            "bill: a*b\na: Tiered\nb: Tiered\ntier_starts: [0]\ntier_prices: [1]\n",
            "0: tiers are multiplied by tiers",
        ),
        ("bill: {depends_on: [a, b], values: {x: 1}}\n", "0: the key 'x' does not have one part for each"),
        ('bill: {depends_on: size, values: {1": 1, 1.0: 2}}\n', "0: a table has two rows for 1"),
        ("bill: {depends_on: a, values: {over 5: 1}}\n", "-1: as a document it is refused"),
        ("bill: {depends_on: size, values: {a: , b: }}\n", "0: a table has no row with a value"),
        ("bill: list\nlist: [1, 2]\n", "1: list is a list where one figure is needed"),
    ],
)
def test_what_no_document_can_say_is_refused_at_its_line(fields: str, cause: str | None) -> None:
    if cause is None:
        imported(fields)
    else:
        assert refusal(fields).startswith(cause)


def test_a_class_that_is_refused_spoils_no_other() -> None:
    file = OwrsFile(
        METADATA
        + "rate_structure:\n  HOME:\n    bill: 1\n  Home:\n    bill: 2\n"
        + "  SHOP:\n    bill: 1+\n  Ünï cödé:\n    bill: 3\n",
        file="town.owrs",
    )
    found = import_owrs(file)
    assert [one.version.code for one in found.imported] == ["HOME", "HOME-2", "N-C-D"]
    assert [problem.line for problem in found.refused] == [12]
    assert [one.rate_class for one in import_owrs(file, classes=["Home"], currency="EUR").imported] == [
        "Home"
    ]
    assert import_owrs(file, classes=["Home"], currency="EUR").imported[0].version.currency == "EUR"


def test_a_hyphen_is_none_where_the_name_differs_in_case_either() -> None:
    fields = "Turn-on_charge: 3\nbill: 1+turn-on_charge\n"
    assert [charge["amount"] for charge in charges(fields)] == ["1", "3"]
    assert "turn_on_charge is taken for Turn_on_charge: only the case of the letters differs." in (
        imported(fields).assumed
    )
