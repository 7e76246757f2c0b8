"""A town whose winter is billed, and the office that averages it."""

from __future__ import annotations

import pytest

from tests.average_office import AverageOffice
from tests.in_process import InProcess
from tests.winter_town import WINTER, publish_sewer, winter_reads, winter_town


@pytest.fixture
def utility() -> InProcess:
    """A town whose winter is billed."""
    inside = InProcess()
    publish_sewer(inside.store)
    inside.register(winter_town())
    for month in WINTER:
        inside.read(winter_reads(month))
        assert inside.bill(month).tally.excepted == (1 if month < WINTER[2] else 0)
    return inside


@pytest.fixture
def office(utility: InProcess) -> AverageOffice:
    return AverageOffice.over(utility)
