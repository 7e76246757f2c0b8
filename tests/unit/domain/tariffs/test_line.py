"""A line is stored small and read back whole."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

from chalicelib.domain.kernel.period import Period
from chalicelib.domain.tariffs.line import BillLine, Factor, LineKind, Measure, Note, Tier

LINE = BillLine(
    charge="WATER",
    kind=LineKind.COMMODITY,
    label="Water",
    tariff="R-1@3",
    clause="section 2",
    gl_account="4020",
    fund="WATER",
    charge_group="water",
    period=Period(date(2026, 6, 15), date(2026, 7, 1)),
    unit="ccf",
    rate=Decimal("4.29"),
    tier=Tier(2, Decimal("3.0"), None),
    factor=Factor(16, 30),
    notes=Note.CHANGED_AT_END,
    measure=None,
    quantity=Decimal("4.00"),
    base_minor=None,
    amount_minor=1716,
)


def test_a_row_survives_json_with_every_digit() -> None:
    again = BillLine.from_row(json.loads(json.dumps(LINE.to_row())))
    assert again == LINE
    assert str(again.quantity) == "4.00"
    assert type(again.tier) is Tier
    assert type(again.kind) is LineKind


def test_what_a_line_has_not_takes_no_room() -> None:
    bare = LINE._replace(tier=None, factor=None, notes="", quantity=None, rate=None, unit="")
    assert bare.to_row()[-1] == "water"
    assert BillLine.from_row(bare.to_row()) == bare


def test_lines_that_were_stored_before_measures_had_a_rule_are_read() -> None:
    row = LINE._replace(measure=Measure(Decimal(11), at_most=Decimal(8))).to_row()
    row[-1] = ["11", None, None, "8", None, None, None]
    assert BillLine.from_row(row).measure == Measure(Decimal(11), at_most=Decimal(8))


def test_every_kind_of_line_has_a_letter_of_its_own() -> None:
    letters = {LINE._replace(kind=kind).to_row()[1] for kind in LineKind}
    assert len(letters) == len(LineKind)
