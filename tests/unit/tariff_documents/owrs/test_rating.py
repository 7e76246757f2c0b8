"""A class is rated as the reference interpreter does it: every rule, and every trap of real files."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from textwrap import dedent, indent

import pytest

from chalicelib.domain.kernel.errors import Refusal
from chalicelib.tariff_documents.owrs.file import OwrsFile
from chalicelib.tariff_documents.owrs.names import Stage
from chalicelib.tariff_documents.owrs.rating import (
    InputMissing,
    NeedsItself,
    NoSuchTier,
    NotANumber,
    TooLarge,
    rate,
)
from chalicelib.tariff_documents.owrs.schedule import (
    FieldFault,
    NotOneNumber,
    Schedule,
    UnevenTiers,
    UnknownTableKey,
)


def schedule(fields: str, stage: Stage = Stage.MAIN) -> Schedule:
    text = "rate_structure:\n  HOME:\n" + indent(dedent(fields), "    ")
    return Schedule(OwrsFile(text, file="home.owrs").classes["HOME"], stage)


def values(
    fields: str,
    asked: str,
    stage: Stage = Stage.MAIN,
    texts: Mapping[str, str] | None = None,
    **numbers: object,
) -> list[str]:
    inputs = {name: Fraction(str(number)) for name, number in numbers.items()}
    found = rate(schedule(fields, stage), {**inputs, **(texts or {})}, asked.split())
    return [str(value) for value in found.values()]


TIERED = """
    commodity_charge: Tiered
    tier_starts: [1, 13, 40]
    tier_prices: [2.97, 3.39, 4.00]
    bill: commodity_charge
    """


@pytest.mark.parametrize(
    ("usage", "tiers"),
    [
        ("12", "12 0 0"),
        ("12.5", "12 1/2 0"),  # the twelfth unit ends the first tier, not the thirteenth
        ("39", "12 27 0"),
        ("39.25", "12 27 1/4"),
        ("100", "12 27 61"),
        ("0", "0 0 0"),
        ("-5", "0 0 0"),
    ],
)
def test_a_tier_ends_one_unit_below_the_next_start(usage: str, tiers: str) -> None:
    assert values(TIERED, "X1 X2 X3", usage_ccf=usage) == tiers.split()


def test_tiers_are_priced_one_by_one() -> None:
    assert values(TIERED, "XR1 XR2 XR3 commodity_charge bill", usage_ccf=40) == [
        str(Fraction(figure)) for figure in ("35.64", "91.53", "4", "131.17", "131.17")
    ]


def test_the_first_start_says_nothing() -> None:
    assert values(TIERED.replace("[1,", "[9,"), "X1 X2 X3", usage_ccf=20) == ["12", "8", "0"]


def test_a_start_that_does_not_rise_makes_a_tier_of_no_width() -> None:
    fields = TIERED.replace("[1, 13, 40]", "[0, 30, 20]")
    assert values(fields, "X1 X2 X3", usage_ccf=50) == ["29", "0", "21"]


@pytest.mark.parametrize("starts", ["[0]", "0", "['1']"])
def test_one_tier_takes_everything_and_a_list_of_one_is_a_figure(starts: str) -> None:
    fields = f"commodity_charge: Tiered\ntier_starts: {starts}\ntier_prices: [3.25]\nbill: commodity_charge\n"
    assert values(fields, "X1 XR1 bill", usage_ccf="7.5") == ["15/2", "195/8", "195/8"]


BUDGET = """
    commodity_charge: Budget
    gpcd: 55
    landscape_factor: 0.7
    indoor: hhsize*gpcd*days_in_period*(1/748)
    outdoor: landscape_factor*et_amount*irr_area*0.62*(1/748)
    budget: indoor+outdoor
    tier_starts: [0, indoor, 100%, 130%]
    tier_prices: [1, 2, 3, 4]
    bill: commodity_charge
    """
HOUSEHOLD = {"hhsize": 4, "days_in_period": 30, "et_amount": "4.8", "irr_area": 1300}


def test_the_parts_of_a_budget_and_its_percentages_are_rounded_to_whole_units() -> None:
    # indoor 6600/748 = 8.82…, outdoor 3.62…: 9 + 4; 130 % of 13 is 16.9
    assert values(BUDGET, "budget X1 X2 X3 X4", usage_ccf=20, **HOUSEHOLD) == ["13", "9", "4", "4", "3"]
    assert values(BUDGET, "indoor", usage_ccf=0, **HOUSEHOLD) == [str(Fraction(6600, 748))]


def test_a_tier_of_a_budget_ends_at_the_next_start_itself() -> None:
    assert values(BUDGET, "X1 X2", usage_ccf="9.5", **HOUSEHOLD) == ["9", "1/2"]


@pytest.mark.parametrize(("budget", "second"), [("5", "2"), ("7", "4"), ("9", "4"), ("6.5", "3")])
def test_a_half_is_rounded_to_the_even_unit(budget: str, second: str) -> None:
    fields = """
        commodity_charge: Budget
        budget: given
        tier_starts: [0, 50%, 400%]
        tier_prices: [1, 2, 3]
        """
    assert values(fields, "X1", usage_ccf=100, given=budget) == [second]


def test_a_budget_may_be_given_and_indoor_written_in_any_case() -> None:
    fields = BUDGET.replace("indoor,", "Indoor,")
    assert values(fields, "X1 X2 X3 X4", usage_ccf=20, budget=10, indoor=2) == ["2", "8", "3", "7"]


def test_whatever_has_budget_in_its_name_is_rounded_part_by_part() -> None:
    fields = "garden_budget: 1.6*area+2.5\ngarden: 1.6*area+2.5\n"
    assert values(fields, "garden_budget garden", area="1.5") == ["6", "49/10"]


def test_fields_are_found_wherever_they_stand_and_inputs_come_before_them() -> None:
    fields = "bill: a+b\na: b*2\nb: 3\n"
    assert values(fields, "bill") == ["9"]
    assert values(fields, "bill a", b=10) == ["30", "20"]
    assert values(fields, "bill", a=1) == ["4"]


def test_a_field_that_is_not_needed_may_be_nonsense() -> None:
    assert values("bill: 1\nother: 2+*3\n", "bill") == ["1"]
    with pytest.raises(FieldFault, match="a number or a name is needed"):
        values("bill: 1\nother: 2+*3\n", "other")


def test_commodity_stands_for_the_plain_name() -> None:
    fields = """
        commodity_charge: Tiered
        tier_starts_commodity: [0, 11]
        tier_prices_commodity: [1, 2]
        flat_rate_commodity: 0.5
        pumping_charge: flat_rate*usage_ccf
        landscape_factor: 1
        landscape_factor_commodity: 9
        garden_charge: landscape_factor
        bill: commodity_charge+pumping_charge
        """
    assert values(fields, "bill X2", usage_ccf=20) == ["40", "10"]
    assert values(fields, "pumping_charge", usage_ccf=20, flat_rate=3) == ["60"]
    assert values(fields, "garden_charge") == ["1"]
    assert values("gpcd_commodity: 60\nindoor: gpcd_commodity*2\n", "indoor", gpcd=50) == ["100"]


def test_names_differing_in_case_are_told_apart_and_found_where_there_is_one() -> None:
    both = "IR_Charge: 1\nIR_charge: 2\nbill: IR_charge\nother: ir_charge\n"
    assert values(both, "bill IR_Charge") == ["2", "1"]
    with pytest.raises(InputMissing, match="ir_charge is needed"):
        values(both, "other")
    assert values("IR_charge: 2\nbill: IR_Charge\n", "bill") == ["2"]
    assert values("bill: Usage_CCF*2\n", "bill", usage_ccf=3) == ["6"]


def test_a_drought_is_its_own_table_alone() -> None:
    fields = """
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
    assert values(fields, "bill X1", usage_ccf=10) == ["26", "4"]
    assert values(fields, "variable_drought_surcharge X2_drought", usage_ccf=10) == ["120", "2"]
    drought = values(fields, "bill commodity_charge X1 XR2", Stage.DROUGHT, usage_ccf=10)
    assert drought == ["120", "120", "8", "40"]


