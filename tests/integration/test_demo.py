"""The demo, small, as a person runs it: twenty customers of Riverbend, a year, and figures that add up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.cloud import emulator
from cli.cloud.home import PROJECT, Home

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

ACCOUNTS = 20
MONTHS = 13


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder to stand in and a home for the cloud."""

    folder: Path
    home: Path

    def headgate(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "HEADGATE_"))}
        return subprocess.run(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=self.folder,
            env=kept | {"HEADGATE_HOME": str(self.home), "PYTHONPATH": str(PROJECT)},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    def answer(self, *arguments: str) -> Any:
        done = self.headgate(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("demo")
    yield Place(folder=folder, home=folder / "home")
    emulator.stop(Home(folder / "home"))


@pytest.fixture(scope="module")
def summary(place: Place) -> dict[str, Any]:
    done = place.headgate("demo", "--accounts", str(ACCOUNTS), "--as-of", "2026-11-24", "--no-serve")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads((place.folder / "demo-summary.json").read_text())
    return found


def test_every_account_is_billed_excepted_or_skipped(summary: dict[str, Any]) -> None:
    assert summary["accounts"] == ACCOUNTS
    assert summary["bills_posted_this_month"] + summary["excepted"] + summary["skipped"] == ACCOUNTS
    assert summary["excepted_by_reason"] == {
        "far_above_history": 1,
        "no_read_yet": 1,
        "register_went_backwards": 1,
    }
    # One customer moves in during the year, nobody else misses a month of the twelve before.
    assert ACCOUNTS * (MONTHS - 2) < summary["bills_posted"] < ACCOUNTS * MONTHS


def test_the_money_adds_up(summary: dict[str, Any]) -> None:
    by_service = summary["amount_minor_by_service"]
    assert set(by_service) == {"water", "sewer", "stormwater", "irrigation"}
    assert sum(by_service.values()) == summary["amount_minor_this_month"]
    owed = summary["opening_minor"] + summary["amount_minor"] - summary["payments_minor"]
    assert owed == summary["receivable_minor"]
    assert 0 < summary["amount_minor_this_month"] < summary["amount_minor"]


def test_the_ledger_holds(summary: dict[str, Any]) -> None:
    assert summary["invariants_held"] == summary["invariants_checked"] >= 13


def test_it_tells_what_each_stage_took(summary: dict[str, Any]) -> None:
    assert {"cloud", "registry", "reads", "history", "payments", "books", "this month", "verify"} <= set(
        summary["seconds"]
    )


def test_it_stops_the_cloud_it_started(place: Place, summary: dict[str, Any]) -> None:
    assert place.answer("status")["state"] == "down"


def test_again_it_finds_everything_done_and_says_the_same(place: Place, summary: dict[str, Any]) -> None:
    done = place.headgate("demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert "was billed before" in done.stderr
    again = json.loads((place.folder / "demo-summary.json").read_text())
    same = summary.keys() - {"seconds"}
    assert {name: again[name] for name in same} == {name: summary[name] for name in same}


def test_another_town_in_the_same_home_is_refused_with_a_way_out(
    place: Place, summary: dict[str, Any]
) -> None:
    done = place.headgate("demo", "--accounts", "30", "--no-serve")
    assert done.returncode == 1
    assert "headgate down" in done.stderr
    assert str(place.home) in done.stderr.replace("\n", "")
