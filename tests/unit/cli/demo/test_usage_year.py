"""The sample usage is what the generator makes, and says nothing of anybody."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

from chalicelib.files.usage_rows import CsvUsageWriter
from chalicelib.tariff_documents.load import load_tariff_files
from chalicelib.usecases.export_usage import determinants_of, events_of
from cli.demo.usage_year import UsageYear

RIVERBEND = Path(__file__).parents[4] / "samples" / "riverbend"
SAMPLE = UsageYear(seed=7, accounts=80, as_of=date(2026, 11, 24))


def test_the_committed_sample_is_current(tmp_path: Path) -> None:
    tariffs = load_tariff_files(sorted((RIVERBEND / "tariffs").glob("*.yaml")))
    versions = [loaded.version for loaded in tariffs]
    made = tmp_path / "usage.csv"
    CsvUsageWriter(made).write(SAMPLE.rows(), determinants=(*determinants_of(versions), *events_of(versions)))
    assert made.read_text() == (RIVERBEND / "what-if" / "usage.csv").read_text()


def test_a_year_is_twelve_periods_without_gaps() -> None:
    periods: dict[str, list[tuple[date, date]]] = {}
    for row in SAMPLE.rows():
        periods.setdefault(row.agreement, []).append((row.start, row.end))
    for found in periods.values():
        assert len(found) == 12
        assert all(before[1] == after[0] for before, after in pairwise(found))


def test_two_homes_were_reconnected() -> None:
    found = [
        (row.tariff, row.determinants["reconnected"])
        for row in SAMPLE.rows()
        if "reconnected" in row.determinants
    ]
    assert [tariff for tariff, _ in found] == ["WATER-RES"] * 2


def test_usage_is_given_where_it_is_metered() -> None:
    rows = list(SAMPLE.rows())
    assert {row.tariff for row in rows if row.usage is None} == {"STORM"}
    assert all(row.usage > 0 for row in rows if row.usage is not None)