def test_a_flat_drought_rate_is_the_droughts_bill() -> None:
    fields = "variable_drought_surcharge: flat_rate*usage_ccf\nflat_rate: 1\nflat_rate_drought: 4\nbill: 0\n"
    assert values(fields, "bill", Stage.DROUGHT, usage_ccf=2) == ["8"]


def test_sewer_has_tiers_of_its_own() -> None:
    fields = """
        commodity_charge: Tiered
        tier_starts: [0, 5]
        tier_prices: [1, 2]
        sewer_charge: Tiered
        sewer_tier_starts: [0, 11]
        sewer_tier_prices: [3, 4]
        bill: commodity_charge+sewer_charge
        """
    assert values(fields, "X1 X1_sewer XR2_sewer bill", usage_ccf=12) == ["4", "10", "8", "58"]


TABLE = """
    service_charge:
      depends_on: [meter_size, city_limits]
      values:
        1|1/2"|inside_city: 11.52
        1|1/2"|outside_city: 13.2
        1"|inside_city: base*2
        2"|inside_city:
    base: 4
    bill: service_charge
    """


@pytest.mark.parametrize(
    ("size", "city", "expected"),
    [
        ('1|1/2"', "outside_city", "13.2"),
        ('1 1/2"', "inside_city", "11.52"),
        ('1"', "inside_city", "8"),
    ],
)
def test_a_table_is_looked_up_by_its_keys_joined(size: str, city: str, expected: str) -> None:
    found = values(TABLE, "bill", texts={"meter_size": size, "city_limits": city})
    assert found == [str(Fraction(expected))]


