"""What a bill is the sum of is multiplied out into charges."""

from __future__ import annotations

from tests.unit.tariff_documents.owrs.imports.town import FLAT, charges, document, imported


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
