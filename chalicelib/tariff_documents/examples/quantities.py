"""Examples of the quantity a charge is taken on."""

from __future__ import annotations

from chalicelib.tariff_documents.examples.example import Example

QUANTITIES = (
    Example(
        name="at_most",
        about="Sewer on the winter's average at most",
        text="""\
- type: commodity_flat
  code: SEWER
  label: Sewer use
  gl_account: "4120"
  fund: SEWER
  charge_group: sewer
  rate: 3.085
  quantity: {at_most: {formula: winter_average}}
  prorated: false
""",
        determinants={"winter_average": "9"},
    ),
    Example(
        name="instead",
        about="Sewer on the winter's average whatever is metered, six units at least",
        text="""\
- type: commodity_flat
  code: ALLOTTED
  label: Sewer use
  gl_account: "4120"
  fund: SEWER
  charge_group: sewer
  rate: 3.085
  quantity: {instead: {formula: winter_average}, at_least: 6}
""",
        determinants={"winter_average": "4"},
    ),
    Example(
        name="included",
        about="A penalty on what exceeds the baseline by more than a tenth",
        text="""\
- type: unit_surcharge
  code: PENALTY
  label: Use above the baseline
  gl_account: "4035"
  fund: WATER
  charge_group: water
  rate: 2.50
  quantity: {included: {formula: 1.1 * baseline, round: {to: 1}}}
  prorated: false
""",
    ),
    Example(
        name="share",
        about="Nine tenths of the water return to the sewer, five units at least",
        text="""\
- type: commodity_flat
  code: RETURN
  label: Sewer flow
  gl_account: "4120"
  fund: SEWER
  charge_group: sewer
  rate: 3.085
  quantity: {share: 90, at_least: 5}
""",
    ),
    Example(
        name="started",
        about="Each started ten units beyond the two that a minimum includes",
        text="""\
- type: commodity_flat
  code: STARTED
  label: Water above the minimum
  gl_account: "4020"
  fund: WATER
  charge_group: water
  rate: 8.40
  quantity: {included: 2, round: {to: 10, rule: up}}
""",
    ),
)
