"""Delimited files are read row by row; what cannot be read is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalicelib.domain.kernel.rows import Columns, HeaderRefused, RejectedRow, Row
from chalicelib.files.delimited import FileNotText, read_delimited

COLUMNS = Columns(required=("account", "name"), optional=("opened",), open_prefixes=("fact:",))


def read(tmp_path: Path, text: str | bytes, **options: object) -> list[Row | RejectedRow]:
    path = tmp_path / "file.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_delimited(path, **{"columns": COLUMNS, **options}))  # type: ignore[arg-type]


def test_cells_come_by_column_and_stripped(tmp_path: Path) -> None:
    [row] = read(tmp_path, "name , account\n  Alma ,7\n")

    assert row == Row(file="file.csv", line=2, cells={"name": "Alma", "account": "7"})


def test_lines_count_as_an_editor_shows_them(tmp_path: Path) -> None:
    """Blank lines and line breaks inside quotes are lines, too."""
    rows = read(tmp_path, 'account,name\n1,a\n\n2,"b\nb"\n3,c\n')

    assert [(row.line, row.cells["name"]) for row in rows if isinstance(row, Row)] == [
        (2, "a"),
        (4, "b\nb"),
        (6, "c"),
    ]


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path: Path) -> None:
    [row] = read(tmp_path, b"\xef\xbb\xbfaccount,name\r\n1,Jos\xc3\xa9\r\n")

    assert isinstance(row, Row)
    assert dict(row.cells) == {"account": "1", "name": "José"}


def test_other_separators_and_files_without_header_are_read(tmp_path: Path) -> None:
    [row] = read(tmp_path, "1;a\n", delimiter=";", header=("account", "name"))

    assert isinstance(row, Row)
    assert (row.line, dict(row.cells)) == (1, {"account": "1", "name": "a"})


def test_a_row_of_other_length_is_rejected_and_the_next_one_read(tmp_path: Path) -> None:
    broken, fine = read(tmp_path, "account,name\n1,Smith, Alma\n2,b\n")

    assert isinstance(broken, RejectedRow)
    assert str(broken) == (
        "file.csv:2: has 3 cells, the header has 2; put cells with a separator inside in quotes"
    )
    assert broken.cells == ("1", "Smith", "Alma")
    assert isinstance(fine, Row)


@pytest.mark.parametrize("cell", ["a\x00b", "a\x1bb", "x" * 5000])
def test_cells_that_no_person_wrote_are_rejected(tmp_path: Path, cell: str) -> None:
    [row] = read(tmp_path, f"account,name\n1,{cell}\n")

    assert isinstance(row, RejectedRow)
    assert row.column in {"name", ""}


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("account,nam", "column 'name' is missing"),
        ("account,name,opend", "column 'opend' is unknown: did you mean 'opened'?"),
        ("account,name,shoe size", "column 'shoe size' is unknown"),
        ("account,name,name", "column 'name' stands twice"),
        ("", "column 'account' is missing"),
    ],
)
def test_a_header_that_does_not_fit_is_refused_with_a_hint(tmp_path: Path, header: str, problem: str) -> None:
    with pytest.raises(HeaderRefused) as refused:
        read(tmp_path, f"{header}\n1,2,3\n" if header else "")

    assert problem in refused.value.data["problems"]  # type: ignore[operator]


def test_columns_with_a_free_prefix_are_taken(tmp_path: Path) -> None:
    [row] = read(tmp_path, "account,name,fact:pool\n1,a,yes\n")

    assert isinstance(row, Row)
    assert row.cells["fact:pool"] == "yes"


def test_a_vendors_other_columns_may_be_ignored(tmp_path: Path) -> None:
    columns = Columns(required=("account",), others_allowed=True)

    [row] = read(tmp_path, "account,whatever\n1,x\n", columns=columns)

    assert isinstance(row, Row)


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotText, match=r"file\.csv is not utf-8 text \(byte 16\)"):
        read(tmp_path, b"account,name\n1,a\xff\n")

    [row] = read(tmp_path, b"account,name\n1,Jos\xe9\n", encoding="cp1252")
    assert isinstance(row, Row)
    assert row.cells["name"] == "José"


def test_a_quote_that_never_ends_is_rejected_where_it_begins(tmp_path: Path) -> None:
    fine, broken = read(tmp_path, 'account,name\n1,a\n2,"b\n3,c\n')

    assert isinstance(fine, Row)
    assert isinstance(broken, RejectedRow)
    assert (broken.line, broken.cells) == (3, ())
