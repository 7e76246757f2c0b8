"""A year of 26 real meters, as `make real-meters` bills it, and the independent check of what came of it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.real_meters import real_file
from cli.cloud.home import PROJECT

pytestmark = [pytest.mark.emulator, pytest.mark.realdata, pytest.mark.slow]

ESTIMATED = {
    ("1bfb53a5", "2016-08"),  # silent from 20 August to 7 September
    *(("2fa96702", month) for month in ("2016-11", "2016-12", "2017-01", "2017-02")),  # ends on 28 November
    *(
        ("60a14868", month) for month in ("2016-09", "2016-11", "2017-01", "2017-02")
    ),  # a few rows a day, at best
}


def test_a_year_of_real_meters_is_billed_and_every_liter_explained(tmp_path: Path) -> None:
    if not real_file().is_file():
        pytest.skip(f"real data is absent: {real_file()}")
    command = [sys.executable, "-m", "benchmarks.real_meters", "--out", str(tmp_path)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Every liter is explained." in done.stdout

    with (tmp_path / "meter-months.csv").open(encoding="utf-8", newline="") as text:
        months = list(csv.DictReader(text))
    assert len(months) == 26 * 12 == len({(one["meter"], one["month"]) for one in months})
    assert Counter(one["status"] for one in months) == {"billed": 291, "estimated": 9, "excepted": 12}
    estimated = {(one["meter"][:8], one["month"]) for one in months if one["status"] == "estimated"}
    assert estimated == ESTIMATED
    assert {one["meter"][:8] for one in months if one["status"] == "excepted"} == {"d0b62268"}, (
        "60 rows in April"
    )
    assert all(one["reason"] for one in months if one["status"] != "billed")

    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    imported = summary["import"]
    assert imported["rows"] == 195_993
    assert imported["rejected"] == []
    assert imported["duplicate"] == 21
    assert (imported["superseded"]["fell"], imported["superseded"]["contradicted"]) == (9, 4)
    # 2.4441 for service and 2.4441 a cubic meter, each line rounded: nobody reaches 440 m3.
    assert summary["amount_minor"] == sum(
        244 + (24441 * int(one["usage_m3"]) + 50) // 100 for one in months if one["usage_m3"]
    )


def test_without_the_data_it_says_so_and_ends_well(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.real_meters", "--out", str(tmp_path / "out")]
    environment = {"PATH": "/usr/bin:/bin", "HEADGATE_REAL_DATA": str(tmp_path)}
    done = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"skipped: {tmp_path}")
    assert not (tmp_path / "out").exists()
