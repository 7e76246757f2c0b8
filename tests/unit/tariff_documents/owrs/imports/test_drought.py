"""Drought charges of rate files become charges while a stage is declared."""

from __future__ import annotations

from tests.unit.tariff_documents.owrs.imports.town import FLAT, charges, document, imported

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
