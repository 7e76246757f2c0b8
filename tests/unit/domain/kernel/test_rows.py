"""Cells of a row become exact values, or the row is refused with a way to mend it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from chalicelib.domain.kernel.rows import RejectedRow, Row, RowOutcome, RowRefused, RowReport
from chalicelib.domain.premises.service_agreement import LinkRole


def a_row(**cells: str) -> Row:
    return Row(file="f.csv", line=7, cells=cells)


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("12", ".", "12"),
        ("-0.50", ".", "-0.50"),
        (".5", ".", "0.5"),
        ("1,5", ",", "1.5"),
        ("6e+05", ".", "6E+5"),
    ],
)
def test_numbers_are_read_exactly(text: str, sign: str, value: str) -> None:
    assert a_row(n=text).decimal("n", decimal_sign=sign) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("1,234.5", "."),
        ("1.234,5", ","),
        ("1.5", ","),
        ("12 gal", "."),
        ("NaN", "."),
        ("Infinity", "."),
        ("1e999", "."),
    ],
)
def test_numbers_that_could_mean_two_things_are_refused(text: str, sign: str) -> None:
    with pytest.raises(RowRefused, match=r"f\.csv:7 n: .* is not a number; write digits with"):
        a_row(n=text).decimal("n", decimal_sign=sign)


def test_a_whole_number_has_no_fraction() -> None:
    assert a_row(n="6.0").whole("n") == 6
    with pytest.raises(RowRefused, match=r"'6\.5' is not a whole number; leave out the fraction"):
        a_row(n="6.5").whole("n")


def test_days_are_read_in_the_pattern_of_the_file() -> None:
    assert a_row(d="2026-11-30").date("d") == date(2026, 11, 30)
    assert a_row(d="11/30/2026").date("d", pattern="%m/%d/%Y") == date(2026, 11, 30)
    with pytest.raises(RowRefused, match=r"'30\.11\.2026' is not a date; write it like 11/30/2026"):
        a_row(d="30.11.2026").date("d", pattern="%m/%d/%Y")


def test_choices_are_named_when_none_fits() -> None:
    assert a_row(role="Subtract").choice("role", LinkRole) is LinkRole.SUBTRACT
    with pytest.raises(RowRefused, match="'minus' is not known; use one of add, subtract, check"):
        a_row(role="minus").choice("role", LinkRole)


def test_an_empty_cell_is_missing_unless_it_is_optional() -> None:
    row = a_row(closed="")
    assert row.optional("closed", row.date) is None
    assert row.optional("no such column", row.date) is None
    with pytest.raises(RowRefused, match=r"f\.csv:7 closed: is empty; fill it in"):
        row.date("closed")


def test_a_report_counts_by_file_and_outcome() -> None:
    report = RowReport()
    report.accept("a.csv", RowOutcome.ADDED, count=3)
    report.accept("b.csv", RowOutcome.ADDED)
    report.accept("a.csv", RowOutcome.UNCHANGED)
    report.reject(RejectedRow(file="a.csv", line=9, column="", reason="is wrong"))

    assert report.count(RowOutcome.ADDED) == 4
    assert report.count(RowOutcome.ADDED, file="a.csv") == 3
    assert report.row_count == 6
