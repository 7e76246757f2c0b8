"""An example: a piece of a tariff document, the document around it, and a bill to rate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from chalicelib.domain.tariffs.request import Position

AROUND = """\
tariff: R-1
version: 3
name: Around an example
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  meter_size: {kind: choice, default: 5/8}
  zone: {kind: choice, default: inside}
  dwelling_units: {kind: count, default: "1"}
  low_income: {kind: flag, default: "no"}
  tax_exempt: {kind: flag, default: "no"}
  winter_average: {kind: number, source: history, default: "7"}
  baseline: {kind: number, default: "10"}
  reconnected: {kind: event}
  paid_late: {kind: event}
charges:
- type: service_charge
  code: SVC
  label: Service charge
  gl_account: "4010"
  fund: WATER
  charge_group: water
  amount: 12.35
- type: commodity_flat
  code: WATER
  label: Water
  gl_account: "4020"
  fund: WATER
  charge_group: water
  rate: 2.94
"""
"""What an example that is no whole document stands in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`text` is YAML: charges, sections of a document, or (where it names a tariff) a whole one.

    `about` says what it shows. The rest is the bill it is shown with: `usage` as the command line takes it,
    `days` from June 1st, attributes of the agreement (of an event `VALUE@DAY`), declared conditions.
    """

    name: str
    text: str
    about: str = ""
    usage: str | None = "17"
    days: int = 30
    position: Position = Position.REGULAR
    scheduled_days: int | None = None
    determinants: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> str:
        """The whole document, as JSON."""
        said = read(self.text)
        if isinstance(said, list):
            said = {"charges": said}
        if "charges" in said and "tariff" in said:
            return json.dumps(said)
        around = read(AROUND)
        merged = around | said
        merged["determinants"] = around["determinants"] | said.get("determinants", {})
        merged["charges"] = around["charges"] + said.get("charges", [])
        return json.dumps(merged)

    def codes(self) -> tuple[str, ...]:
        """The codes of the charges it shows; of those around it where it shows none."""
        said = read(self.text)
        charges = said if isinstance(said, list) else said.get("charges", read(AROUND)["charges"])
        return tuple(charge["code"] for charge in charges)


def read(text: str) -> Any:
    """Mappings, lists and texts, as the loader sees them."""
    return yaml.load(text, Loader=yaml.BaseLoader)
