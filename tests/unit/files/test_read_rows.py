"""Rows of read files by the word of a mapping: dates, zones, signs, registers, qualities."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from chalicelib.domain.kernel.quantity import Unit
from chalicelib.domain.kernel.rows import HeaderRefused, RejectedRow
from chalicelib.domain.metering.incoming_read import IncomingRead
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.files.delimited import FileNotText
from chalicelib.files.read_rows import read_rows
from chalicelib.files.reads_mapping import ReadsMapping

HOURLY = {
    "format": "headgate/reads-mapping@1",
    "source": "test",
    "delimiter": ";",
    "time_zone": "Europe/Madrid",
    "meter": {"column": "key"},
    "taken_at": {"column": "when", "formats": ["%d/%m/%Y %H:%M:%S", "%d/%m/%Y"]},
    "value": {"column": "read", "unit": "L", "scientific": True},
}


def rows(
    tmp_path: Path, *lines: str, header: str = "key;when;read", **changes: object
) -> list[IncomingRead | RejectedRow]:
    path = tmp_path / "reads.csv"
    path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return list(read_rows(path, mapping=ReadsMapping.model_validate({**HOURLY, **changes})))


def one(tmp_path: Path, line: str, **changes: object) -> IncomingRead:
    (row,) = rows(tmp_path, line, **changes)  # type: ignore[arg-type]
    assert isinstance(row, IncomingRead), row
    return row


def told(tmp_path: Path, line: str, **changes: object) -> str:
    (row,) = rows(tmp_path, line, **changes)  # type: ignore[arg-type]
    assert isinstance(row, RejectedRow)
    return str(row)


def value_with(**changes: object) -> dict[str, object]:
    return {"value": {"column": "read", "unit": "dials", **changes}}


def test_a_row_becomes_a_read_in_utc_with_its_local_day(tmp_path: Path) -> None:
    read = one(tmp_path, "m7;01/03/2016 00:09:17;349111")

    assert read == IncomingRead(
        file="reads.csv",
        line=2,
        meter_number="m7",
        position="0",
        taken_at=datetime(2016, 2, 29, 23, 9, 17, tzinfo=UTC),
        read_on=date(2016, 3, 1),
        value=Decimal(349111),
        unit=Unit.LITER,
        quality=ReadQuality.ACTUAL,
    )


def test_clocks_that_go_forward_and_back_are_known(tmp_path: Path) -> None:
    summer = one(tmp_path, "m;27/03/2016 03:08:48;1")
    twice = one(tmp_path, "m;30/10/2016 02:04:21;1")
    assert summer.taken_at == datetime(2016, 3, 27, 1, 8, 48, tzinfo=UTC)
    assert twice.taken_at == datetime(2016, 10, 30, 0, 4, 21, tzinfo=UTC), "the first of the two"


def test_a_day_without_a_time_takes_the_mappings(tmp_path: Path) -> None:
    changed = {"taken_at": {"column": "when", "formats": "%d/%m/%Y", "at": "12:00"}}
    read = one(tmp_path, "m;01/07/2016;1", **changed)
    assert read.taken_at == datetime(2016, 7, 1, 10, tzinfo=UTC)


def test_a_zone_in_the_text_goes_before_the_mappings(tmp_path: Path) -> None:
    changed = {"taken_at": {"column": "when", "formats": "%Y-%m-%dT%H:%M%z"}}
    read = one(tmp_path, "m;2016-06-30T23:30+0000;1", **changed)
    assert (read.taken_at.hour, read.read_on) == (23, date(2016, 7, 1))


def test_day_and_time_may_stand_in_two_columns(tmp_path: Path) -> None:
    changed = {"taken_at": {"column": "when", "time_column": "at", "formats": "%d/%m/%Y %H%M"}}
    read = one(tmp_path, "m;01/01/2016;9;0830", header="key;when;read;at", **changed)
    assert read.taken_at == datetime(2016, 1, 1, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "settings", "value"),
    [
        ("6e+05", {"scientific": True}, "600000"),
        ("1234,5", {"decimal_sign": ","}, "1234.5"),
        ("1.234,5", {"decimal_sign": ",", "thousands_sign": "."}, "1234.5"),
        ("12'345", {"thousands_sign": "'"}, "12345"),
        ("345", {"thousands_sign": "'"}, "345"),
        ("12345", {"scale": "0.001"}, "12.345"),
    ],
)
def test_numbers_as_files_write_them(
    tmp_path: Path, text: str, settings: dict[str, object], value: str
) -> None:
    assert one(tmp_path, f"m;01/01/2016;{text}", **value_with(**settings)).value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "settings", "complaint"),
    [
        ("6e+05", {}, "scientific notation; allow it with `scientific: true`"),
        ("1,234", {}, "is not a number"),
        ("12'34", {"thousands_sign": "'"}, "is not grouped by thousands"),
        ("-3", {}, "is negative"),
        ("", {}, "is empty; fill it in"),
        ("n/a", {}, "is not a number"),
    ],
)
def test_other_numbers_are_rejected_with_the_way_to_mend_them(
    tmp_path: Path, text: str, settings: dict[str, object], complaint: str
) -> None:
    found = told(tmp_path, f"m;01/01/2016;{text}", **value_with(**settings))
    assert found.startswith("reads.csv:2 read: ")
    assert complaint in found


def test_a_date_in_no_expected_format_is_rejected(tmp_path: Path) -> None:
    assert "'2016-01-01' is not a date; the mapping expects %d/%m/%Y %H:%M:%S or %d/%m/%Y" in told(
        tmp_path, "m;2016-01-01;5"
    )


def test_registers_of_compound_meters_are_named_in_our_words(tmp_path: Path) -> None:
    meter = {"column": "key", "register_column": "reg", "registers": {"H": "high"}}
    header = "key;when;read;reg"
    assert one(tmp_path, "m;01/01/2016;5;H", header=header, meter=meter).position == "high"
    assert one(tmp_path, "m;01/01/2016;5;low", header=header, meter=meter).position == "low"
    assert one(tmp_path, "m;01/01/2016;5;", header=header, meter=meter).position == "0"


def test_words_for_qualities_are_the_mappings_and_no_others(tmp_path: Path) -> None:
    quality = {"column": "code", "words": {"E": "estimated", "": "actual"}}
    header = "key;when;read;code"
    assert one(tmp_path, "m;01/01/2016;5;E", header=header, quality=quality).quality is ReadQuality.ESTIMATED
    assert one(tmp_path, "m;01/01/2016;5;", header=header, quality=quality).quality is ReadQuality.ACTUAL
    assert "'X' is no word for a quality" in told(
        tmp_path, "m;01/01/2016;5;X", header=header, quality=quality
    )


def test_a_file_without_a_needed_column_is_refused_whole(tmp_path: Path) -> None:
    with pytest.raises(HeaderRefused, match="column 'read' is missing"):
        rows(tmp_path, "m;01/01/2016", header="key;when")


def test_a_file_without_header_names_its_columns_in_the_mapping(tmp_path: Path) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("m1;01/01/2016;5\nm2;01/01/2016;6\n", encoding="utf-8")
    mapping = ReadsMapping.model_validate({**HOURLY, "header": ["key", "when", "read"]})
    found = [row for row in read_rows(path, mapping=mapping) if isinstance(row, IncomingRead)]
    assert [(row.line, row.meter_number) for row in found] == [(1, "m1"), (2, "m2")]


def test_a_compressed_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "reads.csv.gz"
    path.write_bytes(gzip.compress(b"key;when;read\nm;01/01/2016;5\n"))
    (row,) = read_rows(path, mapping=ReadsMapping.model_validate(HOURLY))
    assert isinstance(row, IncomingRead)
    assert row.value == 5


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(b"no gzip at all", id="no gzip at all"),
        pytest.param(gzip.compress(b"key;when;read\nm;01/01/2016;5\n")[:-9], id="cut short"),
    ],
)
def test_a_damaged_compressed_file_is_refused_in_words(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "reads.csv.gz"
    path.write_bytes(whole)
    with pytest.raises(FileNotText, match=r"reads\.csv\.gz cannot be uncompressed"):
        list(read_rows(path, mapping=ReadsMapping.model_validate(HOURLY)))
