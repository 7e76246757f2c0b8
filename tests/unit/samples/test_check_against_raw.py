"""The script that holds bills against the raw file, on a few rows of one meter: it finds what is wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from samples.daiad import check_against_raw as script

# Twelve months of 10,000 liters from 100,500 on, with what the real file has: a row in scientific notation, a
# row that fell, one written twice, two that contradict each other, and one after the last boundary.
READS = [100_500 + 10_000 * month for month in range(13)]
DAYS = [f"2016-{month:02d}-01" for month in range(3, 13)] + ["2017-01-01", "2017-02-01", "2017-03-01"]
ODD_ROWS = [
    ("01/04/2016 00:30:00", "11e4"),  # further from midnight, and lower than the one before
    ("10/04/2016 05:00:00", "112000"),
    ("10/04/2016 05:00:00", "112000"),
    ("11/04/2016 05:00:00", "112500"),
    ("11/04/2016 05:00:00", "112700"),
    ("01/03/2017 09:00:00", "220900"),
]


def raw_file(folder: Path, *, without: tuple[str, ...] = ()) -> Path:
    rows = [
        (f"{day[8:]}/{day[5:7]}/{day[:4]} 00:10:00", str(liters))
        for day, liters in zip(DAYS, READS, strict=True)
        if day not in without
    ]
    path = folder / "raw.csv"
    lines = [f"m1;{at};{reading};0" for at, reading in rows + ODD_ROWS if at[:10] not in without]
    path.write_text("\n".join(["user key;datetime;meter reading;diff", *lines]) + "\n", encoding="utf-8")
    return path


def months() -> list[dict[str, str]]:
    """What was billed: 10 m³ a month, for dials cut to 100, 110 … 220 m³."""
    return [
        {
            "meter": "m1",
            "month": DAYS[index][:7],
            "status": "billed",
            "reason": "",
            "start_on": DAYS[index],
            "start_liters": str(READS[index]),
            "start_quality": "actual",
            "end_on": DAYS[index + 1],
            "end_liters": str(READS[index + 1]),
            "end_quality": "actual",
            "usage_m3": "10",
            "amount_minor": "2688",
            "currency": "AUD",
        }
        for index in range(12)
    ]


def verdict(folder: Path, billed: list[dict[str, str]], raw: Path) -> int:
    path = folder / "meter-months.csv"
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, fieldnames=list(months()[0]))
        writer.writeheader()
        writer.writerows(billed)
    return script.main([str(path), str(raw)])


def figures(capsys: pytest.CaptureFixture[str]) -> str:
    """What the script printed for the meter: rows, raw, billed, difference, five items, rest, falls."""
    lines = capsys.readouterr().out.splitlines()
    return " ".join(next(line for line in lines if line.strip().startswith("m1")).split()[1:])


def test_right_bills_are_explained_to_the_liter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verdict(tmp_path, months(), raw_file(tmp_path)) == 0
    # The register moved 220,900 - 100,500 = 120,400; 120,000 were billed; 400 passed after the last boundary.
    # The fall is the row of 110,000 after 110,500.
    assert figures(capsys) == "19 120400 120000 -400 0 0 -400 0 0 0 1:-500"


def test_what_is_cut_and_what_is_estimated_are_items_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    billed = months()
    billed[11] |= {
        "status": "estimated",
        "end_liters": "223700",
        "end_quality": "estimated",
        "usage_m3": "13",
    }
    assert verdict(tmp_path, billed, raw_file(tmp_path, without=("2017-03-01", "01/03/2017"))) == 0
    # 123,000 billed against 210,500 - 100,500 = 110,000: 13,200 beyond the last read, of which 200 are cut.
    assert figures(capsys) == "17 110000 123000 13000 -200 0 0 13200 0 0 1:-500"


@pytest.mark.parametrize(
    ("month", "change", "told"),
    [
        (3, {"usage_m3": "11"}, "2016-06: bills 11 m3, its reads give 10"),
        (3, {"end_liters": "140501"}, "2016-07: opens with other dials than 2016-06 closed with"),
        (11, {"end_liters": "220501"}, "2017-03-01 is billed at 220501, the raw file has 220500"),
        (11, {"end_quality": "estimated", "status": "estimated"}, "is estimated, the raw file has 220500"),
        (3, {"status": "estimated"}, "2016-06: is estimated, its closing read actual"),
        (3, {"status": "lost"}, "2016-06: status 'lost'"),
        (3, {"month": "2016-05"}, "11 months in 12 rows"),
        (11, {"status": "excepted", "reason": "no read"}, "excepted, though the raw file has the reads"),
        (3, {"meter": "m2"}, "m2 is in one file only"),
    ],
)
def test_a_bill_that_the_raw_file_does_not_bear_is_named(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    month: int,
    change: dict[str, str],
    told: str,
) -> None:
    billed = months()
    billed[month] |= change
    assert verdict(tmp_path, billed, raw_file(tmp_path)) == 1
    assert told in capsys.readouterr().out


def test_a_meter_without_any_bill_is_unbilled_and_each_month_needs_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = raw_file(tmp_path, without=tuple(DAYS))  # rows in between, none near a boundary
    path = raw.read_text(encoding="utf-8").replace("01/04/2016 00:30:00;11e4", "09/04/2016 00:30:00;11e4")
    raw.write_text(path.replace("01/03/2017", "20/02/2017"), encoding="utf-8")
    nothing = {"status": "excepted", "reason": "no read", "usage_m3": "", "start_on": "", "end_on": ""}
    billed = [month | nothing for month in months()]
    assert verdict(tmp_path, billed, raw) == 0
    assert figures(capsys) == "6 110900 0 -110900 0 0 0 0 -110900 0"  # 220,900 - 110,000
    billed[4]["reason"] = ""
    assert verdict(tmp_path, billed, raw) == 1
    assert "2016-07: excepted without a reason" in capsys.readouterr().out