def test_a_key_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(
        UnknownTableKey, match=r'meter_size \| city_limits = 9"\|inside_city: its rows are 1\|1/2"'
    ):
        values(TABLE, "bill", texts={"meter_size": '9"', "city_limits": "inside_city"})
    with pytest.raises(FieldFault, match="has no value"):
        values(TABLE, "bill", texts={"meter_size": '2"', "city_limits": "inside_city"})


def test_a_half_inch_meter_in_zone_one_is_not_an_inch_and_a_half() -> None:
    fields = """
        bill:
          depends_on: [zone, meter_size]
          values:
            1|1/2": 3
            1|1|1/2": 4
        """
    assert values(fields, "bill", zone=1, texts={"meter_size": '1/2"'}) == ["3"]
    assert values(fields, "bill", zone=1, texts={"meter_size": '1 1/2"'}) == ["4"]


def test_three_determinants_and_numbers_as_keys() -> None:
    fields = """
        bill:
          depends_on: [season, pressure_zone, usage_month]
          values:
            Summer|2|7: 5
            Winter|2.5|1: 6
        """
    assert values(fields, "bill", usage_month=7, texts={"season": "Summer", "pressure_zone": "2"}) == ["5"]
    assert values(fields, "bill", usage_month=1, pressure_zone="2.50", texts={"season": "Winter"}) == ["6"]


def test_keys_within_keys_are_those_of_the_next_determinant() -> None:
    fields = "bill: {depends_on: [season, zone], values: {Summer: {1: 5, 2: 6}, Winter: {1: 3}}}\n"
    assert values(fields, "bill", zone=2, texts={"season": "Summer"}) == ["6"]
    with pytest.raises(UnknownTableKey):
        values(fields, "bill", zone=2, texts={"season": "Winter"})


def test_a_table_may_depend_on_a_field_and_list_months() -> None:
    fields = """
        landscape_factor: {depends_on: month, values: [0.1, 0.2, 0.3]}
        month: quarter-1
        shade: {depends_on: side, values: [north: 0.5, south: [0.8]]}
        """
    assert values(fields, "landscape_factor", quarter=4) == ["3/10"]
    assert values(fields, "shade", texts={"side": "south"}) == ["4/5"]


