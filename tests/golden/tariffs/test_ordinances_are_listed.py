"""docs/ordinances.md names every ordinance kept here, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.golden.tariffs.bills import ORDINANCES

LISTED = (Path(__file__).parents[3] / "docs" / "ordinances.md").read_text()
ROWS = [row.split(" | ")[-1] for row in LISTED.splitlines() if row.startswith("| ")][1:]


def test_every_ordinance_is_in_the_table() -> None:
    named = {name for row in ROWS for name in re.findall(r"`([a-z0-9-]+)`", row)}
    assert named == {path.stem for path in ORDINANCES.glob("*.yaml")}


def test_every_test_in_the_table_is_there() -> None:
    modules = {name for row in ROWS for name in re.findall(r"`(test_[a-z_]+)`", row)}
    assert modules
    assert all((Path(__file__).parent / f"{name}.py").exists() for name in modules)
