"""The lint that keeps binary floats away from money and water."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.ci.conftest import load

lint = load("lint_floats")


def found(tmp_path: Path, folder: str, source: str) -> list[str]:
    (tmp_path / folder).mkdir(parents=True)
    (tmp_path / folder / "module.py").write_text(source)
    result: list[str] = lint.check(tmp_path)
    return result


@pytest.mark.parametrize(
    "source",
    [
        "x = 1.5",
        "x = 1e3",
        "x = float('1')",
        "x = round(y, 2)",
        "import datetime\nx = datetime.datetime.now()",
        "from datetime import date\nx = date.today()",
        "import os\nx = os.environ['A']",
    ],
)
def test_the_domain_may_not(tmp_path: Path, source: str) -> None:
    assert len(found(tmp_path, "chalicelib/domain/tariffs", source)) == 1


@pytest.mark.parametrize("folder", ["chalicelib/usecases", "functions"])
def test_use_cases_and_functions_may_not_use_floats(tmp_path: Path, folder: str) -> None:
    assert len(found(tmp_path, folder, "x = 1.5\ny = round(x)\n")) == 2


@pytest.mark.parametrize(
    "source", ["x = Decimal('1.5')", "x = 10**3", "x = money.rounded(policy)", "'1.5 gallons'"]
)
def test_exact_arithmetic_is_welcome(tmp_path: Path, source: str) -> None:
    assert found(tmp_path, "chalicelib/domain", source) == []


def test_adapters_may_use_floats(tmp_path: Path) -> None:
    assert found(tmp_path, "chalicelib/storage", "timeout = 1.5") == []


def test_a_finding_names_file_and_line(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, "functions", "\n\nx = 1.5\n")
    assert finding.startswith("functions/module.py:3: float literal 1.5")
