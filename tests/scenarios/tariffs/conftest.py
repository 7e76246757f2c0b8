"""A town with reads of two months, and its tariffs."""

from __future__ import annotations

import pytest

from tests.in_process import InProcess
from tests.towns import NOVEMBER, OCTOBER, reads_of_town, town


@pytest.fixture
def utility() -> InProcess:
    made = InProcess()
    made.register(town(shards=2))
    for month in (OCTOBER, NOVEMBER):
        made.read(reads_of_town(month, shards=2))
    return made
