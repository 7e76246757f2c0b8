"""A second demo goes on with the town that is there, or says why it cannot."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from cli.demo.town import AnotherTown, Town, settle_town

TODAY = date(2026, 11, 24)


def test_a_new_town_takes_what_is_asked_for_and_defaults_for_the_rest(tmp_path: Path) -> None:
    town = settle_town(tmp_path / "demo.json", accounts=20, seed=None, as_of=None, today=TODAY)
    assert town == Town(accounts=20, seed=7, as_of=TODAY)


def test_the_next_day_the_town_is_still_as_it_was(tmp_path: Path) -> None:
    first = settle_town(tmp_path / "demo.json", accounts=20, seed=3, as_of=None, today=TODAY)
    later = settle_town(
        tmp_path / "demo.json", accounts=None, seed=None, as_of=None, today=date(2026, 11, 25)
    )
    assert later == first


def test_asking_for_the_same_town_again_is_fine(tmp_path: Path) -> None:
    first = settle_town(tmp_path / "demo.json", accounts=20, seed=3, as_of=TODAY, today=TODAY)
    assert settle_town(tmp_path / "demo.json", accounts=20, seed=3, as_of=TODAY, today=TODAY) == first


def test_another_town_is_refused_and_named(tmp_path: Path) -> None:
    settle_town(tmp_path / "demo.json", accounts=20, seed=3, as_of=TODAY, today=TODAY)
    with pytest.raises(AnotherTown, match="20 accounts, seed 3, as of 2026-11-24") as refused:
        settle_town(tmp_path / "demo.json", accounts=500, seed=None, as_of=None, today=TODAY)
    assert refused.value.data["differing"] == ["accounts"]
