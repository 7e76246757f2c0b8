"""What tests of crash safety on the local cloud share."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.conftest import LocalCloudForTests
from tests.faults.cloud import open_all_books

EVERYTHING = os.environ.get("CRASH_ONE_OF") == "1"  # `make crash`; else a sample


@pytest.fixture(autouse=True)
def _open_books(local_cloud: LocalCloudForTests) -> Iterator[None]:
    open_all_books()
    yield
    open_all_books()
