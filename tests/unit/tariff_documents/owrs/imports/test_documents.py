"""A class of a rate file becomes a document that says the same, and says what it had to assume."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import pytest
import yaml

from chalicelib.tariff_documents.load import load_tariff
from chalicelib.tariff_documents.owrs.file import OwrsFile
from chalicelib.tariff_documents.owrs.imports.documents import Imported, import_owrs

METADATA = """\
metadata:
  utility_name: Town of Example
  effective_date: 07/01/2017
  bill_frequency: Monthly
  bill_unit: ccf
"""


def owrs(fields: str) -> OwrsFile:
    text = METADATA + "rate_structure:\n  HOME:\n" + indent(dedent(fields), "    ")
    return OwrsFile(text, file="town.owrs")


def imported(fields: str) -> Imported:
    found = import_owrs(owrs(fields))
    assert found.refused == ()
    (one,) = found.imported
    assert load_tariff(one.text, file="HOME.yaml").version == one.version
    return one


def document(fields: str) -> dict[str, Any]:
    return yaml.load(imported(fields).text, yaml.BaseLoader)


def charges(fields: str) -> list[dict[str, Any]]:
    """The charges without where their money goes."""
    ledger = ("gl_account", "fund", "charge_group", "label")
    return [
        {name: value for name, value in charge.items() if name not in ledger}
        for charge in document(fields)["charges"]
    ]


def refusal(fields: str) -> str:
    found = import_owrs(owrs(fields))
    assert found.imported == ()
    (problem,) = found.refused
    return f"{problem.line - 8}: {problem.message}"  # the line within `fields`, from 0


FLAT = """\
service_charge: {depends_on: meter_size, values: {5/8": 13.99, 1|1/2": 46.60}}
flat_rate_commodity: 2.50
commodity_charge: flat_rate_commodity*usage_ccf
bill: service_charge+commodity_charge
"""
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


TIERED = """\
commodity_charge: Tiered
tier_starts: [0, 11, 21]
tier_prices: {depends_on: season, values: {Summer: [1, 2, 3], Winter: [4, 5, 6]}}
bill: commodity_charge
"""


def test_tiers_keep_their_starts_as_first_units_and_say_so() -> None:
    (charge,) = charges(TIERED)
    assert charge == {
        "type": "commodity_tiered",
        "code": "COMMODITY",
        "start_is": "first_unit",
        "tiers": [
            {"from": "1", "rate": {"by": "season", "values": {"Summer": "1", "Winter": "4"}}},
            {"from": "11", "rate": {"by": "season", "values": {"Summer": "2", "Winter": "5"}}},
            {"from": "21", "rate": {"by": "season", "values": {"Summer": "3", "Winter": "6"}}},
        ],
    }
    assert any("start_is: first_unit" in remark for remark in imported(TIERED).assumed)
    assert any(remark.startswith("season is declared by the utility") for remark in imported(TIERED).assumed)


def test_starts_that_do_not_rise_make_empty_tiers() -> None:
    (charge,) = charges(TIERED.replace("[0, 11, 21]", "[5, 31, 21]"))
    assert charge["out_of_order"] == "empty_tier"
    assumed = imported(TIERED.replace("[0, 11, 21]", "[5, 31, 21]")).assumed
    assert "The first tier of commodity_charge begins at the beginning, though the file says 5." in assumed


def test_rows_with_fewer_tiers_have_one_that_nobody_reaches() -> None:
    fields = """\
        commodity_charge: Tiered
        tier_starts: {depends_on: home, values: {with: [0, 101], without: [0]}}
        tier_prices: {depends_on: home, values: {with: [0.81, 1.26], without: [1.26]}}
        bill: commodity_charge
        """
    (charge,) = charges(fields)
    assert charge["tiers"][1] == {
        "from": {"by": "home", "values": {"with": "101", "without": "1000000000"}},
        "rate": {"by": "home", "values": {"with": "1.26", "without": "0"}},
    }


BUDGET = """\
commodity_charge: Budget
gpcd: 60
landscape_factor: 0.7
indoor: hhsize*gpcd*days_in_period*(1/748)
outdoor: landscape_factor*et_amount*irr_area*0.62*(1/748)
budget: indoor+outdoor
tier_starts: [0, indoor, 100%, 125%, 90]
tier_prices: [1, 2, 3, 4, 5]
bill: commodity_charge
"""


def test_a_budget_becomes_formulas_and_boundaries() -> None:
    found = document(BUDGET)
    assert found["formulas"] == {
        "indoor": {"formula": "hhsize * 60 * days_in_period / 748"},
        "outdoor": {"formula": "0.7 * et_amount * irr_area * 0.62 / 748"},
        "budget": {"formula": "round(indoor, 0, half_even) + round(outdoor, 0, half_even)"},
    }
    assert found["determinants"] == {
        "days_in_period": {"kind": "number", "source": "period"},
        "et_amount": {"kind": "number", "source": "weather"},
        "hhsize": {"kind": "number"},
        "irr_area": {"kind": "number", "source": "premise"},
    }
    (charge,) = found["charges"]
    whole = {"to": "1", "rule": "half_even"}
    assert (charge["start_is"], charge["out_of_order"]) == ("boundary", "empty_tier")
    assert [tier["from"] for tier in charge["tiers"]] == [
        "0",
        {"formula": "indoor", "round": whole},
        {"formula": "budget", "round": whole},
        {"formula": "1.25 * budget", "round": whole},
        "90",
    ]


def test_a_budget_that_is_a_figure_is_worked_out() -> None:
    (charge,) = charges(
        "commodity_charge: Budget\nbudget: 12.5\ntier_starts: [0, 125%, 130%]\n"
        "tier_prices: [1, 2, 3]\nbill: commodity_charge\n"
    )
    # 12.5 to the even 12; 15, and 15.6 to 16
    assert [tier["from"] for tier in charge["tiers"]] == ["0", "15", "16"]


def test_a_factor_by_month_makes_tables_of_formulas() -> None:
    fields = BUDGET.replace("0.7\n", "{depends_on: usage_month, values: {1: 0.2, 7: 0.8}}\n")
    found = document(fields)
    assert list(found["formulas"]) == ["indoor"]
    assert found["determinants"]["usage_month"] == {"kind": "choice", "source": "calendar"}
    start = found["charges"][0]["tiers"][3]["from"]
    assert start["by"] == "usage_month"
    outdoor = "round(0.8 * et_amount * irr_area * 0.62 / 748, 0, half_even)"
    assert start["values"]["7"]["formula"] == f"1.25 * (round(indoor, 0, half_even) + {outdoor})"


def test_a_gross_up_of_everything_is_a_percentage() -> None:
    *lines, last = charges(
        FLAT.replace("bill: service_charge+commodity_charge", "bill: 1.014*(service_charge+commodity_charge)")
    )
    assert [line["code"] for line in lines] == ["SERVICE", "COMMODITY"]
    assert last == {
        "type": "percent_surcharge",
        "code": "GROSS-UP",
        "base": ["SERVICE", "COMMODITY"],
        "percent": "1.4",
    }


def test_a_reduction_of_everything_is_a_discount() -> None:
    last = charges(
        FLAT.replace("bill: service_charge+commodity_charge", "bill: (service_charge+commodity_charge)*0.9")
    )[-1]
    assert (last["type"], last["percent"]) == ("discount", "10")


def test_sums_products_and_quotients_are_multiplied_out() -> None:
    fields = """\
        commodity_charge: (flat_rate+pumping)*usage_ccf/2-credit
        flat_rate: 1.5
        pumping: {depends_on: zone, values: {1: 0.5, 2: 1}}
        credit: 3
        bill: commodity_charge*2
        """
    assert charges(fields) == [
        {
            "type": "commodity_flat",
            "code": "COMMODITY",
            "rate": {"by": "zone", "values": {"1": "2", "2": "2.5"}},
        },
        {"type": "service_charge", "code": "CREDIT", "amount": "-6"},
    ]


def test_tables_of_different_things_multiply_row_by_row() -> None:
    fields = """\
        service_charge: base*factor*same
        base: {depends_on: size, values: {a: 2, b: 3}}
        factor: {depends_on: zone, values: {x: 1, y: 10}}
        same: {depends_on: size, values: {a: 100, b: 1}}
        bill: service_charge
        """
    (charge,) = charges(fields)
    assert charge["amount"] == {
        "by": ["size", "zone"],
        "values": {"a": {"x": "200", "y": "2000"}, "b": {"x": "3", "y": "30"}},
    }


def test_a_table_may_have_charges_by_the_unit_and_fixed_ones() -> None:
    fields = """\
        sewer_charge: {depends_on: kind, values: {flat: 30, metered: 5+1.03*usage_ccf}}
        bill: sewer_charge
        """
    assert charges(fields) == [
        {
            "type": "service_charge",
            "code": "SEWER",
            "amount": {"by": "kind", "values": {"flat": "30", "metered": "5"}},
        },
        {
            "type": "commodity_flat",
            "code": "SEWER-2",
            "rate": {"by": "kind", "values": {"flat": "0", "metered": "1.03"}},
        },
    ]
    assert {charge["fund"] for charge in document(fields)["charges"]} == {"SEWER"}


def test_a_bill_that_is_a_table_may_have_tiers_in_its_rows() -> None:
    fields = """\
    tier_starts: [0, 11]
    tier_prices: [1, 2]
    commodity_charge: Tiered
    service_charge: 10
    bill:
      depends_on: low_income
      values:
        - Yes: 0.8*(service_charge+commodity_charge)
        - No: service_charge+commodity_charge+1.45
    """
    service, commodity, rest = sorted(charges(fields), key=lambda charge: str(charge["type"]), reverse=True)[
        :3
    ]
    assert service["amount"] == {"by": "low_income", "values": {"Yes": "8", "No": "10"}}
    assert rest["tiers"] == [
        {"from": "1", "rate": {"by": "low_income", "values": {"Yes": "0.8", "No": "1"}}},
        {"from": "11", "rate": {"by": "low_income", "values": {"Yes": "1.6", "No": "2"}}},
    ]
    assert commodity["amount"] == {"by": "low_income", "values": {"Yes": "0", "No": "1.45"}}


def test_a_charge_for_each_dwelling_unit_is_taken_so_many_times() -> None:
    assert charges("capital_charge: 9*number_dwelling_units\nbill: capital_charge\n") == [
        {"type": "service_charge", "code": "CAPITAL", "times": "number_dwelling_units", "amount": "9"}
    ]


def test_a_rate_that_does_not_end_stays_a_formula() -> None:
    (charge,) = charges("commodity_charge: usage_ccf*10/3\nbill: commodity_charge\n")
    assert charge["rate"] == {"formula": "10 / 3", "round": {"to": "0.00000001"}}


def test_usage_times_usage_asks_for_the_usage_twice_and_says_so() -> None:
    fields = (
        "commodity_charge: 2*usage_ccf\noutside_charge: commodity_charge*usage_ccf\nbill: outside_charge\n"
    )
    one = imported(fields)
    (charge,) = charges(fields)
    assert charge["rate"] == {"formula": "2 * usage_ccf", "round": {"to": "0.00000001"}}
    assert one.fields == {"OUTSIDE": "outside_charge"}
    assert any("must be given its usage as usage_ccf" in remark for remark in one.assumed)


DROUGHT = """\
service_charge: 10
commodity_charge: Tiered
tier_starts_commodity: [0, 5]
tier_prices_commodity: [1, 2]
fixed_drought_surcharge: 3
variable_drought_surcharge: Tiered
tier_starts_drought: [0, 9]
tier_prices_drought: [10, 20]
bill: service_charge+commodity_charge
"""


def test_drought_tiers_replace_the_commodity_charge_while_a_stage_is_declared() -> None:
    found = document(DROUGHT)
    assert found["determinants"]["drought_stage"] == {"kind": "choice", "source": "utility", "default": "0"}
    assert found["formulas"] == {"in_drought": {"formula": 'drought_stage != "0"'}}
    switched = {c["code"]: (c.get("only_if"), c.get("unless")) for c in found["charges"]}
    assert switched == {
        "SERVICE": (None, None),
        "COMMODITY": (None, "in_drought"),
        "VARIABLE-DROUGHT-SURCHARGE": ("in_drought", None),
        "FIXED-DROUGHT-SURCHARGE": ("in_drought", None),
    }


def test_a_name_in_a_drought_charge_means_that_of_the_drought() -> None:
    found = document(
        """\
        gpcd_commodity: 60
        gpcd_drought: 45
        indoor: persons*gpcd
        budget: indoor+10
        tier_starts: [0, 100%]
        tier_prices: [1, 2]
        commodity_charge: Budget
        variable_drought_surcharge: Budget
        bill: commodity_charge
        """
    )
    assert {name: section["formula"] for name, section in found["formulas"].items()} == {
        "indoor": "persons * 60",
        "budget": "round(indoor, 0, half_even) + 10",
        "indoor_drought": "persons * 45",
        "budget_drought": "round(indoor_drought, 0, half_even) + 10",
        "in_drought": 'drought_stage != "0"',
    }
    main, drought = (charge["tiers"][1]["from"]["formula"] for charge in found["charges"])
    assert (main, drought) == ("budget", "budget_drought")


def test_a_fixed_drought_charge_that_is_the_service_charge_is_not_taken_twice() -> None:
    found = document(DROUGHT.replace("fixed_drought_surcharge: 3", "fixed_drought_surcharge: 10"))
    assert [c["code"] for c in found["charges"]] == ["SERVICE", "COMMODITY", "VARIABLE-DROUGHT-SURCHARGE"]


def test_a_drought_rate_comes_on_top() -> None:
    fields = FLAT + "variable_drought_surcharge: 0.5*usage_ccf\nfixed_drought_surcharge: 0\n"
    last = charges(fields)[-1]
    assert last == {
        "type": "unit_surcharge",
        "code": "VARIABLE-DROUGHT-SURCHARGE",
        "only_if": "in_drought",
        "rate": "0.5",
    }
    assert any("on top" in remark for remark in imported(fields).assumed)


def test_a_drought_charge_of_nothing_makes_no_drought() -> None:
    found = document(FLAT + "variable_drought_surcharge: 0\nfixed_drought_surcharge: 0\n")
    assert "drought_stage" not in found["determinants"]


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


def test_a_hyphen_is_none_where_the_name_differs_in_case_either() -> None:
    fields = "Turn-on_charge: 3\nbill: 1+turn-on_charge\n"
    assert [charge["amount"] for charge in charges(fields)] == ["1", "3"]
    assert "turn_on_charge is taken for Turn_on_charge: only the case of the letters differs." in (
        imported(fields).assumed
    )


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
