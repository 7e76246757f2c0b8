"""Examples of the sections of a document, and of what amounts can be."""

from __future__ import annotations

from chalicelib.domain.tariffs.request import Position
from chalicelib.tariff_documents.examples.example import Example

FIRST = Example(
    name="first",
    text="""\
tariff: R-1
version: 3
name: Residential water
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  meter_size: {kind: choice, label: Meter size, unit: inch}
charges:
- type: service_charge
  code: SVC
  label: Service charge
  clause: section 1
  gl_account: "4010"
  fund: WATER
  charge_group: water
  amount: {by: meter_size, values: {5/8: 12.35, 3/4: 15.20, "1": 24.80}}
- type: commodity_tiered
  code: WATER
  label: Water
  clause: section 2
  gl_account: "4020"
  fund: WATER
  charge_group: water
  start_is: first_unit
  tiers:
  - {from: 1, rate: 2.94}
  - {from: 7, rate: 4.29}
  - {from: 15, rate: 6.885}
- type: tax
  code: CITY
  label: City utility tax
  clause: municipal code 3.20
  gl_account: "2210"
  fund: GENERAL
  charge_group: tax
  base: [SVC, WATER]
  percent: 6
""",
    determinants={"meter_size": "5/8"},
)

VERSION = Example(
    name="version",
    text="""\
format: 1
tariff: R-1
version: 4
name: Residential water
service_type: water
currency: USD
effective_from: 2026-06-01
effectivity: closing_read
rounding: half_even
""",
)

USAGE = Example(
    name="usage",
    about="The ordinance's own ccf, whole ones billed",
    text="""\
usage:
  unit: ccf
  step: 1
  rounding: down
  conversions: {gal: 748}
""",
    usage="12700 gal",
)

PRORATION = Example(
    name="proration",
    about="Days over 30 where a bill is unusually short or long",
    text="""\
proration:
  normal_days: {from: 27, to: 34}
  basis: 30
  tiers: true
  shortest_opening: {days: 5, charge: usage_only}
""",
    days=21,
)

SCHEDULED = Example(
    name="proration-scheduled",
    about="Opening and closing bills by the days the cycle had planned",
    text="""\
proration:
  normal_days: {from: 25, to: 35}
  basis: scheduled
  tiers: false
  opening_and_closing: by_days
""",
    days=28,
    position=Position.OPENING,
    scheduled_days=31,
)

DETERMINANTS = Example(
    name="determinants",
    about="A size billed for that is the meter's unless it is said, for each dwelling unit",
    text="""\
determinants:
  meter_size: {kind: choice, label: Meter size, unit: inch, source: meter}
  billing_size: {kind: choice, label: Size billed for, unit: inch, default_from: meter_size}
  dwelling_units: {kind: count, label: Dwelling units, source: premise, default: "1"}
charges:
- type: service_charge
  code: METER
  label: Meter charge
  gl_account: "4010"
  fund: WATER
  charge_group: water
  times: dwelling_units
  amount: {by: billing_size, values: {5/8: 12.35, 3/4: 15.20}}
""",
    determinants={"meter_size": "3/4", "dwelling_units": "2"},
)

CONDITIONS = Example(
    name="conditions",
    about="A drought surcharge by stage and season, and a supplier's price passed on",
    text="""\
determinants:
  season: {kind: choice, source: calendar, seasons: {summer: {from: 05-01}, winter: {from: 11-01}}}
  drought_stage: {kind: choice, source: utility, default: "0"}
  power_cost: {kind: number, source: utility, unit: USD/ccf}
charges:
- type: unit_surcharge
  code: DROUGHT
  label: Drought surcharge
  gl_account: "4035"
  fund: WATER
  charge_group: water
  rate: {by: [drought_stage, season], values: {"0": {"*": 0}, "*": {summer: 0.85, winter: 0.40}}}
- type: unit_surcharge
  code: POWER
  label: Power cost adjustment
  gl_account: "4036"
  fund: WATER
  charge_group: water
  rate: {formula: power_cost}
""",
    conditions={"drought_stage": "2", "power_cost": "0.1135"},
)

FORMULAS = Example(
    name="formulas",
    about="A budget by people, days and weather, and a dearer rate beyond",
    text="""\
determinants:
  people: {kind: count, default: "3"}
  garden: {kind: number, source: premise, unit: square feet}
  evapotranspiration: {kind: number, source: weather, unit: inch}
  days: {kind: count, source: period}
formulas:
  indoor: {formula: 55 * people * days / 748, round: {to: 1, rule: half_even}, label: Indoors, unit: ccf}
  budget: {formula: indoor + 0.7 * evapotranspiration * garden * 0.62 / 748, round: {to: 0.1}, unit: ccf}
  large: {formula: garden > 5000}
charges:
- type: commodity_tiered
  code: BUDGET
  label: Water
  gl_account: "4020"
  fund: WATER
  charge_group: water
  unless: large
  start_is: boundary
  out_of_order: empty_tier
  tiers:
  - {from: 0, rate: 1.834}
  - {from: {formula: indoor}, rate: 3.948}
  - {from: {formula: budget}, rate: 4.751}
  - {from: {formula: 1.25 * budget}, rate: {formula: 1.5 * 4.751, round: {to: 0.001}}}
""",
    determinants={"people": "4", "garden": "1800"},
    conditions={"evapotranspiration": "6.2"},
)

TABLE = Example(
    name="table",
    about="By two names",
    text="""\
- type: service_charge
  code: METER
  label: Meter charge
  gl_account: "4010"
  fund: WATER
  charge_group: water
  amount:
    by: [meter_size, zone]
    values:
      5/8: {inside: 12.35, outside: 18.50}
      "1.5": {inside: 47.10, outside: 70.65}
""",
    determinants={"meter_size": "1.50", "zone": "outside"},
)

RANGES = Example(
    name="ranges",
    about="By ranges, with a formula for the largest",
    text="""\
determinants:
  lot_area: {kind: number, source: premise, unit: square feet}
charges:
- type: service_charge
  code: RUNOFF
  label: Stormwater
  gl_account: "4310"
  fund: STORM
  charge_group: stormwater
  amount:
    by: lot_area
    values:
      up to 2500: 4.10
      over 2500 to 10000: 9.85
      "*": {formula: 9.85 + 0.62 * lot_area / 1000, round: {to: 0.01, rule: up}}
""",
    determinants={"lot_area": "14200"},
)

TRANSLATIONS = Example(
    name="translations",
    text="""\
translations:
  es: {SVC: Cargo por servicio, WATER: Agua}
""",
)

SECTIONS = (
    FIRST,
    VERSION,
    USAGE,
    PRORATION,
    SCHEDULED,
    DETERMINANTS,
    CONDITIONS,
    FORMULAS,
    TABLE,
    RANGES,
    TRANSLATIONS,
)
