"""A file of readings: every row is taken, or reported with its line and the reason."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.kernel.rows import RowOutcome
from chalicelib.domain.tariffs.conditions import EVERYWHERE, Condition
from chalicelib.files.delimited import read_delimited
from chalicelib.tariff_documents.conditions import load_condition
from chalicelib.usecases.add_readings import Readings, add_readings, columns_of_readings

JUNE = load_condition(
    """\
condition: et
revision: 1
readings:
- {from: 2026-06-01, to: 2026-06-02, amount: 0.21}
- {from: 2026-06-02, to: 2026-06-03, amount: 0.19}
""",
    file="june",
).condition


class File:
    def __init__(self, folder: Path) -> None:
        self.path = folder / "et.csv"

    def add(
        self, *lines: str, to: Condition | None = JUNE, by: str | None = None, correct: bool = False
    ) -> Readings:
        header = f"from,to,{by + ',' if by else ''}amount"
        self.path.write_text("\n".join([header, *lines]) + "\n")
        rows = read_delimited(self.path, columns=columns_of_readings(by))
        return add_readings(rows, to=to, by=by, correct=correct)


@pytest.fixture
def file(tmp_path: Path) -> File:
    return File(tmp_path)


def told(found: Readings) -> list[tuple[int, str]]:
    return [(row.line, row.reason) for row in found.report.rejected]


def days(found: Readings, key: str = EVERYWHERE) -> list[str]:
    return [str(reading.period.start.day) for reading in found.by_key[key]]


def test_new_days_are_added_in_any_order_a_day_long_unless_told(file: File) -> None:
    found = file.add("2026-06-05,2026-06-08,0.6", "2026-06-04,,0.2", "2026-06-03,,0.25")
    assert told(found) == []
    assert days(found) == ["1", "2", "3", "4", "5"]
    assert found.by_key[EVERYWHERE][-1].period.days == 3
    assert found.has_changed


def test_the_same_again_changes_nothing(file: File) -> None:
    found = file.add("2026-06-01,,0.21", "2026-06-02,,0.190")
    assert (found.report.count(RowOutcome.UNCHANGED), found.has_changed) == (2, False)


def test_another_amount_is_refused_unless_it_is_a_correction(file: File) -> None:
    refused = file.add("2026-06-02,,0.3")
    assert told(refused) == [(2, "2026-06-02/2026-06-03 is 0.19 already")]
    corrected = file.add("2026-06-02,,0.3", correct=True)
    assert corrected.report.count(RowOutcome.UPDATED) == 1
    assert corrected.by_key[EVERYWHERE][1].amount == Decimal("0.3")


@pytest.mark.parametrize(
    ("lines", "reasons"),
    [
        (["2026-06-03,2026-06-03,1"], [(2, "2026-06-03 is not after from")]),
        (["2026-06-03,,wet"], [(2, "'wet' is not a number")]),
        (["2026-06-31,,1"], [(2, "'2026-06-31' is not a date")]),
        (["2026-06-03,,1", "2026-06-03,,2"], [(3, "2026-06-03/2026-06-04 is in line 2")]),
        (
            ["2026-06-02,2026-06-05,1"],
            [(2, "2026-06-02/2026-06-05 is measured within 2026-06-02/2026-06-03")],
        ),
        (
            ["2026-05-30,2026-06-09,1"],
            [(2, "2026-05-30/2026-06-09 is measured within 2026-06-01/2026-06-02")],
        ),
        (["2026-06-03,,1,1"], [(2, "has 4 cells, the header has 3")]),
    ],
)
def test_a_row_that_cannot_be_taken_is_reported(
    file: File, lines: list[str], reasons: list[tuple[int, str]]
) -> None:
    assert told(file.add(*lines)) == reasons


def test_rows_behind_unmeasured_days_wait_on_either_side(file: File) -> None:
    found = file.add("2026-06-03,,1", "2026-06-05,,1", "2026-06-06,,1", "2026-05-31,,1", "2026-05-28,,1")
    assert days(found) == ["31", "1", "2", "3"]
    assert told(found) == [
        (3, "nothing is measured from 2026-06-04 to before 2026-06-05"),
        (4, "nothing is measured from 2026-06-04 to before 2026-06-05"),
        (6, "nothing is measured from 2026-05-29 to before 2026-05-31"),
    ]
    assert found.report.row_count == 5


def test_places_are_measured_each_for_itself(file: File) -> None:
    found = file.add(
        "2026-06-01,,coastal,0.2", "2026-06-01,,inland,0.3", "2026-06-02,,inland,0.3", to=None, by="zone"
    )
    assert (days(found, "coastal"), days(found, "inland")) == (["1"], ["1", "2"])
    assert told(file.add("2026-06-01,,,0.2", to=None, by="zone")) == [(2, "is empty")]
