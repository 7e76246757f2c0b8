"""The API before a town in memory."""

from __future__ import annotations

import pytest

from tests.unit.api.gateway import Gateway, a_gateway


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    return a_gateway(monkeypatch)
