"""Examples of every type of charge."""

from __future__ import annotations

from chalicelib.tariff_documents.examples.example import Example

CHARGES = (
    Example(
        name="service_charge",
        about="By meter size, for each dwelling unit",
        text="""\
- type: service_charge
  code: METER
  label: Service charge
  gl_account: "4010"
  fund: WATER
  charge_group: water
  clause: section 1
  times: dwelling_units
  amount: {by: meter_size, values: {5/8: 12.35, "1": 24.80}}
""",
        determinants={"dwelling_units": "3"},
    ),
    Example(
        name="service_charge-whole",
        about="In full, however short the bill",
        text="""\
- type: service_charge
  code: FIRELINE
  label: Private fire line
  gl_account: "4015"
  fund: WATER
  charge_group: water
  amount: 18.40
  prorated: false
""",
    ),
    Example(
        name="commodity_flat",
        about="By zone, with a rounding of its own",
        text="""\
- type: commodity_flat
  code: FLOW
  label: Sewer flow
  gl_account: "4120"
  fund: SEWER
  charge_group: sewer
  rate: {by: zone, values: {inside: 3.085, outside: 4.6275}}
  rounding: half_even
""",
    ),
    Example(
        name="unit_surcharge",
        about="So much more for each unit",
        text="""\
- type: unit_surcharge
  code: PUMP
  label: Pumping surcharge
  gl_account: "4030"
  fund: WATER
  charge_group: water
  rate: 0.175
""",
    ),
    Example(
        name="unit_surcharge-credit",
        about="So much less",
        text="""\
- type: unit_surcharge
  code: REFUND
  label: Supply cost refund
  gl_account: "4031"
  fund: WATER
  charge_group: water
  rate: -0.08
""",
    ),
    Example(
        name="tiers",
        about="Tiers as wide again for each further dwelling unit",
        text="""\
- type: commodity_tiered
  code: TIERS
  label: Water
  gl_account: "4020"
  fund: WATER
  charge_group: water
  start_is: first_unit
  width_times: dwelling_units
  tiers:
  - {from: 1, rate: 2.94}
  - {from: 7, rate: 4.29}
  - {from: 15, rate: 6.885}
""",
        determinants={"dwelling_units": "2"},
    ),
    Example(
        name="tiers-winter",
        about="What exceeds the first two units, dearer above the winter's average",
        text="""\
- type: commodity_tiered
  code: BASE
  label: Water
  gl_account: "4020"
  fund: WATER
  charge_group: water
  start_is: boundary
  out_of_order: empty_tier
  prorated: false
  quantity: {included: 2}
  tiers:
  - {from: 0, rate: 3.10}
  - {from: {formula: winter_average}, rate: 5.25}
""",
    ),
    Example(
        name="steps",
        about="A price for each band of usage, and a rate for what the last one does not include",
        text="""\
- type: commodity_stepped
  code: BANDS
  label: Water
  gl_account: "4020"
  fund: WATER
  charge_group: water
  start_is: boundary
  steps:
  - {from: 0, amount: 20.00}
  - {from: 6, amount: 34.50}
  - {from: 12, amount: 52.00, rate: 4.10, included: 12}
""",
    ),
    Example(
        name="steps-rate",
        about="Every unit of the flow at the rate of the step that all of them reach",
        text="""\
- type: commodity_stepped
  code: FLOWRATE
  label: Sewer flow
  gl_account: "4120"
  fund: SEWER
  charge_group: sewer
  start_is: first_unit
  quantity: {share: 90}
  steps:
  - {from: 1, rate: 2.10}
  - {from: 11, rate: 2.45}
  - {from: 21, rate: 3.05}
""",
    ),
    Example(
        name="steps-units",
        about="A fee that small users do not pay, by the use of each dwelling unit",
        text="""\
- type: commodity_stepped
  code: SUPPLY
  label: Supply replacement
  gl_account: "4022"
  fund: WATER
  charge_group: water
  start_is: boundary
  times: dwelling_units
  width_times: dwelling_units
  prorated: false
  steps:
  - {from: 0, amount: 0}
  - {from: 4, amount: {by: meter_size, values: {5/8: 9.83, "*": 15.20}}}
""",
        determinants={"dwelling_units": "3"},
    ),
    Example(
        name="percent_surcharge",
        about="On two charges",
        text="""\
- type: percent_surcharge
  code: DEBT
  label: Plant debt surcharge
  gl_account: "4140"
  fund: DEBT
  charge_group: water
  base: [SVC, WATER]
  percent: 3.5
""",
    ),
    Example(
        name="percent_surcharge-cap",
        about="Up to an amount, however long the bill",
        text="""\
- type: percent_surcharge
  code: LIFEFUND
  label: Lifeline fund
  gl_account: "4145"
  fund: ASSIST
  charge_group: water
  base: [SVC, WATER]
  percent: 2
  cap: 1.00
  prorated: false
""",
    ),
    Example(
        name="minimum_charge",
        about="What is missing to 21.00",
        text="""\
- type: minimum_charge
  code: MIN
  label: Minimum bill
  gl_account: "4130"
  fund: WATER
  charge_group: water
  base: [SVC, WATER]
  amount: 21.00
""",
        usage="2",
    ),
    Example(
        name="minimum_charge-whole",
        about="By meter size, in full however short the bill",
        text="""\
- type: minimum_charge
  code: LEAST
  label: Minimum bill
  gl_account: "4130"
  fund: WATER
  charge_group: water
  base: [SVC, WATER]
  amount: {by: meter_size, values: {5/8: 21.00, "*": 35.00}}
  prorated: false
""",
        usage="0",
        determinants={"meter_size": "2"},
    ),
    Example(
        name="discount",
        about="For those who are eligible, up to an amount",
        text="""\
- type: discount
  code: LIFELINE
  label: Lifeline discount
  gl_account: "4900"
  fund: WATER
  charge_group: water
  only_if: low_income
  base: [SVC, WATER]
  percent: 20
  cap: 15.00
""",
        determinants={"low_income": "yes"},
        usage="30",
    ),
    Example(
        name="discount-credit",
        about="The same amount off",
        text="""\
- type: discount
  code: SENIOR
  label: Senior credit
  gl_account: "4900"
  fund: WATER
  charge_group: water
  only_if: low_income
  base: [SVC]
  credit: 4.50
  prorated: false
""",
        determinants={"low_income": "yes"},
    ),
    Example(
        name="tax",
        about="With an exemption",
        text="""\
- type: tax
  code: CITY
  label: City utility tax
  gl_account: "2210"
  fund: GENERAL
  charge_group: tax
  unless: tax_exempt
  base: [SVC, WATER]
  percent: 6
""",
    ),
    Example(
        name="tax-cap",
        about="Up to an amount",
        text="""\
- type: tax
  code: UUT
  label: Utility users tax
  gl_account: "2211"
  fund: GENERAL
  charge_group: tax
  base: [SVC, WATER]
  percent: 7.5
  cap: 4.00
  prorated: false
""",
    ),
    Example(
        name="fixed_tax",
        about="By meter size, for each dwelling unit, with an exemption",
        text="""\
- type: fixed_tax
  code: FIRE
  label: Fire protection tax
  gl_account: "2230"
  fund: GENERAL
  charge_group: tax
  unless: tax_exempt
  amount: {by: meter_size, values: {5/8: 1.10, "*": 2.75}}
  times: dwelling_units
  prorated: false
""",
        determinants={"dwelling_units": "3"},
    ),
    Example(
        name="unit_tax",
        about="For every unit",
        text="""\
- type: unit_tax
  code: STATE
  label: State drinking water fee
  gl_account: "2220"
  fund: AGENCY
  charge_group: tax
  rate: 0.015
""",
    ),
    Example(
        name="unit_tax-above",
        about="For what exceeds 15 units",
        text="""\
- type: unit_tax
  code: CONSERVE
  label: Conservation tax
  gl_account: "2221"
  fund: AGENCY
  charge_group: tax
  rate: 0.25
  quantity: {included: 15}
  prorated: false
""",
    ),
    Example(
        name="rounding",
        about="To five cents",
        text="""\
- type: rounding
  code: ROUND
  label: Rounding to five cents
  gl_account: "4950"
  fund: WATER
  charge_group: water
  base: [SVC, WATER]
  to: 0.05
""",
    ),
    Example(
        name="one_off",
        about="An amount each time",
        text="""\
- type: one_off
  code: RECONNECT
  label: Reconnection
  gl_account: "4210"
  fund: WATER
  charge_group: fees
  when: reconnected
  amount: 45.00
""",
        determinants={"reconnected": "1@2026-06-12"},
    ),
    Example(
        name="one_off-percent",
        about="A percentage of what was paid late, between two amounts",
        text="""\
- type: one_off
  code: LATE
  label: Late payment fee
  gl_account: "4220"
  fund: WATER
  charge_group: fees
  when: paid_late
  percent: 5
  at_least: 2.50
  at_most: 40.00
""",
        determinants={"paid_late": "61.80@2026-06-20"},
    ),
)
