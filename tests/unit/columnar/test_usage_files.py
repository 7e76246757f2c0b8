"""Files of usage: every row is taken, or rejected with its line and the reason; no number becomes a float."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from chalicelib import bootstrap
from chalicelib.columnar.usage_files import UnreadableUsageFile, UsageFileMissing
from chalicelib.columnar.usage_store import UsageStore
from chalicelib.columnar.usage_table import UsageTable
from chalicelib.domain.kernel.errors import Refusal
from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import HeaderRefused
from chalicelib.domain.tariffs.request import Position
from chalicelib.files.delimited import FileNotText
from chalicelib.usecases.ports.simulation import NothingToRate
from tests.usage_files import YEAR, written

HEAD = "agreement,tariff,from,to,usage,unit\n"


@dataclass(frozen=True)
class Read:
    """Usage, and its rows in memory; what is asked of both is answered by the one that has it."""

    store: UsageStore
    rows: UsageTable

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store if hasattr(self.store, name) else self.rows, name)

    def place(self, row: int) -> tuple[str, int]:
        return self.rows.file.names[self.rows.file.codes[row]], int(self.rows.line[row])


def read(path: Path | str, *, unit: Unit | None = None, ignored: tuple[str, ...] = ()) -> Read:
    source = bootstrap.usage_source(str(path), unit=unit, ignored=ignored)
    with source.open(determinants=("meter_size",), events=("reconnected",)) as usage:
        assert isinstance(usage, UsageStore)
        (rows,) = usage.parts()
        return Read(usage, rows)


def rejected(table: Read) -> list[tuple[int, str, str]]:
    return [(row.line, row.column, row.reason) for row in table.rejected]


def test_every_column_arrives_and_usage_is_counted_in_whole_parts(tmp_path: Path) -> None:
    table = read(
        written(
            tmp_path, HEAD + "A1,R-1,2026-01-01,2026-01-31,12.25,ccf\nA2,R-1,2026-01-05,2026-02-01,7,hcf\n"
        )
    )
    assert (table.row_count, list(table.rejected)) == (2, [])
    assert (table.usage.tolist(), table.usage.dtype, table.places) == ([1225, 700], np.int64, 2)
    assert table.days == (date(2026, 1, 1), date(2026, 2, 1))
    assert [table.agreement.names[code] for code in table.agreement.codes] == ["A1", "A2"]
    assert {table.units[code] for code in table.unit} == {Unit.CCF}, "two spellings of one unit"


def test_without_account_and_class_the_agreement_and_the_tariff_stand_for_them(tmp_path: Path) -> None:
    table = read(written(tmp_path, HEAD + "A1,R-1,2026-01-01,2026-01-31,1,ccf\n"))
    assert (table.account.names, table.rate_class.names) == (("A1",), ("R-1",))


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",R-1,2026-01-01,2026-01-31,1,ccf", "agreement", "is empty"),
        ("A,,2026-01-01,2026-01-31,1,ccf", "tariff", "is empty"),
        ("A,R-1,01/01/2026,2026-01-31,1,ccf", "from", "'01/01/2026' is not a date"),
        ("A,R-1,2026-01-01,2026-02-30,1,ccf", "to", "'2026-02-30' is not a date"),
        ("A,R-1,0000-01-01,2026-01-31,1,ccf", "from", "'0000-01-01' is not a date"),
        (
            "A,R-1,2026-01-31,2026-01-31,1,ccf",
            "to",
            "2026-01-31 does not come after the first day of service",
        ),
        ('A,R-1,2026-01-01,2026-01-31,"1,200",ccf', "usage", "'1,200' is not a number"),
        ("A,R-1,2026-01-01,2026-01-31,NaN,ccf", "usage", "'NaN' is not a number"),
        (
            "A,R-1,2026-01-01,2026-01-31,0.1234567,ccf",
            "usage",
            "0.1234567 has more than 6 digits after the point",
        ),
        ("A,R-1,2026-01-01,2026-01-31,1000000000,ccf", "usage", "1000000000 is beyond all measure"),
        ("A,R-1,2026-01-01,2026-01-31,1,bucket", "unit", "unknown unit 'bucket'"),
        ("A,R-1,2026-01-01,2026-01-31,1,", "unit", "is empty"),
        ("A\x07,R-1,2026-01-01,2026-01-31,1,ccf", "agreement", "holds control characters"),
    ],
)
def test_a_row_that_cannot_be_understood_is_rejected_with_its_line(
    row: str, column: str, reason: str, tmp_path: Path
) -> None:
    good = "B,R-1,2026-01-01,2026-01-31,1.50,ccf"
    table = read(written(tmp_path, f"{HEAD}{good}\n{row}\n"))
    assert rejected(table) == [(3, column, reason)]
    assert (table.row_count, table.usage.tolist()) == (2, [15])


WIDE = "agreement,tariff,from,to,usage,unit,position,scheduled_days,meter_size,reconnected\n"


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    [
        ("final,,,", "position", "'final' is no position of a bill"),
        (",0,,", "scheduled_days", "'0' is no number of days"),
        (",30.5,,", "scheduled_days", "'30.5' is no number of days"),
        (",,5/8; 2026-02-31=1,", "meter_size", "'5/8; 2026-02-31=1' has days that are none"),
        (",,2026-01-09=1; 2026-01-08=2,", "meter_size", "has days that are none, or do not follow"),
        (",,5/8; 2026-02-01=1,", "meter_size", "'5/8; 2026-02-01=1' changes outside of the period"),
        (",,5/8; 2026-01-01=1,", "meter_size", "'5/8; 2026-01-01=1' changes outside of the period"),
        (",,,yes", "reconnected", "'yes' does not say what happened when"),
        (",,,-1", "reconnected", "'-1' does not say what happened when"),
        (",,,2026-01-09", "reconnected", "'2026-01-09' does not say what happened when"),
        (",,,2026-01-09=1; 2", "reconnected", "'2026-01-09=1; 2' does not say what happened when"),
        (",,,2026-01-09=0", "reconnected", "'2026-01-09=0' has an event of nothing"),
        (",,,0.00", "reconnected", "'0.00' has an event of nothing"),
        (",,,2026-01-31=1", "reconnected", "'2026-01-31=1' has a day that is not billed in the period"),
        (",,,2025-12-31=1", "reconnected", "'2025-12-31=1' has a day that is not billed in the period"),
        (",,,2026-01-09=1; 2026-01-09=1", "reconnected", "has days that are none, or do not follow"),
        (",,,2026-13-09=1", "reconnected", "'2026-13-09=1' has days that are none"),
    ],
)
def test_what_is_said_of_a_bill_beside_its_usage_is_checked_too(
    cells: str, column: str, reason: str, tmp_path: Path
) -> None:
    good = "B,R-1,2026-01-01,2026-01-31,1,ccf,Opening,31,5/8; 2026-01-31=1,2026-01-01=1; 2026-01-30=83.20"
    table = read(written(tmp_path, f"{WIDE}{good}\nA,R-1,2026-01-01,2026-01-31,1,ccf,{cells}\n"))
    ((line, found, said),) = rejected(table)
    assert (line, found) == (3, column)
    assert reason in said
    assert (table.positions, table.events) == (True, ("reconnected",))
    assert table.rows.position.names == ("opening",)
    assert table.scheduled_days.tolist() == [31]


def test_an_event_without_a_day_is_one_of_the_first_day(tmp_path: Path) -> None:
    table = read(written(tmp_path, f"{WIDE}A,R-1,2026-01-01,2026-01-31,1,ccf,,,,2\n"))
    request = table.rows_of(Unit.CCF, np.array([0]), table.tariff).request(0)
    assert request.determinants["reconnected"].entries == ((date(2026, 1, 1), "2"),)
    assert (request.position, request.scheduled_days) == (Position.REGULAR, None)


@pytest.mark.parametrize(
    ("usage", "scaled"),
    [("12.", 12), (".5", 5), ("0012", 12), ("+3", 3), ("-4", -4), ("999999999.999999", 999999999999999)],
)
def test_numbers_are_exact_however_they_are_written(usage: str, scaled: int, tmp_path: Path) -> None:
    table = read(written(tmp_path, f"{HEAD}A,R-1,2026-01-01,2026-01-31,{usage},ccf\n"))
    assert table.usage.tolist() == [scaled]


def test_lines_are_those_an_editor_shows_in_a_file_with_blank_lines_quotes_and_rows_cut_wrongly(
    tmp_path: Path,
) -> None:
    text = (
        HEAD
        + "A,R-1,2026-01-01,2026-01-31,1,ccf\n\n"
        + '"B\nb",R-1,2026-01-01,2026-01-31,2,ccf\n'
        + "C,R-1,2026-01-01\n"
        + "D,R-1,2026-01-01,2026-01-31,much,ccf\n"
        + "E,R-1,2026-01-01,2026-01-31,5,ccf"
    )
    table = read(written(tmp_path, text))
    assert rejected(table) == [
        (4, "agreement", "holds control characters"),
        (6, "", "has 3 cells, the header has 6"),
        (7, "usage", "'much' is not a number"),
    ]
    assert table.row_count == 5
    assert [table.place(0), table.place(1)] == [("usage.csv", 2), ("usage.csv", 8)]


def test_a_blank_line_moves_no_row_to_another_place(tmp_path: Path) -> None:
    """Every row is well cut here, so that the fast way takes the file first."""
    rows = [f"A{number},R-1,2026-01-01,2026-01-31,{'much' if number == 3 else 1},ccf" for number in range(5)]
    written(tmp_path, HEAD + "\n".join([*rows[:2], "", *rows[2:]]), "1.csv")
    table = read(written(tmp_path, HEAD + "\n".join(rows).replace("A", "B"), "2.csv").parent)
    assert [(row.file, row.line) for row in table.rejected] == [("1.csv", 6), ("2.csv", 5)]
    assert table.place(-1) == ("2.csv", 6)


def test_days_that_are_billed_already_are_rejected_but_only_for_the_same_agreement(tmp_path: Path) -> None:
    text = HEAD + (
        "A,R-1,2026-01-01,2026-03-01,1,ccf\n"
        "B,R-1,2026-01-01,2026-02-01,1,ccf\n"
        "A,R-1,2026-02-01,2026-02-10,1,ccf\n"
        "A,R-1,2026-03-01,2026-04-01,1,ccf\n"
    )
    assert rejected(read(written(tmp_path, text))) == [
        (4, "from", "2026-02-01: days that another row of the agreement bills already")
    ]


def test_an_unknown_column_is_refused_because_it_is_usually_a_slip(tmp_path: Path) -> None:
    file = written(tmp_path, YEAR.replace("meter_size", "meter_sise"))
    with pytest.raises(HeaderRefused, match="'meter_sise' is unknown: did you mean 'meter_size'"):
        read(file)
    assert read(file, ignored=("meter_sise",)).row_count == 6


def test_usage_must_say_its_unit_in_the_file_or_beside_it(tmp_path: Path) -> None:
    file = written(tmp_path, "agreement,tariff,from,to,usage\nA,R-1,2026-01-01,2026-01-31,1\n")
    with pytest.raises(HeaderRefused, match="add 'unit', or say --unit"):
        read(file)
    assert read(file, unit=Unit.KGAL).units == (Unit.KGAL,)


def test_a_missing_file_and_one_that_is_not_parquet_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageFileMissing):
        read(tmp_path / "none.csv")
    with pytest.raises(UnreadableUsageFile, match="cannot be read"):
        read(written(tmp_path, "not parquet", "usage.parquet"))
    with pytest.raises(NothingToRate, match=r"no row in usage\.csv"):
        _ = read(written(tmp_path, HEAD)).days
    with pytest.raises(NothingToRate, match=r"not one of the 1 rows .* usage\.csv:2 to: 'never' is not"):
        _ = read(written(tmp_path, HEAD + "A,R-1,2026-01-01,never,1,ccf\n")).days


@pytest.mark.parametrize(
    ("content", "name", "refusal", "said"),
    [
        (HEAD.encode("utf-16"), "usage.csv", UnreadableUsageFile, "is not UTF-8 text"),
        (HEAD.encode() + "Á,R-1".encode("latin-1"), "usage.csv", UnreadableUsageFile, "is not UTF-8 text"),
        (gzip.compress(HEAD.encode())[:20], "usage.csv.gz", UnreadableUsageFile, "cut off or damaged"),
        (HEAD.encode(), "usage.csv.gz", UnreadableUsageFile, "cut off or damaged"),
        (HEAD.replace(",", ";").encode(), "usage.csv", HeaderRefused, "parted by ';': save the file with"),
        (HEAD.replace(",", "\t").encode(), "usage.csv", HeaderRefused, r"parted by '\\t'"),
        (b"", "usage.csv", HeaderRefused, "column 'agreement' is missing"),
        (b"usage,usage\n", "usage.csv", HeaderRefused, "column 'usage' stands twice"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_what_to_do(
    content: bytes, name: str, refusal: type[Refusal], said: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(refusal, match=said):
        read(file)


def test_a_file_that_is_damaged_further_on_is_refused_too(tmp_path: Path) -> None:
    rows = "".join(f"A{number},R-1,2026-01-01,2026-01-31,{number},ccf\n" for number in range(20_000))
    file = tmp_path / "usage.csv.gz"
    file.write_bytes(gzip.compress((HEAD + rows).encode())[:-2_000])
    with pytest.raises(UnreadableUsageFile, match="cut off or damaged"):
        read(file)
    plain = written(tmp_path, HEAD + rows, "usage.csv")
    plain.write_bytes(plain.read_bytes() + b"\xe9,R-1,2026-01-01,2026-01-31,1,ccf\n")
    with pytest.raises(FileNotText, match="is not utf-8 text"):
        read(plain)


def test_a_quote_that_is_never_closed_is_told_with_its_line(tmp_path: Path) -> None:
    text = HEAD + "B,R-1,2026-01-01,2026-01-31,1,ccf\n" + '"A,R-1,2026-01-01,2026-01-31,1,ccf\n'
    assert rejected(read(written(tmp_path, text))) == [(3, "", "unexpected end of data")]


def test_a_day_may_be_midnight_in_parquet(tmp_path: Path) -> None:
    file = parquet(tmp_path, "i")
    duckdb.execute(
        f"""COPY (SELECT * REPLACE ("from"::TIMESTAMP AS "from", "to"::TIMESTAMP_NS AS "to")
        FROM read_parquet('{file}')) TO '{tmp_path}/times.parquet'"""
    )
    table = read(tmp_path / "times.parquet")
    assert (table.days, list(table.rejected)) == ((date(2026, 1, 1), date(2026, 1, 31)), [])


def test_a_packed_file_and_a_byte_order_mark_are_no_hindrance(tmp_path: Path) -> None:
    file = tmp_path / "usage.csv.gz"
    file.write_bytes(gzip.compress(b"\xef\xbb\xbf" + YEAR.encode()))
    assert (read(file).row_count, list(read(file).rejected)) == (6, [])


def parquet(folder: Path, usage: str, name: str = "usage.parquet") -> Path:
    file = folder / name
    duckdb.execute(
        f"""COPY (SELECT 'A' || i AS agreement, 'R-1' AS tariff, DATE '2026-01-01' AS "from",
        DATE '2026-01-31' AS "to", {usage} AS usage, 'ccf' AS unit FROM range(3) AS r(i)) TO '{file}'"""
    )
    return file


@pytest.mark.parametrize(
    "usage", ["(i + 0.25)::DECIMAL(12, 4)", "(i + 0.25)::DOUBLE", "(i || '.25')::VARCHAR"]
)
def test_parquet_is_read_exactly_whatever_type_usage_has(usage: str, tmp_path: Path) -> None:
    table = read(parquet(tmp_path, usage))
    assert (table.usage.tolist(), table.places) == ([25, 125, 225], 2)


def test_a_double_counts_as_the_shortest_decimal_that_stands_for_it(tmp_path: Path) -> None:
    table = read(parquet(tmp_path, "CASE i WHEN 0 THEN 0.1 WHEN 1 THEN 0.1 + 0.2::DOUBLE ELSE 7 END::DOUBLE"))
    assert table.usage.tolist() == [1, 70]
    assert rejected(table) == [(2, "usage", "0.30000000000000004 has more than 6 digits after the point")]


def test_a_folder_and_a_pattern_are_read_file_by_file(tmp_path: Path) -> None:
    parquet(tmp_path, "i", "b.parquet")
    written(tmp_path, HEAD + "A9,R-1,2026-01-01,2026-01-31,1,ccf\nA8,R-1,2026-01-01,never,1,ccf\n", "a.csv")
    for path in (tmp_path, str(tmp_path / "*")):
        table = read(path)
        assert (table.files, table.row_count) == (("a.csv", "b.parquet"), 5)
        assert rejected(table) == [(3, "to", "'never' is not a date")]
        assert table.place(-1) == ("b.parquet", 3)


def test_files_of_one_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    for month in ("2026-01", "2026-02"):
        (tmp_path / month).mkdir()
        cut = f"B,R-1\nA,R-1,{month}-01,never,1,ccf\n"
        written(tmp_path / month, f"{HEAD}A,R-1,{month}-01,{month}-28,1,ccf\n{cut}")
    table = read(tmp_path)
    assert [(row.file, row.line) for row in table.rejected] == [
        ("2026-01/usage.csv", 3),
        ("2026-01/usage.csv", 4),
        ("2026-02/usage.csv", 3),
        ("2026-02/usage.csv", 4),
    ]
