"""A bill with fees, limits, counts and quantities of all kinds, rated on a tariff that has them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from chalicelib.domain.billing.bill import BillSegment
from chalicelib.domain.documents.bill_document import BillDocument
from chalicelib.domain.documents.charges import service_charges
from chalicelib.domain.kernel.dated import Dated
from chalicelib.domain.kernel.ids import AgreementId
from chalicelib.domain.kernel.period import Period
from chalicelib.domain.kernel.quantity import Quantity, Unit
from chalicelib.domain.premises.service_agreement import ServiceType
from chalicelib.domain.tariffs.rating import RatingRequest, compile_book
from chalicelib.tariff_documents.load import load_tariff
from tests.bill_examples import END, HOME, START, document

_TARIFF = """\
tariff: ALL-1
version: 2
name: A bit of everything
service_type: water
currency: USD
effective_from: 2026-01-01
effectivity: service_day
usage: {unit: ccf, step: 1, rounding: down}
determinants:
  runoff: {kind: number, unit: ERU, label: Runoff}
  fixture_units: {kind: count}
  dwelling_units: {kind: number, default: "0.75"}
  winter_average: {kind: number, source: history}
  reconnected: {kind: event}
  paid_late: {kind: event}
  low_income: {kind: flag, default: "no"}
charges:
"""
_CHARGES = {
    "STORM": ("Stormwater", "service_charge", "amount: 4.10, times: runoff"),
    "FIX": ("Fixtures", "service_charge", "amount: 0.35, times: fixture_units"),
    "HOMES": ("Homes", "service_charge", "amount: 12.00, times: dwelling_units"),
    "SEWER": (
        "Sewer use",
        "commodity_flat",
        "rate: 3.085, quantity: {share: 90, at_most: {formula: winter_average}}",
    ),
    "WATER": (
        "Water above the allowance",
        "commodity_tiered",
        "quantity: {included: 2, round: {to: 5, rule: up}}, start_is: boundary, "
        "tiers: [{from: 0, rate: 2.10}, {from: 10, rate: 3.40}]",
    ),
    "BASIN": (
        "Basin charge",
        "commodity_stepped",
        "start_is: boundary, steps: [{from: 0, amount: 0}, {from: 10, amount: 6.50, rate: 0.25}]",
    ),
    "TURN-ON": ("Reconnection", "one_off", "when: reconnected, amount: 45.00"),
    "LATE": ("Late payment fee", "one_off", "when: paid_late, percent: 5, at_least: 2.50"),
    "MIN": ("Minimum bill", "minimum_charge", "base: [SEWER], amount: 31.00"),
    "ROUND": ("Rounding", "rounding", "base: [SEWER, WATER], to: 0.05"),
    "LIFE": ("Lifeline discount", "discount", "only_if: low_income, base: [WATER], percent: 50, cap: 15.00"),
    "UUT": ("Utility users tax", "tax", "base: [SEWER, WATER], percent: 7.5, cap: 4.00"),
    "FIRE": ("Fire protection tax", "fixed_tax", "amount: 1.10, times: fixture_units"),
    "STATE": ("State fee", "unit_tax", "rate: 0.015"),
}
_BOOKED = 'gl_account: "4010", fund: WATER, charge_group: water'
_KNOWN = {
    "runoff": "2.5",
    "fixture_units": "14",
    "winter_average": "9",
    "low_income": "yes",
}


def of_everything() -> BillDocument:
    """Fees, counts, limits, minimums and roundings on one bill."""
    charges = "".join(
        f"- {{code: {code}, label: {label}, type: {kind}, {_BOOKED}, {rest}}}\n"
        for code, (label, kind, rest) in _CHARGES.items()
    )
    version = load_tariff(_TARIFF + charges, file="ALL-1").version
    determinants: dict[str, Dated[Decimal | str]] = {
        name: Dated.since(date(2000, 1, 1), value) for name, value in _KNOWN.items()
    }
    determinants["reconnected"] = Dated.since(START + timedelta(days=5), "2")
    determinants["paid_late"] = Dated.since(START + timedelta(days=9), "31.80")
    rating = compile_book([version]).rate(
        RatingRequest(
            tariff=Dated.since(date(2000, 1, 1), "ALL-1"),
            period=Period(START, END),
            bill_date=END,
            usage=Quantity.of(Decimal(14), Unit.CCF),
            determinants=determinants,
        )
    )
    segment = BillSegment(
        agreement_id=AgreementId("A-1"),
        service_type=ServiceType.WATER,
        period=Period(START, END),
        generation=0,
        quantity=rating.billed_quantity,
        unit="ccf",
        estimated=False,
        reads=(),
        lines=rating.lines,
    )
    units = {one.name: one.unit for one in version.determinants if one.unit}
    charged = service_charges(
        segment,
        address=HOME,
        labels=lambda line: {"en": line.label, "es": line.label},
        units=lambda line: units.get(line.unit, line.unit),
    )
    return document(services=(charged,))
