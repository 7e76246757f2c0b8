"""Documents become tariff versions, and canonical JSON that names them for ever."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rounding import RoundingRule
from chalicelib.domain.tariffs.amounts import Table
from chalicelib.domain.tariffs.charges.discount import Discount
from chalicelib.domain.tariffs.charges.service_charge import ServiceCharge
from chalicelib.domain.tariffs.charges.tiered_charge import StartIs, TieredCharge
from chalicelib.domain.tariffs.version import Effectivity, ShortOpening
from chalicelib.tariff_documents.json_schema import json_schema
from chalicelib.tariff_documents.load import load_tariff, load_tariff_files

ROOT = Path(__file__).parents[3]
SAMPLES = sorted((ROOT / "samples" / "tariffs").glob("*.yaml"))
RESIDENTIAL = ROOT / "samples" / "tariffs" / "residential-water.yaml"


def test_a_document_says_all_that_a_version_holds() -> None:
    version = load_tariff(RESIDENTIAL.read_text(), file="r1").version
    assert (version.code, version.version, version.currency) == ("R-1", 3, "USD")
    assert (version.effective_from, version.effectivity) == (date(2026, 1, 1), Effectivity.SERVICE_DAY)
    assert version.usage is not None
    assert version.usage.conversions == {Unit.US_GALLON: Decimal(748)}
    assert version.proration is not None
    assert (version.proration.normal_days, version.proration.basis_days) == ((27, 34), 30)
    assert version.proration.below_shortest is ShortOpening.USAGE_ONLY
    service, water, _, lifeline, *_ = version.charges
    assert isinstance(service, ServiceCharge)
    assert isinstance(service.amount, Table)
    assert service.amount.rows[("5/8",)] == Decimal("12.35")
    assert isinstance(water, TieredCharge)
    assert (water.start_is, [tier.start for tier in water.tiers]) == (StartIs.FIRST_UNIT, [1, 7, 15])
    assert isinstance(lifeline, Discount)
    assert (lifeline.head.only_if, lifeline.cap) == ("low_income", Decimal("15.00"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_canonical_form_reads_back_as_the_same_version(path: Path) -> None:
    loaded = load_tariff(path.read_text(), file=path.name)
    again = load_tariff(loaded.canonical, file="canonical.json")
    assert again == loaded
    assert json.loads(loaded.canonical)["format"] == 1


def test_formulas_keep_their_order_in_the_canonical_form() -> None:
    text = RESIDENTIAL.read_text().replace(
        "charges:\n", "formulas:\n  people: {formula: 1 + 2}\n  budget: {formula: 55 * people}\ncharges:\n"
    )
    loaded = load_tariff(text, file="r1")
    again = load_tariff(loaded.canonical, file="canonical.json")
    assert [named.name for named in again.version.formulas] == ["people", "budget"]
    assert again == loaded


def test_how_a_document_is_written_does_not_change_its_fingerprint() -> None:
    text = RESIDENTIAL.read_text()
    plain = load_tariff(text, file="r1").version.fingerprint
    rewritten = (
        text.replace("12.35", "12.350")
        .replace("# charged in full", "")
        .replace("currency: USD", "currency: USD\nrounding: half_up")
    )
    assert rewritten != text
    assert load_tariff(rewritten, file="other").version.fingerprint == plain


def test_any_change_of_substance_changes_the_fingerprint() -> None:
    text = RESIDENTIAL.read_text()
    changed = {text, *(text.replace(*pair) for pair in [("12.35", "12.36"), ("section 2", "section 9")])}
    assert len({load_tariff(each, file="r1").version.fingerprint for each in changed}) == 3


def test_no_figure_passes_through_a_binary_float() -> None:
    text = RESIDENTIAL.read_text().replace("0.175", "0.1000000000000000055511")
    charge = load_tariff(text, file="r1").version.charges[2]
    assert str(charge.rate) == "0.1000000000000000055511"  # type: ignore[attr-defined]


def test_a_table_nests_its_keys() -> None:
    nested = """\
tariff: F-1
version: 1
name: Fire lines
service_type: fire
currency: USD
effective_from: 2026-01-01
effectivity: period_start
rounding: half_even
determinants: {size: {kind: choice}, zone: {kind: choice}}
charges:
- type: service_charge
  code: FIRE
  label: Fire line
  gl_account: "1"
  fund: F
  charge_group: fire
  amount:
    by: [size, zone]
    values:
      "2": {in: 5, out: 7.5}
      "4.0": {in: 9, out: 13.5}
"""
    charge = load_tariff(nested, file="f1").version.charges[0]
    assert isinstance(charge, ServiceCharge)
    assert charge.head.rounding is RoundingRule.HALF_EVEN
    assert isinstance(charge.amount, Table)
    assert charge.amount.rows == {
        ("2", "in"): Decimal(5),
        ("2", "out"): Decimal("7.5"),
        ("4", "in"): Decimal(9),
        ("4", "out"): Decimal("13.5"),
    }


def test_all_samples_load_together() -> None:
    assert [loaded.version.reference for loaded in load_tariff_files(SAMPLES)] == ["S-1@1", "R-1@4", "R-1@3"]


def test_the_committed_json_schema_is_current() -> None:
    committed = json.loads((ROOT / "docs" / "tariff.schema.json").read_text())
    assert committed == json_schema(), "run: headgate tariff schema > docs/tariff.schema.json"
