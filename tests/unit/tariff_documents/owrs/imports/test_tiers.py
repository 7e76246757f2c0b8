"""Tiers and budgets of rate files become tiers of ours."""

from __future__ import annotations

from tests.unit.tariff_documents.owrs.imports.town import charges, document, imported

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
