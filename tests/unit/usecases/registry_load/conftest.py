"""The folder that is loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.usecases.registry_load.utility_in_memory import SAMPLE, Utility


@pytest.fixture
def utility(tmp_path: Path) -> Utility:
    return Utility(Path(shutil.copytree(SAMPLE, tmp_path / "sample")))
