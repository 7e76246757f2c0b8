"""The written files are what `headgate load` and `headgate reads import` take, and agree with one another."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chalicelib.domain.metering.incoming_read import IncomingRead
from chalicelib.domain.metering.meter_read import ReadQuality
from chalicelib.files.read_rows import read_rows
from chalicelib.files.reads_mapping import load_reads_mapping
from cli.demo.calendar import BillingYear
from cli.demo.folder import Files, write_files
from cli.demo.holidays import business_calendar, holidays_of
from cli.demo.riverbend import Riverbend

SAMPLES = Path(__file__).parents[4] / "samples" / "riverbend"
AS_OF = date(2026, 11, 24)
ACCOUNTS = 160


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return write(tmp_path_factory.mktemp("riverbend"))


def write(folder: Path) -> Files:
    holidays = holidays_of(SAMPLES / "jurisdiction.yaml", years=[2025, 2026, 2027])
    town = Riverbend(seed=7, accounts=ACCOUNTS, year=BillingYear(AS_OF, business_calendar(holidays)))
    files = Files(folder)
    assert len(list(write_files(town, files, holidays=holidays))) == ACCOUNTS
    return files


def rows(files: Files, name: str) -> list[dict[str, str]]:
    with (files.registry / name).open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def column(files: Files, name: str, column: str) -> list[str]:
    return [row[column] for row in rows(files, name)]


def reads(folder: Path) -> Iterator[IncomingRead]:
    for kind in ("drive-by", "handheld"):
        for row in read_rows(folder / f"{kind}.csv", mapping=load_reads_mapping(SAMPLES / f"{kind}.yaml")):
            assert isinstance(row, IncomingRead), str(row)
            yield row


def test_the_same_town_writes_the_same_bytes(files: Files, tmp_path: Path) -> None:
    again = write(tmp_path)
    names = sorted(path.relative_to(files.root) for path in files.root.rglob("*.csv"))
    assert len(names) == 17
    assert all((files.root / name).read_bytes() == (again.root / name).read_bytes() for name in names)


def test_whatever_a_row_refers_to_is_in_its_file(files: Files) -> None:
    references = {
        ("accounts.csv", "person"): "persons.csv",
        ("accounts.csv", "cycle"): "cycles.csv",
        ("agreements.csv", "account"): "accounts.csv",
        ("links.csv", "account"): "accounts.csv",
        ("links.csv", "agreement"): "agreements.csv",
        ("links.csv", "service_point"): "service_points.csv",
        ("service_points.csv", "premise"): "premises.csv",
        ("service_points.csv", "route"): "routes.csv",
        ("meters.csv", "service_point"): "service_points.csv",
    }
    for (name, key), target in references.items():
        assert set(column(files, name, key)) <= set(column(files, target, key)), f"{name} {key}"
    named = set(column(files, "agreements.csv", "service_point")) | set(
        column(files, "links.csv", "service_point")
    )
    assert named - {""} == set(column(files, "service_points.csv", "service_point"))


def test_an_agreement_names_its_points_in_one_place(files: Files) -> None:
    linked = set(column(files, "links.csv", "agreement"))
    for row in rows(files, "agreements.csv"):
        assert not (row["service_point"] and row["agreement"] in linked)


def test_a_reconnection_is_a_row_of_its_own_on_its_day(files: Files) -> None:
    happened = [row for row in rows(files, "agreements.csv") if row["determinant:reconnected"]]
    (row,) = happened  # customer 2 of 160
    assert (row["account"], row["service"], row["from"]) == ("20-000002-6", "water", "2026-09-29")
    assert row["tariff"] == row["determinant:meter_size"] == ""


def test_newcomers_have_no_winter_average_and_the_others_have(files: Files) -> None:
    sewers = {row["agreement"]: row["determinant:winter_average"] for row in rows(files, "agreements.csv")}
    assert sewers["A000010S"] == ""
    assert int(sewers["A000000S"]) >= 2


def test_every_read_is_of_a_meter_that_hung_there_that_day(files: Files) -> None:
    hung = {(row["meter"], row["register"]): row for row in rows(files, "meters.csv")}
    for read in (*reads(files.history), *reads(files.current)):
        meter = hung[read.meter_number, read.position]
        assert meter["installed_on"] <= str(read.read_on)
        assert not meter["removed_on"] or str(read.read_on) < meter["removed_on"]


def test_history_ends_where_the_current_month_begins(files: Files) -> None:
    assert max(read.read_on for read in reads(files.history)) < date(2026, 11, 1)
    days = {read.read_on for read in reads(files.current)}
    assert days == {date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 21)}  # one day a route


def test_reads_told_by_customers_are_flagged(files: Files) -> None:
    told = [read for read in reads(files.history) if read.quality is ReadQuality.CUSTOMER]
    assert len(told) == 6  # customers 13, 38, 63, 88, 113 and 138