def test_tiers_by_table_may_differ_in_number() -> None:
    fields = """
        commodity_charge: Tiered
        tier_starts: {depends_on: home, values: {with: [0, 101], without: [0]}}
        tier_prices: {depends_on: home, values: {with: [0.81, 1.26], without: [1.26]}}
        bill: commodity_charge
        """
    assert values(fields, "bill", usage_ccf=200, texts={"home": "with"}) == ["207"]
    assert values(fields, "bill X1", usage_ccf=200, texts={"home": "without"}) == ["252", "200"]
    with pytest.raises(NoSuchTier, match="commodity_charge has 1 tiers"):
        values(fields, "X2", usage_ccf=200, texts={"home": "without"})


def test_prices_may_be_formulas_and_tiers_written_side_by_side() -> None:
    fields = """
        commodity_charge: Tiered
        tier_starts: {depends_on: season, values: {Summer: 0 11|21}}
        tier_prices: [base, 1.5*base, base + 2]
        base: 2
        """
    assert values(fields, "commodity_charge", usage_ccf=30, texts={"season": "Summer"}) == ["90"]


def test_a_number_written_as_text_counts_and_looks_up() -> None:
    fields = "bill: rate*diameter\nrate: {depends_on: diameter, values: {4: 9.24}}\n"
    assert values(fields, "bill", texts={"diameter": "4"}) == [str(Fraction("36.96"))]


@pytest.mark.parametrize(
    ("fields", "refusal", "message"),
    [
        (
            "bill: service_charge+turn-on_charge\nservice_charge: 1\nturn-on_charge: 5\n",
            InputMissing,
            "turn is",
        ),
        ("bill: a\na: b\nb: bill\n", NeedsItself, "bill needs its own value"),
        ("bill: size*2\n", NotANumber, "size is '1\"', and a number is needed"),
        ("bill: prices\nprices: [1, 2]\n", NotOneNumber, "prices is a list"),
        ("bill:\n", FieldFault, "has no value"),
        ("bill: Tiered\ntier_starts: [0]\n", FieldFault, "needs tier_prices in the same class"),
        (
            "bill: Tiered\ntier_starts: [0, 5]\ntier_prices: [1]\n",
            FieldFault,
            "a list of 1 where there are 2",
        ),
        ("bill: Tiered\ntier_starts: [0, 50%]\ntier_prices: [1, 2]\n", FieldFault, "a part of a budget"),
        ("bill: Budget\ntier_starts: [0, big%]\ntier_prices: [1, 2]\n", FieldFault, "no percentage"),
        ("bill: Budget\ntier_starts: [0, 50%]\ntier_prices: [1, 2]\n", InputMissing, "budget is needed"),
        ("bill: {depends_on: size}\n", FieldFault, "without `values:`"),
        ("bill: {values: {a: 1}}\n", FieldFault, "without `depends_on:`"),
        ("bill: {by: size}\n", FieldFault, "neither a figure, a formula"),
        ("bill: {depends_on: [], values: {a: 1}}\n", FieldFault, "what the table depends on"),
        ("bill: {depends_on: size, values: 5}\n", FieldFault, "a key and a value in each row"),
        ("bill: [[1], [2]]\n", FieldFault, "a list of something other"),
        ("other: 1\n", InputMissing, "bill is needed"),
    ],
)
def test_what_cannot_be_computed_is_refused(fields: str, refusal: type[Refusal], message: str) -> None:
    with pytest.raises(refusal) as refused:
        values(fields, "bill", usage_ccf=10, texts={"size": '1"'})
    assert message in refused.value.message


def test_tables_whose_rows_do_not_fit_together_are_refused_when_they_meet() -> None:
    fields = """
        bill: Tiered
        tier_starts: {depends_on: a, values: {one: [0], two: [0, 5]}}
        tier_prices: {depends_on: b, values: {one: [1], two: [1, 2]}}
        """
    assert values(fields, "bill", usage_ccf=6, texts={"a": "two", "b": "two"}) == ["8"]
    with pytest.raises(UnevenTiers, match="2 tier starts and 1 prices"):
        values(fields, "bill", usage_ccf=6, texts={"a": "two", "b": "one"})


def test_numbers_that_grow_beyond_measure_are_refused() -> None:
    doubling = "".join(f"n{i}: n{i + 1}*n{i + 1}\n" for i in range(30)) + "n30: 123456789.123456789\n"
    with pytest.raises(TooLarge):
        values(doubling, "n0")
